"""References that point at nothing, found in every reference column of every table.

On purpose this is not the code that closes references.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from stripe_assets.mirror import Mirror

Key = tuple[str, bool, str]


def dangling(mirror: Mirror, platform: str) -> list[str]:
    """References that have neither a row of a target nor a recorded absence.

    `platform`: the account of the API key.
    """
    with mirror.connection() as connection:
        there = {
            name: set(map(tuple, connection.execute(_keys(table))))
            for name, table in mirror.tables.items()
        }
        absence = mirror.tables.own["_absence"]
        absent: dict[str, set[Key]] = {}
        for name, *key in connection.execute(
            sa.select(absence.c.resource, absence.c._account_id, absence.c._livemode, absence.c.id)
        ):
            absent.setdefault(name, set()).add(tuple(key))
        found = []
        for name, column, targets, keys in _references(
            mirror, connection, platform, [name for name, keys in there.items() if keys]
        ):
            for key in keys:
                if not any(
                    key in there[target] or key in absent.get(target, ()) for target in targets
                ):
                    found.append(f"{name}.{column} {key}")
    return found


def _keys(table: sa.Table) -> sa.Select:
    return sa.select(table.c._account_id, table.c._livemode, table.c.id)


def _references(
    mirror: Mirror, connection: sa.Connection, platform: str, names: list[str]
) -> Iterator[tuple[str, str, list[str], list[Key]]]:
    for name in names:
        resource = mirror.catalog[name]
        for field in resource.fields:
            targets = [target for target in field.targets if target in mirror.catalog.resources]
            if field.kind not in ("reference", "references") or not targets or not field.column:
                continue
            table = mirror.tables[name]
            columns = {one.name: one.column for one in resource.fields if one.column}
            named = (
                columns[field.owner.removeprefix("field:")]
                if field.owner.startswith("field:")
                else "_account_id"
            )
            assert named
            keys: list[Key] = []
            query = sa.select(
                table.c._account_id, table.c._livemode, table.c[named], table.c[field.column]
            )
            for account, livemode, other, value in connection.execute(
                query.where(table.c[field.column].is_not(None))
            ):
                for id in [value] if field.kind == "reference" else value:
                    owner = {"self": id, "platform": platform, "own": account}.get(
                        field.owner, other
                    )
                    if "account" in targets and id.startswith("acct_"):
                        owner = id
                    if owner:
                        keys.append((owner, livemode, id))
            yield name, field.column, targets, keys
