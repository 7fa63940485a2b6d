"""What happened at Stripe while the old mirrors were made: always the same calls to a sandbox.

It imports nothing of the project: the old code, which makes the mirrors, and the test both use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

SETTINGS: Mapping[str, Any] = {"seed": 7, "empty": True, "now": 1_790_000_000}
"""Of the sandbox: with the same seed and clock it has the same accounts."""
HOUR = 3_600

ALIAS, SECRET = "acme", "sk_test_sandbox"
ENCRYPTION_KEY = "bWFkZS1iZWZvcmUtbWFkZS1iZWZvcmUtMTIzNDU2Nzg="
"""Made up, as is the secret: it opens nothing but the mirrors here."""
PLATFORM, CONNECTED = "acct_1SandboxPlatform", "acct_1SandboxAtelier0"

CHILD = "customer_balance_transaction"
MODELS = (
    "account",
    "capability",
    "coupon",
    "customer",
    CHILD,
    "entitlements.feature",
    "invoice",
    "person",
    "price",
    "product",
    "product_feature",
    "tax_id",
)
REFUSED = "coupon"
CUSTOMERS = [f"cus_{number:02}" for number in range(30)]
FEATURES = [f"feat_{number:03}" for number in range(130)]
"""Two pages of a list that is never split: it has no `created` filter."""

REFUSED_LIST = "/v1/coupons*"
REFUSED_CHILDREN = f"/v1/customers/{CUSTOMERS[3]}/balance_transactions*"
LEFT_CHILDREN = f"/v1/customers/{CUSTOMERS[5]}/balance_transactions*"
SECOND_PAGE = "/v1/entitlements/features?*starting_after*"
"""The last two are the lists that the interrupted run did not read."""
FAILING, FAILING_TYPE = "/v1/products/prod_a*", "product.*"
"""Of the object that an event run could not read, and the events that this run was for."""
HANGING, HANGING_TYPE = f"/v1/customers/{CUSTOMERS[11]}*", "customer.*"
"""Of the object that a stopped event run waited for, and the events that this run was for."""


class Control(Protocol):
    """The control call of a sandbox."""

    def __call__(self, what: str, method: str = "POST", **body: Any) -> Any: ...


class History:
    """The steps in their order. Each begins an hour after the one before, by the sandbox's clock.

    `control` is the control call of a sandbox.
    """

    def __init__(self, control: Control) -> None:
        self._control = control
        self._now: int = SETTINGS["now"]

    def later(self) -> None:
        """An hour later, to the second: how long the step before took does not count."""
        self._now += HOUR
        self._control("clock", now=self._now)

    def founding(self) -> None:
        """What the first run finds."""
        self.later()
        for number, customer in enumerate(CUSTOMERS):
            self._make("customer", {"id": customer, "name": f"Übergröße {number}"})
        self._make("customer", {"id": "cus_at", "name": "漢字 🎉"}, account=CONNECTED)
        self._make("customer", {"id": "cus_new_field", "new_field": {"a": [1, None, 2**53 + 1]}})
        self._batch(
            "objects",
            ({"resource": "entitlements.feature", "object": {"id": id}} for id in FEATURES),
        )
        for number in range(12):
            self._make("source", {"id": f"src_{number:02}", "customer": CUSTOMERS[0]})
        for customer in (CUSTOMERS[0], CUSTOMERS[3], CUSTOMERS[5], CUSTOMERS[-1]):
            self.add_child(f"cbtxn_{customer}", customer)
        self._make("product", {"id": "prod_a", "name": "Lamp"})
        self._make("product", {"id": "prod_b", "name": "Chair"})
        self._make("product", {"id": "prod_c", "name": "Table"}, account=CONNECTED)
        for number in range(3):
            self._make(
                "price", {"id": f"price_{number}", "product": "prod_a", "unit_amount": 100 * number}
            )
        self._make("price", {"id": "price_of_nothing", "product": "prod_nowhere"})
        self._make("tax_id", {"id": "txi_a", "customer": CUSTOMERS[1]})
        self._make("invoice", {"id": "in_a", "customer": CUSTOMERS[0], "total": 2**40})
        for number in range(13):
            self._make(
                "line_item",
                {"id": f"il_{number:02}", "invoice": "in_a", "amount": number, "currency": "usd"},
                parent=["in_a", "lines"],
                event=False,
            )
        self._make("invoice", {"id": "in_b", "customer": CUSTOMERS[2]})
        self._make("invoice", {"id": "in_at", "customer": "cus_at"}, account=CONNECTED)
        self._make("person", {"id": "person_a", "account": CONNECTED, "first_name": "Ada"})

    def changes(self) -> None:
        """What the second run, an incremental one, finds."""
        self.later()
        self._change("customer", CUSTOMERS[1], {"name": "Changed once"})
        self._change("product", "prod_a", {"description": "Brighter"})
        self._delete("product", "prod_b")
        self._delete("customer", CUSTOMERS[2])
        self._make("product", {"id": "prod_hidden", "name": "Hidden"}, listed=False)
        self._control("events", type="unheard.of", object={"object": "unheard"})

    def more_changes(self) -> None:
        """What the interrupted run finds in part."""
        self.later()
        self._change("customer", CUSTOMERS[4], {"name": "Changed again"})
        self._change("price", "price_1", {"nickname": "New"})

    def failing_changes(self) -> None:
        """What an event run finds that cannot read it."""
        self.later()
        self._change("product", "prod_a", {"description": "Failed"})

    def pending_changes(self) -> None:
        """What an event run finds that is stopped."""
        self.later()
        self._change("customer", CUSTOMERS[10], {"name": "Processed"})
        self._change("customer", CUSTOMERS[11], {"name": "Pending"})

    def all(self) -> None:
        """Everything until the last run of the old code."""
        for step in (
            self.founding,
            self.changes,
            self.more_changes,
            self.failing_changes,
            self.pending_changes,
        ):
            step()

    def afterwards(self) -> None:
        """What happens after that."""
        self.later()
        self._change("customer", CUSTOMERS[6], {"name": "Later"})
        self._delete("price", "price_2")

    def add_child(self, id: str, customer: str) -> None:
        self._make(
            CHILD, {"id": id, "customer": customer, "amount": -5, "currency": "usd"}, event=False
        )

    def _make(self, resource: str, fields: Mapping[str, Any], **more: Any) -> None:
        self._control("objects", resource=resource, object=dict(fields), **more)

    def _change(self, resource: str, id: str, changes: Mapping[str, Any]) -> None:
        self._control("objects/change", resource=resource, id=id, changes=dict(changes))

    def _delete(self, resource: str, id: str) -> None:
        self._control("objects/delete", resource=resource, id=id)

    def _batch(self, call: str, bodies: Iterable[Mapping[str, Any]]) -> None:
        self._control("batch", calls=[[call, dict(body)] for body in bodies])
