"""What `flatten` makes and the mirror writes: rows, sublists, checkpoints. Records without I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from stripe_assets.mirror.columns import Rows


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """The account and the mode that a row belongs to."""

    account_id: str
    livemode: bool


@dataclass(frozen=True, slots=True)
class ParentRef:
    """The parent of the rows of a sublist or a fan-out."""

    resource: str
    id: str
    field: str | None = None
    """The parent's field. None for a fan-out that is no field of the parent."""
    link: str | None = None
    """A column of the rows that gets the parent's id too."""


@dataclass(frozen=True, slots=True)
class OpenSublist:
    """A sublist that the answer returns in part: it has only the first items.

    The answer with its last items closes the sublist, as of this `observed_at`.
    """

    parent: ParentRef
    owner: Owner
    targets: tuple[str, ...]
    url: str
    cursor: str | None
    """The last id received: the `starting_after` of the next request.

    None where the answer has no item although the sublist has some.
    """
    count: int
    """Items received: the `position` of the next one."""
    observed_at: datetime
    absent: bool = False
    """The answer leaves it out. Otherwise it is null, no list, or no row can hold an item of it."""


@dataclass(frozen=True, slots=True)
class WholeSublists:
    """Sublists of one field and owner that were read to their end."""

    targets: tuple[str, ...]
    parent_resource: str
    field: str | None
    owner: Owner
    read_at: dict[str, datetime]
    """Parent's id → when the request of the sublist's *first* page was sent.

    Rows of the sublist that were last observed before that are gone.
    """
    with_parents: bool = False
    """The parents' rows are in the same batch, and have the reading time."""


@dataclass(frozen=True, slots=True)
class Link:
    """The parent whose list returned these rows. No field of the rows names it.

    A link is true whether the row's stored state is newer or not.
    """

    resource: str
    column: str
    value: str
    owner: Owner
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a list was read, within a sweep of (owner, resource)."""

    owner: Owner
    resource: str
    key: str
    """Names the list within the sweep: route, variant, parent.

    It is short, because a fan-out has one for each parent.
    """
    cursor: tuple[str, ...] = ()
    """Ids of the last page, its last id last; or the one `next_page_url`."""
    done: bool = False


HoleId = tuple[Owner, str, str]
"""The account that was asked, the model, and what was not read."""


@dataclass(frozen=True, slots=True)
class Hole:
    """What a run was to read and did not read; or, with `unavailable`, what Stripe does not show
    there."""

    owner: Owner
    """The account that was asked."""
    model: str
    key: str
    """Names what was not read: a list, a part of one, the nested list of a parent, an object, an
    expansion. See `stripe_assets.sync.engine.holes`."""
    cursor: tuple[str, ...] = ()
    """What is needed to read it: where a list continues, and what its route requires."""
    answer: str = ""
    """What the server said, in place of an answer. Empty: the hole was read on, and has moved."""
    unavailable: bool = False
    """Stripe itself says that it does not show this. It is no failure, and is asked for again a
    month later."""
    count: int = 1
    """How many things failed alike."""
    since: datetime | None = None
    attempts: int = 0
    next_try_at: datetime | None = None
    """By the clock of the machine that tried, as `since`."""

    @property
    def id(self) -> HoleId:
        return (self.owner, self.model, self.key)

    def is_due(self, now: datetime) -> bool:
        return self.next_try_at is None or self.next_try_at <= now


@dataclass(frozen=True, slots=True)
class Gone:
    """Objects of which Stripe answered that they do not exist.

    Their rows become tombstones unless the mirror has observed something newer.
    """

    resource: str
    owner: Owner
    ids: tuple[str, ...]
    observed_at: datetime
    """When the request with this answer was sent."""


EventKey = tuple[Owner, str]
"""The owner of an event's row, and the event's id."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What is to be done about an event that is new to the ledger."""

    owner: Owner
    """The account whose list had the event: the owner of the event's row."""
    id: str
    type: str
    created: datetime
    object: str | None = None
    """The model to read. None, as in `object_id`: it is found out when the event is processed."""
    object_id: str | None = None
    object_account: str | None = None
    """The account that owns the object, where that is not the event's owner."""
    object_created: datetime | None = None
    parents: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What the object's route needs besides its id: placeholder → value."""
    lists: tuple[str, ...] = ()
    """Models whose nested lists, below the object, are to be read with it."""
    ignored: str | None = None
    """Why nothing is to be done. Such an entry is settled from the start."""

    @property
    def key(self) -> EventKey:
        return (self.owner, self.id)


@dataclass(slots=True)
class Batch:
    """What one page of an answer brings into the mirror."""

    rows: dict[str, Rows] = field(default_factory=dict)
    """Observed rows. The newest observation wins."""
    fills: dict[str, Rows] = field(default_factory=dict)
    """Rows of embedded objects: inserted where the row is missing, otherwise ignored."""
    links: list[Link] = field(default_factory=list)
    sublists: list[OpenSublist] = field(default_factory=list)
    unread: list[OpenSublist] = field(default_factory=list)
    """Sublists that the answer has not, or not as lists. Of a partial object that says nothing."""
    closed: list[WholeSublists] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    """Written after the rows."""
    ledger: list[LedgerEntry] = field(default_factory=list)
    """Entered where the ledger does not have the event yet. An entry that it has stays as it is."""
    checkpoints: list[Checkpoint] = field(default_factory=list)
    holes: dict[HoleId, Hole | None] = field(default_factory=dict)
    """What could not be read, and holes that were read on. None: the hole was read to its end."""
    rounded: bool = False
    """An object has a float that may have been an integer beyond 64 bits: `Answer.exact_items`."""
    objects: int = 0
    """How many objects the answer has: its items, and the items of their sublists."""


@dataclass(frozen=True, slots=True)
class WriteCounts:
    """What a write has changed in the database.

    A row that was older than the stored one is not counted.
    """

    rows: Mapping[str, int]
    """Resource → rows inserted or updated from observations."""
    fills: Mapping[str, int]
    """Resource → rows inserted because something embedded them."""
    tombstones: Mapping[str, int]
    """Resource → new tombstones: a whole sublist no longer has the object, or it does not exist."""
    events: int = 0
    """Events that are new to the ledger."""

    @property
    def total(self) -> int:
        return sum(self.rows.values()) + sum(self.fills.values()) + sum(self.tombstones.values())


@dataclass(frozen=True, slots=True, order=True)
class ObjectRef:
    """An object that a row refers to: its resource, owner and id."""

    resource: str
    owner: Owner
    id: str
    parents: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """What a retrieve route needs besides the id, where the referring row has it.

    Placeholder → value.
    """


@dataclass(frozen=True, slots=True)
class Absence:
    """Why Stripe does not return an object."""

    reason: str
    lasting: bool
    """The object does not exist. Otherwise the key may not read it, and that can change."""
