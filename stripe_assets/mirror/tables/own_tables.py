"""The mirror's own tables: API keys, sweeps, checkpoints, absences, the event ledger and others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from stripe_assets.mirror.tables.layout import ColumnKind

OWN_COLUMNS: Mapping[str, tuple[Mapping[str, ColumnKind], Mapping[str, ColumnKind]]] = {
    "_schema_version": (
        {"hash": "text"},
        {"api_version": "text", "sdk_version": "text", "applied_at": "timestamp"},
    ),
    "_api_key": (
        {"alias": "text"},
        {
            "storage": "text",  # "encrypted" or "environment"
            "secret": "text",  # the Fernet token, or the variable's name
            "account_id": "text",
            "livemode": "boolean",
            "kind": "text",
            "last4": "text",
            "connected": "json",  # "all", "none" or a list of account ids
            "created_at": "timestamp",
        },
    ),
    "_sweep": (
        {"_account_id": "text", "_livemode": "boolean", "resource": "text"},
        {
            "started_at": "timestamp",
            "run_id": "text",
            "scope": "text",  # only a run of the same scope may resume it
            "unfinished": "boolean",  # the columns below describe the last finished sweep
            "last_started_at": "timestamp",
            "last_finished_at": "timestamp",
            "rows": "bigint",
            "requests": "bigint",
            "availability": "text",
            "current_until": "timestamp",  # every change until then is in the mirror
            # Whether the last finished sweep kept what it could not read. Null: an earlier release.
            "keeps_holes": "boolean",
        },
    ),
    "_checkpoint": (
        {"_account_id": "text", "_livemode": "boolean", "resource": "text", "key": "text"},
        {"cursor": "json", "done": "boolean"},
    ),
    "_hole": (
        {"_account_id": "text", "_livemode": "boolean", "resource": "text", "key": "text"},
        {
            "cursor": "json",
            "answer": "text",
            "unavailable": "boolean",
            "count": "bigint",
            "since": "timestamp",
            "attempts": "bigint",
            "next_try_at": "timestamp",
        },
    ),
    "_absence": (
        {"_account_id": "text", "_livemode": "boolean", "resource": "text", "id": "text"},
        {
            "reason": "text",
            "observed_at": "timestamp",
            "until": "timestamp",  # from then on it may be asked for again; null: never
        },
    ),
    "_event_ledger": (
        {"_account_id": "text", "_livemode": "boolean", "id": "text"},
        {
            "type": "text",
            "created": "timestamp",
            "object": "text",  # the model to read
            "object_id": "text",
            "object_account": "text",  # whose object; null: the owner's
            "object_created": "timestamp",
            "parents": "json",  # what its route needs besides the id
            "lists": "json",  # the nested lists that are to be read with it
            "state": "text",  # pending, processed, failed, ignored
            "reason": "text",  # why it is ignored
            "attempts": "bigint",
            "error": "text",
            "next_attempt_at": "timestamp",
            # When it was processed or ignored. Null: it is open, perhaps only for its lists.
            "settled_at": "timestamp",
            "run_id": "text",  # the run that has claimed it last
        },
    ),
    "_reach": (
        {"alias": "text", "_account_id": "text", "_livemode": "boolean"},
        {
            "own": "boolean",  # the key's own account. Its row has the last two columns too
            "seen_at": "timestamp",
            "lost_at": "timestamp",
            "unclosed_since": "timestamp",  # rows written since may have open references
            "fingerprint": "text",  # of the key by which the account was found
        },
    ),
    "_lease": (
        {"_account_id": "text", "_livemode": "boolean", "run_id": "text"},
        # The runs of one process share its budget already.
        {"process": "text", "expires_at": "timestamp"},
    ),
    "_read_count": (
        {"_account_id": "text", "_livemode": "boolean", "day": "text"},
        {"requests": "bigint"},
    ),
}
"""The mirror's own tables: key columns and the others."""

_OPEN_EVENTS = ("run_id", "state", "object", "object_created", "object_id", "created")
"""The order in which a run takes its events. The index has the open ones only: they are few."""


def own_tables(
    metadata: sa.MetaData,
    types: Mapping[ColumnKind, sa.types.TypeEngine[Any]],
    index_where: str | None,
) -> dict[str, sa.Table]:
    """Name → table. `types` and `index_where`: see `Tables`."""
    tables = {
        name: sa.Table(
            name,
            metadata,
            *(sa.Column(column, types[kind], primary_key=True) for column, kind in key.items()),
            *(sa.Column(column, types[kind]) for column, kind in columns.items()),
        )
        for name, (key, columns) in OWN_COLUMNS.items()
    }
    ledger = tables["_event_ledger"].c
    is_open = ledger.settled_at.is_(None)
    sa.Index(
        "ix_event_ledger_open",
        *(ledger[name] for name in _OPEN_EVENTS),
        **partial_index(index_where, is_open),
    )
    return tables


def partial_index(index_where: str | None, where: sa.ColumnElement[bool]) -> dict[str, Any]:
    """Returns the options of an index that has only the rows of a condition."""
    return {index_where: where} if index_where else {}
