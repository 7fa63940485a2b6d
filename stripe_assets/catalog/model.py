"""What the catalog says of a resource: small frozen records, read by every other room.

A resource is declared once, as data. What is particular to one of them is a field of these records, never a branch in
the code that reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "string",
    "boolean",
    "integer",  # 64 bits: counts, and money in the currency's minor unit
    "float",
    "decimal",  # a string on the wire, exact in the database
    "timestamp",
    "json",
    "reference",  # one id
    "references",  # a list of ids
    "sublist",  # rows of another resource, no column
]
Wire = Literal["plain", "int64_string", "rfc3339"]
"""How a scalar travels: v2 sends 64-bit integers as strings and times as RFC 3339, v1 sends times as Unix seconds."""

SECRET_NAMES = frozenset({"client_secret", "confirmation_secret", "signing_secret"})
"""Fields that hold credentials in whichever object they occur: never stored. `Resource.secrets` names the others."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a resource that the mirror keeps as a column, or as rows of another table.

    `path` is where the value stands in the API's object: `(name,)` for a top-level field. A longer path is either a
    nested reference that is a column besides the JSON that holds it (`invoice.subscription_id`; `derived`), or a
    sublist inside a nested object (`quote.computed.upfront.line_items`), which is cut out of that JSON.
    """

    name: str
    kind: Kind
    path: tuple[str, ...]
    column: str | None = None
    """None for a sublist only. `<name>_id` for a reference, otherwise the field's own name."""
    nullable: bool = True
    wire: Wire = "plain"
    targets: tuple[str, ...] = ()
    """Resources that a reference or a sublist can hold, more than one for a union."""
    owner: str = "own"
    """Whose the referred row is: `own` (the owner of this row), `platform`, `self` (the id is the owning account: every
    reference to `account`), or `field:<name>` (the account that another top-level field of this row names)."""
    embedded: bool = False
    """The API always sends the whole object in place of the id."""
    derived: bool = False
    url: str | None = None
    """Sublists: the route that continues it, as `/v1/invoices/{id}/lines`; `{id}` is the parent's id."""
    read_to_end: bool = True
    """For a sublist: whether a sync reads all of its pages. False where the resource has a list of its own that returns
    every one of them (`charge.refunds`)."""


@dataclass(frozen=True, slots=True)
class Route:
    """A list that a sweep reads to fill a resource."""

    path: str
    """As the API writes it; a fan-out's placeholder is named: `/v1/customers/{customer}/payment_methods`."""
    paging: Literal["starting_after", "next_page_url", "none"] = "starting_after"
    limit: int | None = 100
    """The page size to ask for. None where the list takes no `limit`."""
    created_filter: Literal["created", "created_after"] | None = None
    variants: tuple[Mapping[str, str | bool], ...] = ({},)
    """Parameter sets that are listed one after another because the list leaves something out without them."""
    parent: str | None = None
    """A fan-out: this list is read once for each row of that resource."""
    parent_params: Mapping[str, str] = field(default_factory=dict)
    """Placeholder or query parameter → the parent's field that fills it: `{"customer": "id"}`."""
    parent_id_column: str | None = None
    """The child's column that takes the parent's id, where no field of the child names the parent:
    `payout_id` of `balance_transaction`."""
    parent_where: tuple[str, str | bool | None] | None = None
    """Only parents whose top-level field has this value; `None` as the value means any that is not null."""
    modes: Literal["both", "live", "test"] = "both"


@dataclass(frozen=True, slots=True)
class Retrieve:
    """The route that reads one object."""

    path: str
    """`/v1/invoices/{id}`; other placeholders are columns of the row: `/v1/accounts/{account}/persons/{id}`."""
    params: Mapping[str, str] = field(default_factory=dict)
    """Placeholder → the row's top-level field that fills it, for all but `{id}`."""
    gone_codes: tuple[str, ...] = ()
    """Stripe's error codes, besides `resource_missing`, that say that the object no longer exists."""


@dataclass(frozen=True, slots=True)
class Resource:
    name: str
    """As Stripe names it: `checkout.session`."""
    class_name: str
    """`CheckoutSession`: unique, the name in Python and on the command line."""
    table: str
    """`checkout_session`: the table and the last part of the asset key."""
    group: str
    """Stripe's product area: `core`, `billing`, `connect`, …"""
    api: Literal["v1", "v2"]
    fields: tuple[Field, ...]
    singleton: str | None = None
    """The path of a resource that an account has one of and that has no id: `/v1/balance`."""
    routes: tuple[Route, ...] = ()
    retrieve: Retrieve | None = None
    other_retrieves: tuple[Retrieve, ...] = ()
    """For an object that has one of several parents (`card`): a route can be used where the row has all that its `params` name."""
    expand: tuple[str, ...] = ()
    """What every list and retrieve of it asks for: paths below an item, as `lines.data.discounts`, which lists are sent as
    `data.lines.data.discounts`."""
    depends_on: tuple[str, ...] = ()
    """Acyclic. Contains every parent of a route and of a sublist that fills it."""
    aliases: tuple[str, ...] = ()
    """Other names it is known by, dj-stripe's among them."""
    id_prefixes: tuple[str, ...] = ()
    secrets: tuple[tuple[str, ...], ...] = ()
    """Paths that are never asked for and never stored."""
    retention_days: int | None = None
    rows_are_accounts: bool = False
    """Each row is an account that the key reaches. A run reads these rows once, before everything else."""
    on_demand_reason: str | None = None
    """Set where no sweep lists the resource, because Stripe's list requires a parameter that says what to look for.
    Says which parameter."""
    events_incomplete: bool = False
    """The resource has events, but Stripe sends none for some new objects or some changes: events alone do not keep
    its rows current."""
    changes_with_parent_fields: tuple[str, ...] | None = None
    """For a resource without events whose parent has events: the parent's fields that change when a row of this
    resource is created or changes. None: any field of the parent may. `()`: no field does; only event types that have
    the resource in their `lists` do."""
    append_only: bool = False
    """A listed row does not change without an event (but see `not_final_when`). An incremental run therefore lists
    only the rows that were created since the last run."""
    not_final_when: tuple[str, str | None] | None = None
    """Field and value of the rows that still change without an event: `("status", "pending")`. An incremental run
    retrieves these rows again."""

    @property
    def asset_key(self) -> tuple[str, str]:
        return ("stripe", self.table)


@dataclass(frozen=True, slots=True)
class EventTarget:
    """What an event makes be read, where that is not the object that it carries."""

    resource: str
    path: tuple[str, ...]
    """Where its id, or the object itself, stands from the event's root: `("data", "object", "customer")`, `("account",)`."""


@dataclass(frozen=True, slots=True)
class EventType:
    name: str
    """As Stripe names it: `customer.discount.created`."""
    objects: tuple[str, ...]
    """What `data.object` can be, by Stripe's names of objects. Not each of them is a model."""
    targets: tuple[EventTarget, ...] = ()
    """The objects to read in place of `data.object`: the first one whose path leads to an id is read."""
    lists: tuple[str, ...] = ()
    """Resources whose nested list of the target is read as well: by a route whose parent is the target, else by a
    sublist's `url`."""
    deletes: bool = False
    """The event says that its object was deleted. A canceled subscription and a detached payment method still exist."""
    ignored_reason: str | None = None
    """Why a sync does nothing about the event. Set only where the event changes no row of the mirror."""
