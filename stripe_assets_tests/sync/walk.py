"""A plain walk of the API with Stripe's SDK: page after page, one list after another. The mirror
has to equal what it finds."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import orjson
import stripe

from stripe_assets.catalog import Catalog, Resource, Route
from stripe_assets_tests.generated import at

Found = dict[tuple[str, str, str], dict[str, Any]]
"""(resource, account id, id) → the object, with complete sublists."""


class Walk:
    def __init__(
        self, catalog: Catalog, base: str, secret: str, models: Collection[str] = ()
    ) -> None:
        """`models`: the ones to list. Empty: all."""
        self.catalog = catalog
        self.models = models or catalog.resources
        self.client = stripe.StripeClient(
            secret, base_addresses={"api": base}, max_network_retries=0
        )
        self.livemode = "_live_" in secret
        self.found: Found = {}

    def get(self, path: str, header: str | None, /, **params: Any) -> dict[str, Any]:
        options = {"stripe_account": header} if header else {}
        return orjson.loads(self.client.raw_request("get", path, **params, **options).body)

    def all(self) -> Found:
        own = self.get("/v1/account", None)
        self._take(self.catalog["account"], own["id"], None, [own])
        for account in self._pages(
            "/v1/accounts", None, {"limit": 100, "expand": ["data.external_accounts"]}
        ):
            self._take(self.catalog["account"], own["id"], None, [account])
        owners = [
            (id_, None if id_ == own["id"] else id_)
            for name, _, id_ in self.found
            if name == "account"
        ]
        for owner, header in owners:
            for resource in self.catalog.resources.values():
                if resource.name not in self.models:
                    continue
                if resource.singleton:
                    self._take(resource, owner, header, [self.get(resource.singleton, header)])
                for route in resource.routes:
                    if route.path != "/v1/accounts" and route.modes in (
                        "both",
                        "live" if self.livemode else "test",
                    ):
                        self._list(resource, route, owner, header)
        return self.found

    def _list(self, resource: Resource, route: Route, owner: str, header: str | None) -> None:
        if route.parent is None:
            self._variants(resource, route, route.path, {}, owner, header)
            return
        for (name, account, _), parent in list(self.found.items()):
            # Account rows belong to their own accounts. The platform reads them, and their nested
            # lists of persons and capabilities.
            mine = header is None if name == "account" else account == owner
            if name == route.parent and mine and self._asks(route, parent):
                values = {
                    placeholder: _id(parent[source])
                    for placeholder, source in route.parent_params.items()
                }
                path = route.path
                for placeholder in list(values):
                    if "{" + placeholder + "}" in path:
                        path = path.replace("{" + placeholder + "}", values.pop(placeholder))
                self._variants(resource, route, path, values, account, header)

    def _asks(self, route: Route, parent: dict[str, Any]) -> bool:
        if route.parent_where is None:
            return True
        name, value = route.parent_where
        return parent.get(name) is not None and value in (None, parent[name])

    def _variants(
        self,
        resource: Resource,
        route: Route,
        path: str,
        given: dict[str, str],
        owner: str,
        header: str | None,
    ) -> None:
        for variant in route.variants:
            params: dict[str, Any] = {**variant, **given}
            if route.limit:
                params["limit"] = route.limit
            params |= {f"include[{place}]": path for place, path in enumerate(route.include)}
            if resource.expand and resource.api == "v1":
                params["expand"] = [f"data.{name}" for name in resource.expand]
            self._take(resource, owner, header, self._pages(path, header, params))

    def _pages(
        self, path: str, header: str | None, params: dict[str, Any]
    ) -> Iterator[dict[str, Any]]:
        while True:
            page = self.get(path, header, **params)
            yield from page["data"]
            if page.get("next_page_url"):
                path, params = page["next_page_url"], {}
            elif page.get("has_more"):
                params = {**params, "starting_after": page["data"][-1]["id"]}
            else:
                return

    def _take(self, resource: Resource, owner: str, header: str | None, objects: Any) -> None:
        for obj in objects:
            if resource.retrieved_in_full and resource.retrieve:
                path = resource.retrieve.path.replace("{id}", obj["id"])
                include = enumerate(resource.retrieve.include)
                obj = self.get(
                    path, header, **{f"include[{place}]": name for place, name in include}
                )
            account = obj["id"] if resource.name == "account" else owner
            self.found[resource.name, account, account if resource.singleton else obj["id"]] = obj
            for field in resource.fields:
                sublist = (
                    at(obj, field.path) if field.kind == "sublist" and field.read_to_end else None
                )
                if sublist is not None:
                    self._complete(resource, field, obj, sublist, header)
                    for item in sublist["data"]:
                        self._take(
                            self.catalog.by_object(item) or self.catalog[field.targets[0]],
                            account,
                            header,
                            [item],
                        )

    def _complete(
        self,
        resource: Resource,
        field: Any,
        obj: dict[str, Any],
        sublist: dict[str, Any],
        header: str | None,
    ) -> None:
        if sublist["has_more"]:
            expand = [
                name.removeprefix(f"{field.name}.data.")
                for name in resource.expand
                if name.startswith(f"{field.name}.data.")
            ]
            params: dict[str, Any] = {"limit": 100} | (
                {"expand": [f"data.{name}" for name in expand]} if expand else {}
            )
            sublist["data"] = list(
                self._pages(field.url.replace("{id}", obj["id"]), header, params)
            )
            sublist["has_more"] = False


def _id(value: Any) -> str:
    return value["id"] if isinstance(value, dict) else value
