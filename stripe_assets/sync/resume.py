"""Going on where an interrupted run ended: sweeps that are not finished, and the checkpoints of their lists."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.model import Route
from stripe_assets.mirror import Checkpoint, FinishedSweep, Mirror, Owner, Sweep
from stripe_assets.sync import fan_out, sublist
from stripe_assets.sync.event_feed import LAG
from stripe_assets.sync.model_state import feeders_of
from stripe_assets.sync.shards import Range
from stripe_assets.sync.task import SHARD, Task


class Sweeps:
    """The sweeps of a run: begun or taken up again, and finished, in the mirror.

    A list may go on from its checkpoint only if all that its rows cause was recorded with it, and refused to no other
    key. So a sweep carries its run's scope, and only a run of the same key and the same models takes it up; a model on
    whose rows nothing hangs is taken up by any run of the key.
    """

    def __init__(
        self,
        mirror: Mirror,
        catalog: Catalog,
        alias: str,
        active: Iterable[str],
        nested: Mapping[str, list[tuple[str, Route]]],
        run_id: str,
    ) -> None:
        self._mirror = mirror
        self._catalog = catalog
        self._nested = nested
        self._run_id = run_id
        self._alias = alias
        models = hashlib.sha256(" ".join(sorted(active)).encode()).hexdigest()[:16]
        self._scope = f"{alias} {catalog.api_version} {models}"
        self._feeding = {name for resource in catalog.resources.values() for name in feeders_of(catalog, resource).models}
        self._continued: dict[tuple[Owner, str], Sweep] = {}
        self._started: dict[tuple[Owner, str], datetime] = {}
        self._now: datetime

    def begin(self, pairs: Iterable[tuple[Owner, str]], now: datetime) -> None:
        """`now` by Stripe's clock: what was observed before it is not what these sweeps have listed."""
        pairs = list(pairs)
        unfinished = self._mirror.unfinished_sweeps({owner for owner, _ in pairs}, now=now)
        continued = {pair: unfinished[pair] for pair in pairs if pair in unfinished and self._may_take_up(pair[1], unfinished[pair])}
        self._mirror.begin_sweeps([pair for pair in pairs if pair not in continued], self._run_id, scope=self._scope, now=now)
        self._continued.update(continued)
        self._now = now
        # A process that has just begun knows Stripe's clock to the second: it may stamp what it reads earlier than one before it did.
        self._started.update({pair: min(continued[pair].started_at, now) if pair in continued else now for pair in pairs})

    def started(self, owner: Owner, model: str) -> datetime | None:
        """When the sweep that this run began or took up was begun."""
        return self._started.get((owner, model))

    def _may_take_up(self, model: str, sweep: Sweep) -> bool:
        ours = sweep.scope.startswith(f"{self._alias} {self._catalog.api_version} ")
        return sweep.scope == self._scope or (ours and model not in self._feeding)

    def resume(self, task: Task) -> list[Task]:
        """The task at the page where its list was left, or its shards where it was split; none when it had been read to its end."""
        sweep = self._continued.get((task.reader, task.model))
        checkpoint = sweep.checkpoints.get(task.key) if sweep else None
        if sweep is None or checkpoint is None:
            return [task]
        if not checkpoint.done:
            return [_gone_on(task, checkpoint)]
        shards = [one for one in sweep.checkpoints.values() if one.key.startswith(task.key + SHARD) and not one.done]
        return [_gone_on(task.narrowed(Range.parse(one.key.removeprefix(task.key + SHARD))), one) for one in shards]

    def left_over(self, owner: Owner) -> list[Task]:
        """The nested lists and rests of sublists that were recorded and not read."""
        tasks: list[Task] = []
        for (sweep_owner, model), sweep in self._continued.items():
            if sweep_owner == owner:
                for checkpoint in sweep.checkpoints.values():
                    if not checkpoint.done:
                        tasks += self._restored(model, owner, checkpoint)
        return tasks

    def _restored(self, model: str, owner: Owner, checkpoint: Checkpoint) -> list[Task]:
        if checkpoint.key.startswith(sublist.PREFIX):
            return [sublist.restored(self._catalog, model, owner, checkpoint, self._now)]
        for name, route in self._nested.get(model, ()):
            lists = fan_out.restored(self._catalog[name], route, owner, checkpoint, depth=1)
            if lists is not None:
                return lists.tasks()
        return []

    def finish(
        self,
        model: str,
        availability: Mapping[Owner, str],
        rows: Mapping[Owner, int],
        requests: Mapping[str, int],
        began: Callable[[Owner], datetime | None],
    ) -> None:
        """`rows` is what the mirror has of each owner now, `requests` what each account was asked, `began` when first."""
        finished = []
        for owner, said in availability.items():
            since = began(owner)
            until = since - LAG if since else None
            finished.append(FinishedSweep(owner, model, rows.get(owner, 0), requests.get(owner.account_id, 0), said, current_until=until))
        self._mirror.finish_sweeps(finished)


def _gone_on(task: Task, checkpoint: Checkpoint) -> Task:
    """What was begun is read on and not split any more: how much of it would be read again is not known."""
    return replace(task.after(checkpoint.cursor, 0), listing=None) if checkpoint.cursor else task
