"""What flatten makes and the mirror writes: rows, sublists, checkpoints. Plain records, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from stripe_assets.mirror.columns import Rows


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """Whose data a row is."""

    account_id: str
    livemode: bool


@dataclass(frozen=True, slots=True)
class ParentRef:
    """The row that a sublist's or a fan-out's rows hang on. `field` is None for a fan-out that is no field of the parent.

    `link` is a column of the rows that takes the parent's id besides.
    """

    resource: str
    id: str
    field: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class OpenSublist:
    """A sublist that the answer cut off. Whoever fetches the rest closes it with the `observed_at` given here."""

    parent: ParentRef
    owner: Owner
    targets: tuple[str, ...]
    url: str
    cursor: str | None
    """The last id received: the `starting_after` of the next request. None where none came, though there are some."""
    count: int
    """Items received: the `position` of the next one."""
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class ClosedSublist:
    """Sublists read to their end: rows of these parents that were last observed before `observed_at` are gone."""

    targets: tuple[str, ...]
    parent_resource: str
    field: str | None
    owner: Owner
    parent_ids: tuple[str, ...]
    observed_at: datetime
    """When the request of the *first* page was sent."""
    with_parents: bool = False
    """The parents' rows are in the same batch, and say so."""


@dataclass(frozen=True, slots=True)
class Link:
    """Which parent's list returned these rows, where no field of theirs says so: true of a row however new its own state is."""

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
    """Names the list within the sweep: route, variant, parent. Short: fan-outs have one for each parent."""
    cursor: tuple[str, ...] = ()
    """Ids of the last page, its last id last; or the one `next_page_url`."""
    done: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """Stripe answered that these objects do not exist: tombstones, where the mirror observed nothing newer."""

    resource: str
    owner: Owner
    ids: tuple[str, ...]
    observed_at: datetime
    """When the request was sent that found it out."""


EventKey = tuple[Owner, str]
"""The owner of an event's row, and the event's id."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What is to be done about an event, as it is first seen."""

    owner: Owner
    """Whose list had it: the owner of the event's row."""
    id: str
    type: str
    created: datetime
    object: str | None = None
    """The model to read. None: to be found out when it is processed, as for `object_id`."""
    object_id: str | None = None
    object_account: str | None = None
    """Whose object it is, where that is not the event's owner."""
    object_created: datetime | None = None
    parents: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What the object's route wants besides its id: placeholder → value."""
    lists: tuple[str, ...] = ()
    """Models whose nested lists, below the object, are to be read with it."""
    ignored: str | None = None
    """Why nothing is to be done: it is settled from the start."""

    @property
    def key(self) -> EventKey:
        return (self.owner, self.id)


@dataclass(slots=True)
class Batch:
    """What one page of an answer comes to."""

    rows: dict[str, Rows] = field(default_factory=dict)
    """Observed: the newest observation wins."""
    fills: dict[str, Rows] = field(default_factory=dict)
    """Embedded elsewhere: inserted where the row is missing, otherwise ignored."""
    links: list[Link] = field(default_factory=list)
    sublists: list[OpenSublist] = field(default_factory=list)
    closed: list[ClosedSublist] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    """Written after the rows."""
    ledger: list[LedgerEntry] = field(default_factory=list)
    """Entered where the ledger does not have the event yet; what it has stays as it is."""
    checkpoints: list[Checkpoint] = field(default_factory=list)
    objects: int = 0
    """Objects of the answer: its items and the items of their sublists."""


@dataclass(frozen=True, slots=True)
class WriteCounts:
    """What a write changed in the database; rows that lost against a newer observation are not in it."""

    rows: Mapping[str, int]
    """Resource → rows inserted or updated from observations."""
    fills: Mapping[str, int]
    """Resource → rows inserted because something embedded them."""
    tombstones: Mapping[str, int]
    """Resource → rows that completely read sublists no longer have, or that Stripe said do not exist."""
    events: int = 0
    """Events that are new to the ledger."""

    @property
    def total(self) -> int:
        return sum(self.rows.values()) + sum(self.fills.values()) + sum(self.tombstones.values())


@dataclass(frozen=True, slots=True, order=True)
class ObjectRef:
    """An object that a row refers to and that the mirror has neither as a row nor as a recorded absence."""

    resource: str
    owner: Owner
    id: str
    parents: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """What a retrieve route wants besides the id, where the referring row tells it: placeholder → value."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Why an object is not there. `lasting`: it does not exist; otherwise it may not be read, which can change."""

    reason: str
    lasting: bool
