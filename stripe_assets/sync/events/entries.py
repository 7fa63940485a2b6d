"""What an event is about: which object is to be read, or why there is nothing to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.model import EventType, Resource
from stripe_assets.catalog.retrieval import account_in, parents_in
from stripe_assets.catalog.roles import EVENT_ACCOUNT
from stripe_assets.mirror import LedgerEntry, Owner

Object = Mapping[str, Any]


class UnreadableEvent(ValueError):
    """The event is not as Stripe documents it. The message says what is odd."""


def entry_of(catalog: Catalog, event: Object, owner: Owner) -> LedgerEntry:
    """Returns the ledger's entry of an event that `owner`'s list returned. Raises UnreadableEvent.

    An entry that has an object, and lacks a value that its retrieve route needs, is settled by the
    event's payload.
    """
    type_ = event.get("type")
    if not isinstance(type_, str):
        raise UnreadableEvent("the event has no type")
    plain = LedgerEntry(owner, event["id"], type_, created_at(event))
    kind = catalog.events.get(type_) or EventType(type_, ())
    if kind.ignored_reason:
        return _ignored(plain, kind.ignored_reason)
    account = event.get(EVENT_ACCOUNT)
    if account is not None and not isinstance(account, str):
        raise UnreadableEvent("the event's account is not an id")
    if kind.targets:
        entry = _targeted(catalog, plain, kind, event)
    else:
        entry = _of_payload(catalog, plain, payload_of(event), account)
    return replace(entry, lists=_lists(catalog, kind, entry.object or "", event))


def _lists(catalog: Catalog, kind: EventType, parent: str, event: Object) -> tuple[str, ...]:
    """Returns the nested lists that may have changed with the object, and have no events."""
    before = event.get("data", {}).get("previous_attributes")
    found = set(kind.lists)
    for child in catalog.children_without_events.get(parent, ()) if not kind.deletes else ():
        if _may_have_changed(child, before):
            found.add(child.name)
    return tuple(sorted(found))


def _may_have_changed(child: Resource, before: Any) -> bool:
    """`before`: the event's `previous_attributes`. None: the event does not say what changed."""
    fields = child.changes_with_parent_fields
    if fields is None:
        return True
    return bool(fields) if before is None else not set(fields).isdisjoint(before)


def created_at(event: Object) -> datetime:
    """Raises UnreadableEvent."""
    created = instant(event.get("created"))
    if created is None:
        raise UnreadableEvent("the event does not say when it was created")
    return created


def instant(seconds: object) -> datetime | None:
    """Returns the time of an integer of Unix seconds; None for anything else."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if type(seconds) is int else None
    except (ValueError, OverflowError, OSError):
        return None


def payload_of(event: Object) -> Object:
    """Returns the object as it was when the event was created. Raises UnreadableEvent."""
    data = event.get("data")
    payload = data.get("object") if isinstance(data, Mapping) else None
    if not isinstance(payload, Mapping):
        raise UnreadableEvent("the payload cannot be read: data.object is not an object")
    return payload


def _targeted(catalog: Catalog, plain: LedgerEntry, kind: EventType, event: Object) -> LedgerEntry:
    for target in kind.targets:
        value: Any = event
        for name in target.path:
            value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, Mapping):
            value = value.get("id")
        if isinstance(value, str):
            resource = catalog[target.resource]
            account = value if resource.rows_are_accounts else event.get(EVENT_ACCOUNT)
            return _about(plain, resource, value, account)
    names = " or ".join(target.resource for target in kind.targets)
    return _ignored(plain, f"{kind.name} without the {names} that it is about")


def _of_payload(
    catalog: Catalog, plain: LedgerEntry, payload: Object, account: str | None
) -> LedgerEntry:
    resource = catalog.by_object(payload)
    if resource is None:
        return _ignored(
            plain, f"no table holds the {payload.get('object', 'object')} of {plain.type}"
        )
    if resource.singleton:
        return _about(plain, resource, account or plain.owner.account_id, account)
    id = payload.get("id")
    if not isinstance(id, str) or not id:
        raise UnreadableEvent(f"the payload cannot be read: the {resource.name} has no id")
    parents = parents_in(resource, payload)
    account = account_in(catalog, resource, payload, parents) or account
    return _about(plain, resource, id, account, instant(payload.get("created")), parents)


def _about(
    plain: LedgerEntry,
    resource: Resource,
    id: str,
    account: str | None,
    created: datetime | None = None,
    parents: Mapping[str, str] | None = None,
) -> LedgerEntry:
    return LedgerEntry(
        plain.owner,
        plain.id,
        plain.type,
        plain.created,
        object=resource.name,
        object_id=id,
        object_account=account or plain.owner.account_id,
        object_created=created,
        parents=parents or {},
    )


def _ignored(plain: LedgerEntry, reason: str) -> LedgerEntry:
    return LedgerEntry(plain.owner, plain.id, plain.type, plain.created, ignored=reason)
