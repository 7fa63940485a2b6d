"""The catalog's resources, from the SDK and the overlay."""

from __future__ import annotations

import re
from collections.abc import Mapping

from stripe_assets.catalog.generator import presence
from stripe_assets.catalog.generator.expansion import expansion
from stripe_assets.catalog.generator.fields import fields, secret_paths
from stripe_assets.catalog.generator.order import dependencies, topological
from stripe_assets.catalog.generator.routes import SdkRoute
from stripe_assets.catalog.generator.sdk import PLACEHOLDER, Sdk
from stripe_assets.catalog.limits import LARGEST_PAGE
from stripe_assets.catalog.model import Field, Resource, Retrieve, Route
from stripe_assets.catalog.overlay import events, names, routes, secrets
from stripe_assets.catalog.overlay.references import PREFIXES
from stripe_assets.catalog.roles import ACCOUNT


def build(sdk: Sdk) -> tuple[Resource, ...]:
    """All resources that have a table. A resource comes after those that it depends on."""
    all_fields = {name: fields(sdk, name) for name in sdk.models}
    all_routes = {name: _routes(sdk, name) for name in sdk.models}
    unlisted = _unlisted(all_fields, all_routes)
    depends_on = dependencies(all_fields, all_routes, unlisted)
    return tuple(
        _resource(sdk, name, all_fields, all_routes[name], unlisted, depends_on[name])
        for name in topological(depends_on)
    )


def _unlisted(
    all_fields: Mapping[str, tuple[Field, ...]], all_routes: Mapping[str, tuple[Route, ...]]
) -> frozenset[str]:
    """The resources that no list returns, and no sublist that is read to its end.

    Only other objects embed them.
    """
    in_sublists = {
        t
        for own in all_fields.values()
        for f in own
        if f.kind == "sublist" and f.read_to_end
        for t in f.targets
    }
    return frozenset(
        name for name, own in all_routes.items() if not own and name not in in_sublists
    )


def _resource(
    sdk: Sdk,
    name: str,
    all_fields: dict[str, tuple[Field, ...]],
    own_routes: tuple[Route, ...],
    unlisted: frozenset[str],
    depends_on: tuple[str, ...],
) -> Resource:
    api = "v2" if name.startswith("v2.") else "v1"
    retrieves = _retrieves(sdk, name)
    is_asked_for = api == "v1" and (name not in unlisted or bool(retrieves))
    expand = expansion(sdk, name, all_fields, unlisted) if is_asked_for else ()
    presence.require_expandable(name, expand)
    return Resource(
        name=name,
        class_name=class_name(name),
        table=name.replace(".", "_"),
        group=_group(name),
        api=api,
        fields=all_fields[name],
        singleton=sdk.singleton(name),
        routes=own_routes,
        retrieve=retrieves[0] if retrieves else None,
        other_retrieves=retrieves[1:] if retrieves and retrieves[0].params else (),
        expand=expand,
        on_request=_on_request(name, retrieves, own_routes),
        depends_on=depends_on,
        aliases=names.ALIASES.get(name, ()),
        id_prefixes=PREFIXES.get(name, ()),
        secrets=secret_paths(sdk, name),
        purged=secrets.STORED_BEFORE.get(name, ()),
        retention_days=routes.RETENTION_DAYS.get(name),
        rows_are_accounts=name == ACCOUNT,
        on_demand_reason=routes.ON_DEMAND.get(name),
        events_incomplete=name in events.EVENTS_INCOMPLETE,
        changes_with_parent_fields=events.CHANGES_WITH_PARENT_FIELDS.get(name),
        append_only=_append_only(sdk, name, own_routes),
        not_final_when=events.NOT_FINAL_WHEN.get(name),
    )


def _on_request(
    name: str, retrieves: tuple[Retrieve, ...], own_routes: tuple[Route, ...]
) -> tuple[str, ...]:
    included = {path for route in (*retrieves, *own_routes) for path in route.include}
    expanded = (*routes.ON_REQUEST.get(name, ()), *routes.NOT_ASKED_FOR.get(name, ()))
    return tuple(sorted({*expanded, *included}))


def _append_only(sdk: Sdk, name: str, own_routes: tuple[Route, ...]) -> bool:
    """Whether the overlay calls the resource append-only.

    Raises ValueError where events keep it current, or where its list does not take `created`.
    """
    if name not in events.APPEND_ONLY:
        return False
    followed = any(
        name in item.objects or name in (target.resource for target in item.targets)
        for item in sdk.events
    )
    if followed and name not in events.EVENTS_INCOMPLETE:
        raise ValueError(f"APPEND_ONLY: {name} has events that keep it current, so remove it")
    if not any(route.parent is None and route.created_filter == "created" for route in own_routes):
        raise ValueError(f"APPEND_ONLY: the list of {name} does not take `created`")
    return True


def class_name(name: str) -> str:
    return names.CLASS_NAMES.get(name) or "".join(
        part[0].upper() + part[1:] for part in re.split(r"[._]", name)
    )


def _group(name: str) -> str:
    if name in names.GROUPS:
        return names.GROUPS[name]
    parts = name.split(".")
    if parts[0] == "v2":
        parts = parts[1:]
    return names.NAMESPACE_GROUPS.get(parts[0], parts[0]) if len(parts) > 1 else "core"


def _routes(sdk: Sdk, name: str) -> tuple[Route, ...]:
    if name in routes.ON_DEMAND:
        return ()
    if name in routes.LISTS:
        return tuple(_route(sdk, name, entry) for entry in routes.LISTS[name])
    plain = sdk.plain_list(name)
    return (_route(sdk, name, routes.List(plain.path)),) if plain else ()


def _route(sdk: Sdk, name: str, entry: routes.List) -> Route:
    known = sdk.lists.get(entry.path)
    if known is None or name not in known.returns:
        raise ValueError(f"LISTS: the SDK has no list of {name} at {entry.path}")
    _require_known(known, entry)
    v2 = entry.path.startswith("/v2/")
    has_limit = "limit" in known.params
    return Route(
        path=entry.path,
        paging="next_page_url"
        if v2
        else "starting_after"
        if "starting_after" in known.params
        else "none",
        limit=LARGEST_PAGE if has_limit else None,
        created_filter=None
        if v2
        else "created"
        if "created" in known.params
        else "created_after"
        if "created_after" in known.params
        else None,
        variants=entry.variants,
        parent=entry.parent,
        parent_params=dict(entry.parent_params),
        parent_where=entry.parent_where,
        parent_id_column=entry.parent_id_column,
        modes=entry.modes,
        include=_include(known),
    )


def _include(route: SdkRoute) -> tuple[str, ...]:
    """The paths that a v2 route takes in `include`."""
    _, _, paths = route.params.get("include", "").partition("enum:")
    return tuple(paths.partition(",")[0].split("|")) if paths else ()


def _require_known(known: SdkRoute, entry: routes.List) -> None:
    """Raises ValueError for a parameter that the SDK's route does not have: Stripe would refuse
    it."""
    placeholders = set(PLACEHOLDER.findall(known.path))
    given = {key.partition("[")[0] for variant in entry.variants for key in variant} | set(
        entry.parent_params
    ) - placeholders
    if unknown := given - set(known.params):
        raise ValueError(f"LISTS: {known.path} does not take {sorted(unknown)}")
    if missing := (placeholders | set(known.required)) - given - set(entry.parent_params):
        raise ValueError(f"LISTS: {known.path} requires {sorted(missing)}")


def _retrieves(sdk: Sdk, name: str) -> tuple[Retrieve, ...]:
    """The retrieve routes whose placeholders the row can fill.

    The last placeholder is the object's id; each other one is a field of the row.
    """
    found = []
    for route in sdk.retrieves(name):
        *parents, own = PLACEHOLDER.findall(route.path)
        fields_of = {parent: _parent_field(sdk, name, parent) for parent in parents}
        if all(fields_of.values()):
            params = {parent: field for parent, field in fields_of.items() if field}
            found.append(
                Retrieve(
                    route.path.replace(f"{{{own}}}", "{id}"),
                    params,
                    routes.GONE_CODES.get(name, ()),
                    _include(route),
                )
            )
    return tuple(found)


def _parent_field(sdk: Sdk, name: str, placeholder: str) -> str | None:
    """The field of the row that fills a placeholder: `account` fills `account_id`.

    For a child that does not name its parent, the column `_parent_id`. None where neither has the
    value.
    """
    named = next(
        (
            field
            for field in (placeholder, placeholder.removesuffix("_id"))
            if field in sdk.shapes[name]
        ),
        None,
    )
    if named or any(placeholder in entry.parent_params for entry in routes.LISTS.get(name, ())):
        return named or "_parent_id"
    return None
