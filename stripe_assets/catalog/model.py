"""The catalog's records: small frozen dataclasses that every other package reads.

A resource is declared once, as data. A peculiarity of one resource is a field of these records,
never a branch in the code that reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from stripe_assets.catalog.limits import LARGEST_PAGE

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
"""How the API writes a scalar. v1 writes times as Unix seconds; v2 writes them as RFC 3339, and
64-bit integers as strings."""

Paging = Literal["starting_after", "next_page_url", "none"]
"""How the next page of a list is requested: after the last id, by the URL that the page names, or
not at all."""

Unset = Literal["never", "null", "absent", "either"]
"""How the API says that a field has no value: it sends null, it leaves the field out, or it does
either. `never`: the field always has a value."""

SECRET_NAMES = frozenset({"client_secret", "confirmation_secret", "signing_secret"})
"""Fields that hold credentials in every object that has them. They are never stored.
`Resource.secrets` has the fields that are secret in one resource only."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a resource.

    The mirror keeps it as a column, or, for a sublist, as rows of another table.

    `path` says where the API's object has the value: `(name,)` for a top-level field. A longer path
    is one of two things. A nested reference (`derived`) is a column in addition to the JSON column
    that contains it: `invoice.subscription_id`. A sublist in a nested object is removed from the
    JSON column: `quote.computed.upfront.line_items`.
    """

    name: str
    kind: Kind
    path: tuple[str, ...]
    column: str | None = None
    """`<name>_id` for a reference, otherwise the field's name. None for a sublist, and only for
    one."""
    unset: Unset = "null"
    wire: Wire = "plain"
    targets: tuple[str, ...] = ()
    """The resources that a reference can point at or a sublist can contain."""
    owner: str = "own"
    """For a reference: which account owns the row that it points at. `own`: the account of this
    row. `platform`: the platform. `self`: the account whose id the reference holds, as for every
    reference to `account`. `field:<name>`: the account whose id another top-level field of this row
    holds."""
    embedded: bool = False
    """For a reference: the API always sends the whole object in place of the id."""
    derived: bool = False
    """The column repeats a value of a JSON column, for joins."""
    url: str | None = None
    """For a sublist: the route of its further pages, as `/v1/invoices/{id}/lines`. `{id}` is the
    parent's id."""
    read_to_end: bool = True
    """For a sublist: whether a sync reads all of its pages. False where the resource has a list of
    its own that returns every one of them (`charge.refunds`)."""

    @property
    def nullable(self) -> bool:
        """Whether a row may have no value."""
        return self.unset != "never"


@dataclass(frozen=True, slots=True)
class Route:
    """A list that a sweep reads to fill a resource.

    With `parent`, it is nested: read once for each row of the parent.
    """

    path: str
    """As in Stripe's reference, with named placeholders:
    `/v1/customers/{customer}/payment_methods`."""
    paging: Paging = "starting_after"
    limit: int | None = LARGEST_PAGE
    """The page size to ask for. None where the list takes no `limit` parameter."""
    created_filter: Literal["created", "created_after"] | None = None
    variants: tuple[Mapping[str, str | bool], ...] = ({},)
    """Parameter sets. The list is read once with each of them, where one request leaves some
    objects out."""
    parent: str | None = None
    """For a nested list: the resource for whose rows it is read."""
    parent_params: Mapping[str, str] = field(default_factory=dict)
    """Placeholder or query parameter → the parent's field that has its value: `{"customer":
    "id"}`."""
    parent_id_column: str | None = None
    """The child's column that takes the parent's id, where no field of the child names the parent:
    `payout_id` of `balance_transaction`."""
    parent_where: tuple[str, str | bool | None] | None = None
    """For a nested list: it is read only for parents whose top-level field has this value. The
    value `None` means any value that is not null."""
    modes: Literal["both", "live", "test"] = "both"
    """The modes in which the list is read."""
    include: tuple[str, ...] = ()
    """Fields that v2 sends only where the query has their paths in `include`."""


@dataclass(frozen=True, slots=True)
class Retrieve:
    """The route that reads one object."""

    path: str
    """`/v1/invoices/{id}`, or with further placeholders: `/v1/accounts/{account}/persons/{id}`."""
    params: Mapping[str, str] = field(default_factory=dict)
    """Each placeholder besides `{id}` → the row's top-level field that has its value."""
    gone_codes: tuple[str, ...] = ()
    """Stripe's error codes, besides `resource_missing`, that say that the object no longer
    exists."""
    include: tuple[str, ...] = ()
    """As for a `Route`."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of Stripe object: what it consists of, how it is read, and how it is kept current.

    This record has more fields than other classes here may have: it is the one place that declares
    a resource.
    """

    name: str
    """Stripe's name: `checkout.session`."""
    class_name: str
    """The name in Python and on the command line, unique: `CheckoutSession`."""
    table: str
    """The name of the table, and the last part of the asset key: `checkout_session`."""
    group: str
    """Stripe's product area: `core`, `billing`, `connect`, …"""
    api: Literal["v1", "v2"]
    fields: tuple[Field, ...]
    singleton: str | None = None
    """The path of the one object of this resource that an account has. It has no id:
    `/v1/balance`."""
    routes: tuple[Route, ...] = ()
    retrieve: Retrieve | None = None
    other_retrieves: tuple[Retrieve, ...] = ()
    """For an object that has one of several kinds of parents (`card`): further routes. A route can
    be used if the row has a value for each of its `params`."""
    expand: tuple[str, ...] = ()
    """What every list and retrieve asks Stripe to expand, as paths below an object:
    `lines.data.discounts`. A list is asked for `data.lines.data.discounts`."""
    on_request: tuple[str, ...] = ()
    """Fields, and parts of JSON fields (`shipping_cost.taxes`), that Stripe sends only if `expand`
    or `include` asks for them. An object that lacks anything else has no value for it."""
    depends_on: tuple[str, ...] = ()
    """Other resources, without cycles: those that its references point at, the parents of its
    routes, and the resources whose sublists contain it."""
    aliases: tuple[str, ...] = ()
    """Other names that a user may give it, among them the names of dj-stripe's models."""
    id_prefixes: tuple[str, ...] = ()
    secrets: tuple[tuple[str, ...], ...] = ()
    """Paths of credentials. They are never asked for and never stored."""
    purged: tuple[tuple[str, ...], ...] = ()
    """The secrets that earlier releases stored. They are taken out of databases made before."""
    retention_days: int | None = None
    """After how many days Stripe removes an object. That is no deletion for the mirror. None:
    Stripe keeps it."""
    rows_are_accounts: bool = False
    """Each row is an account that the key reaches. A run reads these rows once, before everything
    else."""
    on_demand_reason: str | None = None
    """Set where no sweep lists the resource, because Stripe's list requires a parameter that says
    what to look for. Users see this text."""
    events_incomplete: bool = False
    """The resource has events, but Stripe sends none for some new objects or some changes: events
    alone do not keep its rows current."""
    changes_with_parent_fields: tuple[str, ...] | None = None
    """For a resource without events whose parent has events: the parent's fields that change when a
    row of this resource is created or changes. None: any field of the parent may. `()`: no field
    does; only event types that have the resource in their `lists` do."""
    append_only: bool = False
    """A listed row does not change without an event (but see `not_final_when`). An incremental run
    therefore lists only the rows that were created since the last run."""
    not_final_when: tuple[str, str | None] | None = None
    """Field and value of the rows that still change without an event: `("status", "pending")`. An
    incremental run retrieves these rows again."""

    @property
    def retrieved_in_full(self) -> bool:
        """Whether a retrieve can include more of an object than its lists can."""
        include = set(self.retrieve.include) if self.retrieve else set[str]()
        return any(include.difference(route.include) for route in self.routes)

    @property
    def asset_key(self) -> tuple[str, str]:
        return ("stripe", self.table)


@dataclass(frozen=True, slots=True)
class EventTarget:
    """The object to read after an event, where it is not the event's `data.object`."""

    resource: str
    path: tuple[str, ...]
    """Where the event has the object or its id: `("data", "object", "customer")`,
    `("account",)`."""


@dataclass(frozen=True, slots=True)
class EventType:
    name: str
    """Stripe's name: `customer.discount.created`."""
    objects: tuple[str, ...]
    """The names of the objects that `data.object` can be. Some of them are no model of the
    catalog."""
    targets: tuple[EventTarget, ...] = ()
    """The objects to read in place of `data.object`: the first one whose path leads to an id is
    read."""
    lists: tuple[str, ...] = ()
    """Resources whose nested list of the target is read as well: by a route whose parent is the
    target, else by a sublist's `url`."""
    deletes: bool = False
    """The event says that its object was deleted. A canceled subscription and a detached payment
    method still exist."""
    ignored_reason: str | None = None
    """Why a sync does nothing about the event. Set only where the event changes no row of the
    mirror."""
