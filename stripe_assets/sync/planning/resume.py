"""The sweeps of a run in the mirror: begun, or continued where an interrupted run left them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.catalog.upstreams import with_upstreams
from stripe_assets.mirror import Availability, Checkpoint, FinishedSweep, Mirror, Owner, Sweep
from stripe_assets.sync.constants import LAG
from stripe_assets.sync.engine import fan_out, sublist
from stripe_assets.sync.engine.nested import Routes
from stripe_assets.sync.engine.shards import SHARD, Range
from stripe_assets.sync.engine.sweep_handlers import SweepHandlers
from stripe_assets.sync.engine.task import ListPage, Retrieve, Task

SINCE = "holes"
"""In each scope: what earlier releases took for the end of a list may be none. No run continues
their sweeps."""


class SweepRun:
    """The sweeps of a run: begun or continued, and finished.

    A list may continue from its checkpoint only where everything that its rows need was recorded
    with it, and where no other key was refused a part of it. So a sweep carries the scope of its
    run, and only a run of the same key and the same models continues it. A model that is read
    through no other, and that no other is read through, is continued by any run of the key.

    A sweep that has reached its end carries the scope until its run is over. A run that continues
    this one need not sweep it again.
    """

    def __init__(
        self,
        mirror: Mirror,
        catalog: Catalog,
        alias: str,
        models: Iterable[str],
        nested: Routes,
        run_id: str,
        now: datetime,
    ) -> None:
        """`nested`: the nested lists that the run reads. `now`, and all times here, are by Stripe's
        clock."""
        self._mirror = mirror
        self._catalog = catalog
        self._nested = nested
        self._run_id = run_id
        digest = hashlib.sha256(" ".join(sorted(models)).encode()).hexdigest()[:16]
        self._same_key = f"{alias} {catalog.api_version} {SINCE} "
        self._scope = f"{self._same_key}{digest}"
        self._upstreams = {
            name
            for resource in catalog.resources.values()
            for name in catalog.upstreams[resource.name].models
        }
        self._continued: dict[Owner, dict[str, Sweep]] = {}
        self._started: dict[tuple[Owner, str], datetime] = {}
        self._now = now

    def interrupted(self, owners: Iterable[Owner]) -> dict[Owner, dict[str, Sweep]]:
        """Returns account → model → the sweep that an interrupted run left. Raises MirrorError."""
        found: dict[Owner, dict[str, Sweep]] = {}
        sweeps = self._mirror.sweeps.interrupted(owners, scope=self._scope, now=self._now)
        for (owner, name), sweep in sweeps.items():
            found.setdefault(owner, {})[name] = sweep
        return found

    def finished(self, interrupted: Mapping[str, Sweep], wanted: frozenset[str]) -> frozenset[str]:
        """Returns the models of an account that need no sweep any more."""
        continued = self._continuable(interrupted, wanted)
        return frozenset(name for name in continued if interrupted[name].finished)

    def begin(
        self, owner: Owner, swept: frozenset[str], finished: frozenset[str], now: datetime
    ) -> frozenset[str]:
        """Continues the sweeps of an account's models, or begins them.

        Returns the models among `finished` that need no sweep any more. A row that was observed
        before `now` was not returned by these sweeps.
        """
        wanted = swept | finished
        interrupted = {
            name: sweep
            for name, sweep in self.interrupted([owner]).get(owner, {}).items()
            if name in finished or not sweep.finished
        }
        names = self._continuable(interrupted, wanted)
        finished = frozenset(name for name in names if interrupted[name].finished)
        continued = {(owner, name): interrupted[name] for name in names}
        self._mirror.sweeps.load_checkpoints(continued)
        self._begin(owner, wanted - names, now)
        lost = [
            (owner, name)
            for name, sweep in interrupted.items()
            if name not in wanted and self._is_lost(name, sweep, wanted - finished)
        ]
        if lost:
            self._mirror.sweeps.begin(lost, self._run_id, now=now)
        self._continued[owner] = {name: interrupted[name] for name in names}
        # A new process knows Stripe's clock only to the second. It may give its rows an earlier
        # time than the process before it did.
        started = {pair: min(sweep.started_at, now) for pair, sweep in continued.items()}
        self._started.update(started)
        return finished

    def begin_accounts(self, platform: Owner, now: datetime) -> None:
        """Every run asks for the accounts, and for the lists under them."""
        self._begin(platform, [ACCOUNT], now)

    def _begin(self, owner: Owner, models: Iterable[str], now: datetime) -> None:
        pairs = [(owner, name) for name in models]
        self._mirror.sweeps.begin(pairs, self._run_id, scope=self._scope, now=now)
        self._started.update(dict.fromkeys(pairs, now))

    def _is_lost(self, model: str, sweep: Sweep, swept: frozenset[str]) -> bool:
        """Whether a model that this run does not sweep can no longer be continued: this run reads
        on a model that it is read through."""
        unfinished = not sweep.finished and sweep.scope == self._scope
        return unfinished and not swept.isdisjoint(with_upstreams(self._catalog.upstreams, [model]))

    def end(self, kept: Collection[str]) -> None:
        """The run is over. The next run sweeps the models again that this one finished.

        `kept`: models that the next run need not sweep again.
        """
        self._mirror.sweeps.release(self._scope, kept)

    @property
    def began(self) -> datetime:
        """When the first of this run's sweeps began."""
        return min(self._started.values())

    def started(self, owner: Owner, model: str) -> datetime | None:
        """Returns when a model's sweep began. None: this run neither began nor continued one."""
        return self._started.get((owner, model))

    def _continuable(self, interrupted: Mapping[str, Sweep], wanted: frozenset[str]) -> set[str]:
        """Returns the models that need not begin again. Where a model begins again, so do the
        models that it is read through: it needs all of their rows."""
        able = {
            name
            for name in wanted
            if name in interrupted and self._may_continue(name, interrupted[name])
        }
        again = [name for name in wanted - able if self._catalog.upstreams[name].is_listed]
        return able.difference(with_upstreams(self._catalog.upstreams, again))

    def _may_continue(self, model: str, sweep: Sweep) -> bool:
        if sweep.finished:  # a model that was read without its upstreams is not current
            said = sweep.availability
            refused = said is not None and said.is_refused and self._has_upstreams(model)
            return sweep.scope == self._scope and (sweep.current_until is not None or refused)
        if sweep.scope == self._scope:
            return True
        same_key = sweep.scope.startswith(self._same_key)
        return same_key and model not in self._upstreams and not self._has_upstreams(model)

    def _has_upstreams(self, model: str) -> bool:
        return bool(self._catalog.upstreams[model].models)

    def is_continued(self, owner: Owner, model: str) -> bool:
        """Whether the model's sweep is one that an interrupted run began."""
        return model in self._continued.get(owner, {})

    def resume(self, task: ListPage | Retrieve) -> list[Task]:
        """Returns the task at the page where its list was left; or its parts, where it was split.

        Empty where the list was read to its end.
        """
        sweep = self._continued.get(task.source.reader, {}).get(task.model)
        checkpoint = sweep.checkpoints.get(task.key) if sweep else None
        if sweep is None or checkpoint is None:
            return [task]
        if not isinstance(task, ListPage):
            return [] if checkpoint.done else [task]
        if not checkpoint.done:
            return [task.at(checkpoint.cursor)]
        prefix = task.key + SHARD
        parts = [
            one for one in sweep.checkpoints.values() if one.key.startswith(prefix) and not one.done
        ]
        return [task.at(one.cursor, Range.parse(one.key.removeprefix(prefix))) for one in parts]

    def left_over(
        self, owner: Owner, models: Collection[str], handlers: SweepHandlers
    ) -> list[Task]:
        """Returns the nested lists of these models, and the rests of sublists, that were recorded
        and not read. The sweeps of their parents may be finished."""
        tasks: list[Task] = []
        for model, sweep in self._continued.get(owner, {}).items():
            for checkpoint in sweep.checkpoints.values():
                if not checkpoint.done:
                    tasks += self._restored(model, owner, checkpoint, models, handlers)
            sweep.checkpoints = {}
        return tasks

    def partly_read(self, owner: Owner, models: Iterable[str]) -> list[str]:
        """Returns the models of an account of whose nested lists some may have been read before.
        Stripe did not refuse these models as a whole."""
        continued = self._continued.get(owner, {})

        def was_read(parent: str) -> bool:
            sweep = continued.get(parent)
            return sweep is not None and bool(sweep.finished or sweep.checkpoints)

        return [
            name
            for name in models
            if name in continued and any(map(was_read, self._catalog.upstreams[name].models))
        ]

    def _restored(
        self,
        model: str,
        owner: Owner,
        checkpoint: Checkpoint,
        models: Collection[str],
        handlers: SweepHandlers,
    ) -> list[ListPage]:
        catalog = self._catalog
        if checkpoint.key.startswith(sublist.PREFIX):
            rests = handlers.rests
            return [sublist.restored(catalog, model, owner, checkpoint, rests, self._now)]
        for name, route in self._nested.get(model, ()):
            lists = fan_out.restored(catalog[name], route, owner, checkpoint, depth=1)
            if lists is not None:
                return handlers.nested(lists) if name in models else []
        return []

    def finish(
        self,
        model: str,
        availability: Mapping[Owner, Availability],
        rows: Mapping[Owner, int],
        requests: Mapping[str, int],
        began: Callable[[Owner], datetime | None],
    ) -> None:
        """Records finished sweeps of a model.

        Parameters: rows: account → the rows in the mirror now. requests: account's id → requests.
        began: when the first of the lists was asked for that fill the model; None where the model
        does not follow events from now on.
        """
        finished = []
        for owner, said in availability.items():
            since = began(owner)
            continued = self._continued.get(owner, {}).get(model)
            started = continued.started_at if continued else self._started.get((owner, model))
            finished.append(
                FinishedSweep(
                    owner,
                    model,
                    rows.get(owner, 0),
                    requests.get(owner.account_id, 0),
                    said,
                    current_until=since - LAG if since else None,
                    began=started,
                )
            )
        self._mirror.sweeps.finish(finished)
