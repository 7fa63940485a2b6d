"""API objects → rows, without I/O: what `Mirror.write` is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from stripe_assets.catalog.model import Field
from stripe_assets.mirror.batch import Batch, ClosedSublist, Link, OpenSublist, Owner, ParentRef, Row
from stripe_assets.mirror.errors import MirrorError
from stripe_assets.mirror.plans import Plan, Plans, Scope, at_path, holds_key, without_key, without_path
from stripe_assets.mirror.tables import read_at_column
from stripe_assets.mirror.values import INT64_MAX, INT64_MIN, Misfit

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog

_plans: dict[int, Plans] = {}


def plans_for(catalog: Catalog) -> Plans:
    """The compiled plans of a catalog, kept for as long as the program runs."""
    plans = _plans.get(id(catalog))
    if plans is None or plans.catalog is not catalog:
        plans = _plans[id(catalog)] = Plans(catalog)
    return plans


def flatten(
    catalog: Catalog,
    resource: str,
    items: Sequence[Mapping[str, Any]],
    owner: Owner,
    observed_at: datetime,
    *,
    api_version: str,
    parent: ParentRef | None = None,
    position: int = 0,
    platform_id: str | None = None,
    fill: bool = False,
    listed: bool = False,
    clean: bool = False,
) -> Batch:
    """What the objects of an answer come to in the mirror.

    Parameters: resource: the model of the items, by its API name; an item that says it is another model becomes that one's row.
    observed_at: when the request was sent, by Stripe's clock, aware. parent, position: for the items of a sublist or a
    fan-out, where the first of them stands. platform_id: the account whose key it is, for what the platform owns.
    fill: the items were embedded elsewhere (an event), so that they only fill missing rows. listed: this is a page of a list,
    so that its items are not unlisted. clean: no name of SECRET_NAMES occurs in the answer, so that nobody need look for it.

    Nothing of `items` is changed, but rows share their nested values. Raises MirrorError for an item without an id.
    """
    if observed_at.tzinfo is None:
        raise ValueError("observed_at must be aware: when the request was sent, in UTC")
    page = Page(plans_for(catalog), owner.livemode, observed_at, api_version, platform_id, clean)
    for index, item in enumerate(items, position):
        plan = page.plans[resource]
        if item.get("object", resource) != resource:
            plan = page.plans.of_object(item, (resource,)) or plan
        if not page.add(plan, item, owner.account_id, not fill, parent, index, listed):
            raise MirrorError(f"an item of {resource} has no id: the API sent {sorted(item)[:12]}")
    if parent is not None and parent.link is not None and items:
        page.batch.links.append(Link(resource, parent.link, parent.id, owner, tuple(str(item["id"]) for item in items)))
    page.batch.objects += len(items)
    page.batch.closed.extend(page.closed_sublists())
    return page.batch


class Page:
    """The batch of one answer as it grows."""

    def __init__(self, plans: Plans, livemode: bool, observed_at: datetime, api_version: str, platform_id: str | None, clean: bool) -> None:
        self.plans = plans
        self.livemode = livemode
        self.observed_at = observed_at
        self.api_version = api_version
        self.platform_id = platform_id
        self.clean = clean
        self.batch = Batch()
        self._embedded: set[tuple[str, str, str]] = set()
        self._closed: dict[tuple[str, str, str], tuple[Field, list[str]]] = {}

    def add(
        self,
        plan: Plan,
        obj: Mapping[str, Any],
        account_id: str,
        observed: bool,
        parent: ParentRef | None = None,
        position: int = 0,
        listed: bool = False,
    ) -> bool:
        """Makes the object's row, and the rows of what it holds. False where it has no id, and nothing was added."""
        own_id = account_id if plan.singleton else obj.get("id")
        if type(own_id) is not str:
            return False
        if plan.self_owned:
            account_id = own_id
        row: Row = {
            "_account_id": account_id,
            "_livemode": self.livemode,
            "id": own_id,
            "_observed_at": self.observed_at if observed else None,
            "_api_version": self.api_version,
        }
        if listed:
            row["_unlisted_at"] = None
        if parent is not None and plan.has_parent:
            row["_parent_object"], row["_parent_id"], row["_parent_field"] = parent.resource, parent.id, parent.field
            row["_position"] = position
        deleted = obj.get("deleted") is True
        row["_deleted_at"] = self.observed_at if deleted else None
        extra = self._columns(row, obj, Scope(plan, obj, own_id, account_id, observed))
        if deleted:
            # A stub says no more than that: what the row last held stays readable.
            row.pop("deleted", None)
            extra.pop("deleted", None)
        if extra or not deleted:
            row["_extra"] = extra or None
        into = self.batch.rows if observed else self.batch.fills
        into.setdefault(plan.resource.name, []).append(row)
        return True

    def _columns(self, row: Row, obj: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
        """Fills the row's columns; what has none, or does not fit it, is returned."""
        extra: dict[str, Any] = {}
        plan = scope.plan
        entry_of = (plan.clean_entries if self.clean else plan.entries).get
        for name, value in obj.items():
            entry = entry_of(name)
            if entry is None:
                extra[name] = value
                continue
            column, exact, convert, handle = entry
            if value is None:
                if column is not None:
                    row[column] = None
            elif type(value) is exact and (exact is not int or INT64_MIN <= value <= INT64_MAX):
                row[column] = value  # type: ignore[index]  # only a column's entry has an exact type
            else:
                try:
                    if convert is not None:
                        row[column] = convert(value)  # type: ignore[index]  # nor a conversion
                    else:
                        handle(self, row, value, scope)
                except Misfit as misfit:
                    extra[name] = value
                    if column is not None:
                        row[column] = misfit.column_value
        for path, column in plan.derived:
            if path[0] in obj:
                row[column] = _id_of(at_path(obj, path))
        return _without_secrets(extra, plan) if extra else extra

    def embedded(self, field: Field, obj: Mapping[str, Any], scope: Scope) -> None:
        """The row of an object that stands where an id could: a fill, or an observation where no route returns such objects.

        Raises Misfit where the object has no id, or where the catalog has no model that could keep what it says.
        """
        own_id = obj.get("id")
        if type(own_id) is not str:
            raise Misfit
        if obj.get("deleted") is True:
            return
        plan = self.plans.of_object(obj, field.targets)
        if plan is None:
            raise Misfit(own_id if field.kind == "reference" else None)
        account_id = self._owner_of(field, scope)
        if account_id is None:
            return
        key = (plan.resource.name, account_id, own_id)
        if key not in self._embedded:
            self._embedded.add(key)
            self.add(plan, obj, account_id, scope.observed and plan.authority)

    def _owner_of(self, field: Field, scope: Scope) -> str | None:
        """The account whose row a reference means; None where the answer does not tell."""
        if field.owner == "platform":
            return self.platform_id
        if field.owner.startswith("field:"):
            return _id_of(at_path(scope.obj, tuple(field.owner[6:].split("."))))
        return scope.account_id

    def sublist(self, field: Field, value: Any, row: Row, scope: Scope) -> bool:
        """The rows of a sublist. False where it is none that rows can hold, and nothing was added."""
        if type(value) is not dict or type(items := value.get("data")) is not list:
            return False
        plans = [self.plans.of_object(item, field.targets) if type(item) is dict else None for item in items]
        if not all(plan and type(item.get("id")) is str for plan, item in zip(plans, items, strict=True)):
            return False
        parent = ParentRef(scope.plan.resource.name, scope.id, field.name)
        for position, (plan, item) in enumerate(zip(plans, items, strict=True)):
            if plan is not None:
                self.add(plan, item, scope.account_id, scope.observed, parent, position)
        if scope.observed:
            self.batch.objects += len(items)
        if not (scope.observed and field.complete):
            return True
        if value.get("has_more"):
            owner = Owner(scope.account_id, self.livemode)
            url = (field.url or str(value.get("url"))).replace("{id}", quote(scope.id, safe=""))
            cursor = items[-1]["id"] if items else None
            self.batch.sublists.append(OpenSublist(parent, owner, field.targets, url, cursor, len(items), self.observed_at))
        else:
            row[read_at_column(field.name)] = self.observed_at
            key = (scope.plan.resource.name, field.name, scope.account_id)
            self._closed.setdefault(key, (field, []))[1].append(scope.id)
        return True

    def closed_sublists(self) -> list[ClosedSublist]:
        return [
            ClosedSublist(field.targets, resource, name, Owner(account_id, self.livemode), tuple(ids), self.observed_at)
            for (resource, name, account_id), (field, ids) in self._closed.items()
        ]


def _id_of(value: Any) -> str | None:
    if type(value) is dict:
        value = value.get("id")
    return value if type(value) is str else None


def _without_secrets(extra: dict[str, Any], plan: Plan) -> dict[str, Any]:
    for name, paths in plan.secrets_of.items():
        for path in paths:
            if path and name in extra:
                extra[name] = without_path(extra[name], path)
    return without_key(extra) if holds_key(extra) else extra
