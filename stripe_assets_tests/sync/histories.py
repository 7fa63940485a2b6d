"""Random histories of a Stripe account: the steps of its owner in any order, each with the events
that Stripe makes for it.

A `Step` is plain data that has a meaning in any situation: `which` chooses among the objects that
exist. A step that creates an object also makes what that object needs (a subscription needs a
customer and a price). A step that finds nothing to change or to delete does nothing. So hypothesis
can leave out steps and make numbers smaller.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

import orjson
import stripe
from hypothesis import strategies as st

from stripe_assets.sandbox import Sandbox
from stripe_assets.sandbox.keys import CONNECTED_JP, CONNECTED_US, PLATFORM

Found = dict[str, Any]

ACCOUNTS = (PLATFORM, CONNECTED_US, CONNECTED_JP)


@dataclass(frozen=True, slots=True)
class Step:
    action: str
    """A name in `ACTIONS`."""
    which: int = 0
    """Which of the objects that the action applies to, oldest first. Counting begins again after
    the last one."""
    value: int = 0
    """What the step writes."""
    connected: bool = False
    """Whether it happens in a connected account, and not in the platform's own."""


def apply(sandbox: Sandbox, step: Step) -> None:
    """Does the step in the test mode of `sk_test_sandbox`."""
    ACTIONS[step.action](Place(sandbox, step))


def events_of(sandbox: Sandbox) -> list[tuple[str, str]]:
    """Returns (account, id) of all events of the platform and of its connected accounts, in the
    order in which each account's events were made."""
    return [
        (account, one["id"])
        for account in ACCOUNTS
        for one in sandbox.control(f"objects?resource=event&account={account}", "GET")
    ]


def histories(max_size: int = 30) -> st.SearchStrategy[list[Step]]:
    """Lists of steps. The actions that others need come first in `ACTIONS`: hypothesis keeps these
    when it makes a failing history smaller."""
    step = st.builds(
        Step, st.sampled_from(list(ACTIONS)), st.integers(0, 4), st.integers(0, 4), st.booleans()
    )
    return st.lists(step, max_size=max_size)


def some_history(seed: int, length: int) -> list[Step]:
    """Returns a history for a test without hypothesis. The same seed gives the same history."""
    random = Random(seed)
    names = list(ACTIONS)
    return [
        Step(random.choice(names), random.randrange(5), random.randrange(5), random.random() < 0.25)
        for _ in range(length)
    ]


@cache
def _client(base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        "sk_test_sandbox", base_addresses={"api": base}, max_network_retries=0
    )


class Place:
    """Where a step happens: the objects of its account, and calls of Stripe's API."""

    def __init__(self, sandbox: Sandbox, step: Step) -> None:
        self.sandbox, self.step = sandbox, step
        self.account = CONNECTED_US if step.connected else PLATFORM

    def all(
        self, resource: str, fields: str = "", where: Callable[[Found], bool] | None = None
    ) -> list[Found]:
        found = self.sandbox.control(
            f"objects?resource={resource}&account={self.account}&fields={fields}", "GET"
        )
        return [one for one in found if where is None or where(one)]

    def one(
        self, resource: str, fields: str = "", where: Callable[[Found], bool] | None = None
    ) -> Found | None:
        """Returns the object that the step is about, or None."""
        return _round(self.all(resource, fields, where), self.step.which)

    def need(
        self, resource: str, fields: str = "", where: Callable[[Found], bool] | None = None
    ) -> Found:
        """Returns one object of the resource. Makes it if the resource has none."""
        if found := self.one(resource, fields, where):
            return found
        path, params = NEEDED[resource]
        product = {"product": self.need("product")["id"]} if resource == "price" else {}
        return self.call("post", path, **params, **product)

    def has(self, resource: str, id: str | None) -> bool:
        return any(one["id"] == id for one in self.all(resource))

    def call(self, method: str, path: str, **params: Any) -> Found:
        """Raises the SDK's errors: a step must not ask for what Stripe refuses."""
        options: Any = {"stripe_account": self.account} if self.step.connected else {}
        return orjson.loads(
            _client(self.sandbox.base).raw_request(method, path, **params, **options).body
        )

    def make(self, resource: str, given: Found, event: bool | str = True) -> str:
        return self.sandbox.control(
            "objects", resource=resource, object=given, account=self.account, event=event
        )["id"]

    def change(self, resource: str, id: str, **changes: Any) -> None:
        """Changes an object without an event, as Stripe sometimes does."""
        self.sandbox.control(
            "objects/change",
            resource=resource,
            id=id,
            changes=changes,
            account=self.account,
            event=False,
        )


NEEDED: dict[str, tuple[str, Found]] = {
    "customer": ("/v1/customers", {"name": "Needed"}),
    "product": ("/v1/products", {"name": "Needed"}),
    "price": (
        "/v1/prices",
        {"currency": "usd", "unit_amount": 100, "recurring": {"interval": "month"}},
    ),
    "coupon": ("/v1/coupons", {"percent_off": 5, "duration": "once"}),
}
"""Resource → the request that makes one for a step that needs one."""


def _round(found: list[Found], n: int) -> Found | None:
    return found[n % len(found)] if found else None


def _is(**wanted: Any) -> Callable[[Found], bool]:
    return lambda found: all(found[name] == value for name, value in wanted.items())


def _text(at: Place) -> str:
    return ("first", "zweite", "三番目", "رابع", "☕")[at.step.value % 5]


Action = Callable[[Place], object]


def _write(resource: str, path: str, field: str = "metadata", **only: Any) -> Action:
    """Changes a field of one object of the resource."""

    def action(at: Place) -> None:
        if found := at.one(resource, ",".join(only), _is(**only)):
            at.call(
                "post",
                path.format(**found),
                **{field: {"said": _text(at)} if field == "metadata" else _text(at)},
            )

    return action


def _call(method: str, resource: str, path: str, **only: Any) -> Action:
    """Sends a request about one object of the resource. The path may name fields of the object."""
    fields = ",".join([*only, "customer", "account"])
    return lambda at: (
        at.call(method, path.format(**found))
        if (found := at.one(resource, fields, _is(**only)))
        else None
    )


def _belonging_to_customer(method: str, resource: str, path: str, **params: Any) -> Action:
    """Sends a request about an object that belongs to an existing customer."""

    def action(at: Place) -> None:
        if found := at.one(resource, "customer", lambda one: one["customer"] is not None):
            at.call(method, path.format(**found), **params)

    return action


def _for_customer(path: str, **params: Any) -> Action:
    """Adds something to a customer."""
    return lambda at: at.call("post", path.format(**at.need("customer")), **params)


def _named(resource: str, path: str, prefix: str, **params: Any) -> Action:
    """Creates an object under an id that its owner chose. The id may have been in use before."""

    def action(at: Place) -> None:
        id = f"{prefix}{at.step.value % 3}"
        if not at.has(resource, id):
            at.call("post", path, id=id, **params)

    return action


def _price(at: Place) -> None:
    product, recurring = (
        at.need("product"),
        {} if at.step.value % 3 == 2 else {"recurring": {"interval": "month"}},
    )
    at.call(
        "post",
        "/v1/prices",
        product=product["id"],
        currency="usd",
        unit_amount=100 + at.step.value,
        **recurring,
    )


def _archive(at: Place) -> None:
    if price := at.one("price", "active"):
        at.call("post", f"/v1/prices/{price['id']}", active=not price["active"])


def _delete_product(at: Place) -> None:
    """Deletes a product without prices. Stripe refuses to delete one that has a price."""
    sold = {price["product"] for price in at.all("price", "product")}
    if product := at.one("product", "", lambda one: one["id"] not in sold):
        at.call("delete", f"/v1/products/{product['id']}")


def _promotion_code(at: Place) -> None:
    promotion = {"type": "coupon", "coupon": at.need("coupon")["id"]}
    at.call("post", "/v1/promotion_codes", promotion=promotion, code=f"CODE{at.step.value}")


def _subscribe(at: Place) -> None:
    customer, price = (
        at.need("customer"),
        at.need("price", "type,active", _is(type="recurring", active=True)),
    )
    at.call(
        "post",
        "/v1/subscriptions",
        customer=customer["id"],
        items=[{"price": price["id"], "quantity": 1 + at.step.value}],
    )


def _quantity(at: Place) -> None:
    running = {one["id"] for one in at.all("subscription", "status", _is(status="active"))}
    if item := at.one(
        "subscription_item", "subscription", lambda one: one["subscription"] in running
    ):
        at.call("post", f"/v1/subscription_items/{item['id']}", quantity=2 + at.step.value)


def _discount(resource: str, **only: Any) -> Action:
    def action(at: Place) -> None:
        if owner := at.one(resource, ",".join(only), _is(**only)):
            coupon = at.need("coupon")
            at.sandbox.control(
                "discounts",
                resource=resource,
                id=owner["id"],
                coupon=coupon["id"],
                account=at.account,
            )

    return action


def _withdraw(at: Place) -> None:
    if found := at.one("discount", "customer,subscription"):
        owner = (
            f"subscriptions/{found['subscription']}"
            if found["subscription"]
            else f"customers/{found['customer']}"
        )
        at.call("delete", f"/v1/{owner}/discount")


def _attach(at: Place) -> None:
    card = {"number": "4242424242424242", "exp_month": 1 + at.step.value, "exp_year": 2033}
    method = at.call("post", "/v1/payment_methods", type="card", card=card)
    at.call(
        "post", f"/v1/payment_methods/{method['id']}/attach", customer=at.need("customer")["id"]
    )


def _draft(at: Place) -> Found | None:
    return at.one(
        "invoice",
        "status,customer",
        lambda one: one["status"] == "draft" and at.has("customer", one["customer"]),
    )


def _line(at: Place) -> None:
    if draft := _draft(at):
        amount = 100 * (1 + at.step.value)
        at.call(
            "post",
            "/v1/invoiceitems",
            customer=draft["customer"],
            invoice=draft["id"],
            amount=amount,
            currency="usd",
        )


def _remove_line(at: Place) -> None:
    drafts = {one["id"] for one in at.all("invoice", "status", _is(status="draft"))}
    if line := at.one("line_item", "invoice", lambda one: one["invoice"] in drafts):
        at.call(
            "post",
            f"/v1/invoices/{line['invoice']}/remove_lines",
            lines=[{"id": line["id"], "behavior": "delete"}],
        )


def _finalize(at: Place) -> None:
    if draft := _draft(at):
        at.call("post", f"/v1/invoices/{draft['id']}/finalize")


def _pending_item(at: Place) -> None:
    at.call(
        "post",
        "/v1/invoiceitems",
        customer=at.need("customer")["id"],
        amount=7 + at.step.value,
        currency="usd",
    )


def _charge(at: Place) -> None:
    customer, amount = at.one("customer"), 1000 + at.step.value
    money = {
        "amount": amount,
        "net": amount,
        "currency": "usd",
        "type": "charge",
        "reporting_category": "charge",
        "status": "pending",
    }
    transaction = at.make("balance_transaction", money, event=False)
    paid = {
        "amount_captured": amount,
        "captured": True,
        "paid": True,
        "status": "succeeded",
        "metadata": {},
    }
    about = {
        "amount": amount,
        "currency": "usd",
        "customer": customer and customer["id"],
        "balance_transaction": transaction,
    }
    at.change("balance_transaction", transaction, source=at.make("charge", {**about, **paid}))


def _refund(at: Place) -> None:
    if charge := at.one(
        "charge",
        "amount_captured,amount_refunded",
        lambda one: one["amount_refunded"] < one["amount_captured"],
    ):
        left = charge["amount_captured"] - charge["amount_refunded"]
        at.call(
            "post",
            "/v1/refunds",
            charge=charge["id"],
            amount=left if at.step.value == 0 else min(left, 100 * at.step.value),
        )


def _settle(at: Place) -> None:
    """Money becomes available. Stripe makes no event for that."""
    if found := at.one("balance_transaction", "status", _is(status="pending")):
        at.change("balance_transaction", found["id"], status="available")


OTHERS: tuple[tuple[str, str], ...] = (
    ("tax_rate", "display_name"),
    ("payment_link", "inactive_message"),
    ("billing.meter", "display_name"),
    ("subscription_schedule", "status"),
    ("payout", "description"),
    ("credit_note", "memo"),
    ("issuing.cardholder", "name"),
    ("billing.credit_grant", "name"),
    ("transfer", "description"),
    ("dispute", "reason"),
)
"""Other resources, and a text field of each that changes. Nothing else matters about them."""


def _other(at: Place) -> tuple[str, str]:
    return OTHERS[(at.step.which * 5 + at.step.value) % len(OTHERS)]


def _create_other(at: Place) -> None:
    resource, field = _other(at)
    at.make(resource, {field: _text(at)})


def _change_other(at: Place) -> None:
    resource, field = _other(at)
    if found := at.one(resource, field):
        at.sandbox.control(
            "objects/change",
            resource=resource,
            id=found["id"],
            changes={field: f"not {found[field]}"},
            account=at.account,
        )


def _clocked_customer(at: Place) -> None:
    clock = at.one("test_helpers.test_clock") or at.call(
        "post", "/v1/test_helpers/test_clocks", frozen_time=1_800_000_000
    )
    at.call("post", "/v1/customers", test_clock=clock["id"], name=_text(at))


def _external_account(at: Place) -> None:
    at.make(
        "bank_account",
        {
            "account": CONNECTED_US,
            "country": "US",
            "currency": "usd",
            "last4": f"000{at.step.value}",
        },
    )


def _delete_external_account(at: Place) -> None:
    """Deletes an external account, except the one that payouts go to."""
    if found := at.one(
        "bank_account",
        "account,default_for_currency",
        _is(account=CONNECTED_US, default_for_currency=None),
    ):
        at.call("delete", f"/v1/accounts/{CONNECTED_US}/external_accounts/{found['id']}")


def _wait(at: Place) -> None:
    at.sandbox.control("clock", advance=(1, 20, 70, 400, 4000)[at.step.value % 5])


_SUBSCRIPTION = "/v1/subscriptions/{id}"
_PERSONS = f"/v1/accounts/{CONNECTED_US}/persons"

ACTIONS: dict[str, Action] = {
    "create customer": lambda at: at.call("post", "/v1/customers", name=_text(at)),
    "change customer": _write("customer", "/v1/customers/{id}", "name"),
    "delete customer": _call("delete", "customer", "/v1/customers/{id}"),
    "create product": _named("product", "/v1/products", "prod_h", name="Product"),
    "change product": _write("product", "/v1/products/{id}", "name"),
    "delete product": _delete_product,
    "create price": _price,
    "change price": _write("price", "/v1/prices/{id}", "nickname"),
    "archive price": _archive,
    "create coupon": _named("coupon", "/v1/coupons", "COUPON", percent_off=5, duration="once"),
    "change coupon": _write("coupon", "/v1/coupons/{id}", "name"),
    "delete coupon": _call("delete", "coupon", "/v1/coupons/{id}"),
    "create promotion code": _promotion_code,
    "change promotion code": _write("promotion_code", "/v1/promotion_codes/{id}"),
    "subscribe": _subscribe,
    "change subscription": _write("subscription", _SUBSCRIPTION, "description", status="active"),
    "change quantity": _quantity,
    "cancel subscription": _call("delete", "subscription", _SUBSCRIPTION, status="active"),
    "discount customer": _discount("customer"),
    "discount subscription": _discount("subscription", status="active"),
    "withdraw discount": _withdraw,
    "attach payment method": _attach,
    "change payment method": _belonging_to_customer(
        "post", "payment_method", "/v1/payment_methods/{id}", metadata={"said": "twice"}
    ),
    "detach payment method": _belonging_to_customer(
        "post", "payment_method", "/v1/payment_methods/{id}/detach"
    ),
    "draft invoice": lambda at: at.call("post", "/v1/invoices", customer=at.need("customer")["id"]),
    "add line": _line,
    "remove line": _remove_line,
    "change invoice": _write("invoice", "/v1/invoices/{id}", "description"),
    "delete draft": _call("delete", "invoice", "/v1/invoices/{id}", status="draft"),
    "finalize invoice": _finalize,
    "pay invoice": _call("post", "invoice", "/v1/invoices/{id}/pay", status="open"),
    "void invoice": _call("post", "invoice", "/v1/invoices/{id}/void", status="open"),
    "create pending item": _pending_item,
    "delete pending item": _call("delete", "invoiceitem", "/v1/invoiceitems/{id}", invoice=None),
    "charge": _charge,
    "refund": _refund,
    "change refund": _write("refund", "/v1/refunds/{id}"),
    "settle": _settle,
    "create tax id": _for_customer(
        "/v1/customers/{id}/tax_ids", type="eu_vat", value="DE111111111"
    ),
    "delete tax id": _belonging_to_customer(
        "delete", "tax_id", "/v1/customers/{customer}/tax_ids/{id}"
    ),
    "create card": _for_customer("/v1/customers/{id}/sources", source="tok_visa"),
    "change card": _belonging_to_customer(
        "post", "card", "/v1/customers/{customer}/sources/{id}", name="Someone else"
    ),
    "delete card": _belonging_to_customer(
        "delete", "card", "/v1/customers/{customer}/sources/{id}"
    ),
    "create bank account": _for_customer("/v1/customers/{id}/sources", source="btok_us"),
    "delete bank account": _belonging_to_customer(
        "delete", "bank_account", "/v1/customers/{customer}/sources/{id}"
    ),
    "create person": lambda at: at.call("post", _PERSONS, first_name=_text(at)),
    "change person": _write("person", _PERSONS + "/{id}", "first_name", account=CONNECTED_US),
    "delete person": _call("delete", "person", _PERSONS + "/{id}", account=CONNECTED_US),
    "create external account": _external_account,
    "delete external account": _delete_external_account,
    "change account": lambda at: at.call(
        "post", f"/v1/accounts/{CONNECTED_US}", email=f"mail{at.step.value}@example.com"
    ),
    "customer on a test clock": _clocked_customer,
    "create other": _create_other,
    "change other": _change_other,
    "wait": _wait,
}
"""Name → what happens."""
