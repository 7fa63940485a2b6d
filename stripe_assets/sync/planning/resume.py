"""Going on where an interrupted run ended: its sweeps, and the checkpoints of their lists."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.model import Route
from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.catalog.upstreams import upstreams_of, with_upstreams
from stripe_assets.mirror import Checkpoint, FinishedSweep, Mirror, Owner, Sweep
from stripe_assets.sync.constants import LAG
from stripe_assets.sync.engine import fan_out, sublist
from stripe_assets.sync.engine.shards import Range
from stripe_assets.sync.engine.task import SHARD, Task
from stripe_assets.sync.results import wholly_refused


class SweepRun:
    """The sweeps of a run: begun or taken up again, and finished, in the mirror.

    A list may go on from its checkpoint only if all that its rows cause was recorded with it, and refused to no other
    key. So a sweep carries its run's scope, and only a run of the same key and the same models takes it up; a model that
    hangs on none, and on which none hangs, is taken up by any run of the key. A sweep that has reached its end carries
    the scope until its run is over: whoever takes that up need not sweep it again.
    """

    def __init__(
        self,
        mirror: Mirror,
        catalog: Catalog,
        alias: str,
        active: Iterable[str],
        nested: Mapping[str, list[tuple[str, Route]]],
        run_id: str,
        now: datetime,
    ) -> None:
        """`now` by Stripe's clock, as everywhere here."""
        self._mirror = mirror
        self._catalog = catalog
        self._nested = nested
        self._run_id = run_id
        self._alias = alias
        models = hashlib.sha256(" ".join(sorted(active)).encode()).hexdigest()[:16]
        self._scope = f"{alias} {catalog.api_version} {models}"
        self._feeding = {
            name
            for resource in catalog.resources.values()
            for name in upstreams_of(catalog, resource).models
        }
        self._continued: dict[Owner, dict[str, Sweep]] = {}
        self._started: dict[tuple[Owner, str], datetime] = {}
        self._now = now

    def left(self, owners: Iterable[Owner]) -> dict[Owner, dict[str, Sweep]]:
        """What interrupted runs have left of these accounts, by model. Raises MirrorError."""
        left: dict[Owner, dict[str, Sweep]] = {}
        for (owner, name), sweep in self._mirror.sweeps.interrupted(
            owners, scope=self._scope, now=self._now
        ).items():
            left.setdefault(owner, {})[name] = sweep
        return left

    def finished(self, left: Mapping[str, Sweep], wanted: frozenset[str]) -> frozenset[str]:
        """Which of an account's models need not be swept any more."""
        return frozenset(name for name in self._taken_up(left, wanted) if left[name].finished)

    def begin(
        self, owner: Owner, swept: frozenset[str], finished: frozenset[str], now: datetime
    ) -> frozenset[str]:
        """Takes up the sweeps of an account's models, or begins them. Returns those of `finished` that need not be swept any more.

        `now`: what was observed before it is not what these sweeps have listed.
        """
        wanted = swept | finished
        left = {
            name: sweep
            for name, sweep in self.left([owner]).get(owner, {}).items()
            if name in finished or not sweep.finished
        }
        taken = self._taken_up(left, wanted)
        finished = frozenset(name for name in taken if left[name].finished)
        continued = {(owner, name): left[name] for name in taken}
        self._mirror.sweeps.load_checkpoints(continued)
        self._begin(owner, wanted - taken, now)
        if lost := [
            (owner, name)
            for name, sweep in left.items()
            if name not in wanted and self._is_lost(name, sweep, wanted - finished)
        ]:
            self._mirror.sweeps.begin(lost, self._run_id, now=now)
        self._continued[owner] = {name: left[name] for name in taken}
        # A process that has just begun knows Stripe's clock to the second: it may stamp what it reads earlier than one before it did.
        self._started.update(
            {pair: min(sweep.started_at, now) for pair, sweep in continued.items()}
        )
        return finished

    def begin_accounts(self, platform: Owner, now: datetime) -> None:
        """They are asked for by every run, and what hangs on them with them."""
        self._begin(platform, [ACCOUNT], now)

    def _begin(self, owner: Owner, models: Iterable[str], now: datetime) -> None:
        pairs = [(owner, name) for name in models]
        self._mirror.sweeps.begin(pairs, self._run_id, scope=self._scope, now=now)
        self._started.update(dict.fromkeys(pairs, now))

    def _is_lost(self, model: str, sweep: Sweep, read_on: frozenset[str]) -> bool:
        """Whether what this run does not sweep cannot be gone on with either: what it hangs on is read on without it."""
        on_the_way = not sweep.finished and sweep.scope == self._scope
        return on_the_way and not read_on.isdisjoint(with_upstreams(self._catalog, [model]))

    def end(self, but: Collection[str]) -> None:
        """The run is over: what it finished, except these models, begins anew the next time."""
        self._mirror.sweeps.release(self._scope, but)

    @property
    def began(self) -> datetime:
        """When the first of this run's sweeps was begun."""
        return min(self._started.values())

    def started(self, owner: Owner, model: str) -> datetime | None:
        """When the sweep that this run began or took up was begun."""
        return self._started.get((owner, model))

    def _taken_up(self, left: Mapping[str, Sweep], wanted: frozenset[str]) -> set[str]:
        """What need not begin anew. What feeds a model that does is to be read anew with it: that hangs on all of its rows."""
        able = {name for name in wanted if name in left and self._may_take_up(name, left[name])}
        anew = [
            name
            for name in wanted - able
            if upstreams_of(self._catalog, self._catalog[name]).is_listed
        ]
        return able.difference(with_upstreams(self._catalog, anew))

    def _may_take_up(self, model: str, sweep: Sweep) -> bool:
        if sweep.finished:  # what was read alone, without what it hangs on, is not current
            refused = sweep.availability is not None and wholly_refused(sweep.availability)
            return sweep.scope == self._scope and (
                sweep.current_until is not None or (refused and self._hangs_on_others(model))
            )
        ours = sweep.scope.startswith(f"{self._alias} {self._catalog.api_version} ")
        return sweep.scope == self._scope or (
            ours and model not in self._feeding and not self._hangs_on_others(model)
        )

    def _hangs_on_others(self, model: str) -> bool:
        return bool(upstreams_of(self._catalog, self._catalog[model]).models)

    def resume(self, task: Task) -> list[Task]:
        """The task at the page where its list was left, or its shards where it was split; none when it had been read to its end."""
        sweep = self._continued.get(task.reader, {}).get(task.model)
        checkpoint = sweep.checkpoints.get(task.key) if sweep else None
        if sweep is None or checkpoint is None:
            return [task]
        if not checkpoint.done:
            return [_gone_on(task, checkpoint)]
        shards = [
            one
            for one in sweep.checkpoints.values()
            if one.key.startswith(task.key + SHARD) and not one.done
        ]
        return [
            _gone_on(task.narrowed(Range.parse(one.key.removeprefix(task.key + SHARD))), one)
            for one in shards
        ]

    def left_over(self, owner: Owner, models: Collection[str]) -> list[Task]:
        """The nested lists of these models, and the rests of sublists, that were recorded and not read.

        What they hang on may be finished.
        """
        tasks: list[Task] = []
        for model, sweep in self._continued.get(owner, {}).items():
            for checkpoint in sweep.checkpoints.values():
                if not checkpoint.done:
                    tasks += self._restored(model, owner, checkpoint, models)
            sweep.checkpoints = {}
        return tasks

    def partly_read(self, owner: Owner, models: Iterable[str]) -> list[str]:
        """Those of an account's models of whose nested lists some may have been read before: they are not refused as a whole."""
        continued = self._continued.get(owner, {})
        return [
            name
            for name in models
            if name in continued
            and any(
                parent in continued
                and (continued[parent].finished or continued[parent].checkpoints)
                for parent in upstreams_of(self._catalog, self._catalog[name]).models
            )
        ]

    def _restored(
        self, model: str, owner: Owner, checkpoint: Checkpoint, models: Collection[str]
    ) -> list[Task]:
        if checkpoint.key.startswith(sublist.PREFIX):
            return [sublist.restored(self._catalog, model, owner, checkpoint, self._now)]
        for name, route in self._nested.get(model, ()):
            lists = fan_out.restored(self._catalog[name], route, owner, checkpoint, depth=1)
            if lists is not None:
                return lists.tasks() if name in models else []
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
            continued = self._continued.get(owner, {}).get(model)
            started = continued.started_at if continued else self._started.get((owner, model))
            asked = requests.get(owner.account_id, 0)
            finished.append(
                FinishedSweep(
                    owner,
                    model,
                    rows.get(owner, 0),
                    asked,
                    said,
                    current_until=until,
                    began=started,
                )
            )
        self._mirror.sweeps.finish(finished)


def _gone_on(task: Task, checkpoint: Checkpoint) -> Task:
    """What was begun is read on and not split any more: how much of it would be read again is not known."""
    return replace(task.after(checkpoint.cursor, 0), listing=None) if checkpoint.cursor else task
