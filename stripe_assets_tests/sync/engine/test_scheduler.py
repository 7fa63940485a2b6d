"""The scheduler keeps all endpoints busy and gives none too many threads. It limits the tasks that
rows have made."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from stripe_assets.mirror import Batch, Owner, ParentRef
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.engine import queues
from stripe_assets.sync.engine import scheduler as scheduler_module
from stripe_assets.sync.engine.page import Page
from stripe_assets.sync.engine.queues import TURN_SECONDS
from stripe_assets.sync.engine.scheduler import Scheduler
from stripe_assets.sync.engine.source import Source
from stripe_assets.sync.engine.task import ListPage, PageHandler, PageResult, Request

OWNER = Owner("acct_1", False)


class Unused(PageHandler):
    """The scheduler does not look at a task's handler."""

    def received(self, request: Request, page: Page, batch: Batch) -> PageResult:
        raise AssertionError

    def refused(self, request: Request, error: StripeError, asked_at: datetime) -> None:
        raise AssertionError

    def not_read(self, request: Request, error: StripeError) -> None:
        raise AssertionError

    def failed(self, request: Request, error: Exception, doing: str = "") -> None:
        raise AssertionError


def listing(resource: str, number: int = 0) -> ListPage:
    path = f"/v1/{resource}s"
    source = Source(model=resource, resource=resource, reader=OWNER, path=path, endpoint=path)
    return ListPage(source=source, handler=Unused(), key=f"{path} {number}")


def nested(number: int) -> ListPage:
    path = f"/v1/customers/cus_{number}/sources"
    source = Source(
        model="source",
        resource="source",
        reader=OWNER,
        path=path,
        endpoint="/v1/customers/{customer}/sources",
        parent=ParentRef("customer", f"cus_{number}"),
    )
    return ListPage(source=source, handler=Unused(), key=path, depth=1)


def later(task: ListPage) -> ListPage:
    """Returns the task of a later page of the list."""
    return replace(task, cursor=task.cursor.after(("id",), 100))


def run_all(tasks: list[ListPage], run: Callable[[ListPage], None], **options: Any) -> Scheduler:
    """Runs the tasks and waits until they are done. Returns the scheduler, which is still open."""
    left = threading.Semaphore(0)

    def counted(task: ListPage) -> None:
        try:
            run(task)
        finally:
            left.release()

    scheduler = Scheduler(counted, threading.Event(), **options)
    scheduler.put(tasks)
    scheduler.start()
    for _ in tasks:
        assert left.acquire(timeout=10)
    return scheduler


def test_every_task_runs_once() -> None:
    seen: list[str] = []
    tasks = [
        listing(name, number) for name in ("invoice", "charge", "refund") for number in range(50)
    ]
    run_all(tasks, lambda task: seen.append(task.key)).close()
    assert sorted(seen) == sorted(task.key for task in tasks)


def test_an_endpoint_gets_no_more_threads_than_its_share() -> None:
    lock, under_way, most = threading.Lock(), Counter[str](), Counter[str]()

    def run(task: ListPage) -> None:
        with lock:
            under_way[task.source.endpoint] += 1
            most[task.source.endpoint] = max(
                most[task.source.endpoint], under_way[task.source.endpoint]
            )
        time.sleep(0.005)
        with lock:
            under_way[task.source.endpoint] -= 1

    tasks = [listing(name, number) for name in ("invoice", "charge") for number in range(30)]
    run_all(tasks, run, workers=12, per_endpoint=3).close()
    assert most == {"/v1/invoices": 3, "/v1/charges": 3}


def test_each_task_has_a_thread_at_the_start_and_after_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scheduler_module, "POLL_SECONDS", 60)
    together, done = threading.Barrier(6, timeout=10), threading.Semaphore(0)

    def run(task: ListPage) -> None:
        together.wait()
        done.release()

    scheduler = Scheduler(run, threading.Event())
    scheduler.start()
    for name in ("invoice", "charge"):
        scheduler.put([listing(name, number) for number in range(6)])
        for _ in range(6):
            assert done.acquire(timeout=10)
    scheduler.close()


def test_the_threads_that_the_system_can_start_do_all_tasks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = threading.Thread.start

    def start_two(thread: threading.Thread) -> None:
        if sum(one.name.startswith("stripe-") for one in threading.enumerate()) >= 2:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_two)
    seen: list[str] = []
    run_all(
        [listing("invoice", number) for number in range(6)], lambda task: seen.append(task.key)
    ).close()
    assert len(seen) == 6


def page(resource: str, number: int) -> ListPage:
    return later(listing(resource, number))


def test_pages_of_long_lists_take_turns_while_that_is_quicker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queues, "TURN_SECONDS", 60)
    lock, under_way, most, started = threading.Lock(), 0, Counter[bool](), set[threading.Thread]()
    in_turn = True

    def run(task: ListPage) -> None:
        nonlocal under_way, in_turn
        with lock:
            under_way += 1
            most[in_turn] = max(most[in_turn], under_way)
            if in_turn:
                started.add(threading.current_thread())
        time.sleep(0.005)
        with lock:
            under_way -= 1
            in_turn = in_turn and task.key != "/v1/events 30"

    tasks = [page(name, number) for number in range(60) for name in ("invoice", "event")]
    run_all(tasks, run, useful=lambda: 1 if in_turn else None).close()
    assert most[True] == 1
    assert most[False] > 2
    assert len(started) <= 2, "no thread is started for a page that waits"


def test_as_many_pages_have_a_turn_as_are_useful_at_once() -> None:
    together = threading.Barrier(3, timeout=10)
    run_all(
        [page("invoice", number) for number in range(12)],
        lambda task: together.wait() and None,
        useful=lambda: 3,
    ).close()


@pytest.mark.parametrize(
    "other",
    [listing("charge"), nested(1), later(nested(1))],
    ids=["first page", "nested", "its next"],
)
def test_only_pages_of_long_lists_wait_for_a_turn(
    monkeypatch: pytest.MonkeyPatch, other: ListPage
) -> None:
    monkeypatch.setattr(queues, "TURN_SECONDS", 60)
    began, read, ended = threading.Event(), threading.Event(), threading.Event()

    def run(task: ListPage) -> None:
        if task is other:
            read.set()
        else:
            began.set()
            read.wait(10)
            ended.set()

    scheduler = Scheduler(run, threading.Event(), useful=lambda: 1)
    scheduler.start()
    scheduler.put([page("invoice", 1)])
    assert began.wait(10)
    scheduler.put([page("invoice", 2), other])
    assert read.wait(5)
    assert ended.wait(5)
    scheduler.close()


def test_a_page_that_gets_no_answer_delays_the_other_pages_only_for_a_moment() -> None:
    began, hangs, ended = threading.Event(), threading.Event(), threading.Semaphore(0)
    times: list[float] = []

    def run(task: ListPage) -> None:
        if task.key.endswith(" 0"):
            began.set()
            hangs.wait(20)
        else:
            times.append(time.monotonic() - start)
            ended.release()

    scheduler = Scheduler(run, threading.Event(), useful=lambda: 1)
    scheduler.start()
    start = time.monotonic()
    scheduler.put([page("invoice", 0)])
    assert began.wait(10)
    scheduler.put([page("invoice", number) for number in range(1, 10)])
    for _ in range(9):
        assert ended.acquire(timeout=10)
    assert min(times) >= TURN_SECONDS
    hangs.set()
    scheduler.close()


def test_nested_lists_go_before_the_lists_that_make_more_of_them() -> None:
    seen: list[int] = []
    tasks = [listing("invoice", number) for number in range(5)] + [
        nested(number) for number in range(5)
    ]
    run_all(tasks, lambda task: seen.append(task.depth), workers=1, per_endpoint=1).close()
    assert seen == [1] * 5 + [0] * 5


def test_a_list_waits_while_too_many_tasks_of_its_rows_are_open() -> None:
    gate, pages, most = threading.Semaphore(0), 0, 0
    done = threading.Event()

    def run(task: ListPage) -> None:
        nonlocal pages, most
        if task.depth:
            gate.acquire(timeout=10)
            return
        pages += 1
        most = max(most, pages)
        if pages == 50:
            done.set()
        else:
            scheduler.put(
                [*(nested(pages * 100 + n) for n in range(10)), listing("customer", pages)]
            )

    scheduler = Scheduler(run, threading.Event(), workers=8, per_endpoint=2, backlog=100)
    scheduler.put([listing("customer")])
    scheduler.start()
    time.sleep(0.3)
    assert pages <= 11, "the list was read on while no task of its rows was done"
    for _ in range(600):
        gate.release()
    assert done.wait(10)
    scheduler.close()


def test_closing_does_not_wait_for_queued_tasks() -> None:
    stop = threading.Event()
    scheduler = Scheduler(lambda task: time.sleep(0.02), stop, workers=2, per_endpoint=2)
    scheduler.put([listing("invoice", number) for number in range(10_000)])
    scheduler.start()
    began = time.monotonic()
    stop.set()
    scheduler.close()
    assert time.monotonic() - began < 2


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has a scheduling policy for batch threads"
)
def test_its_threads_are_batch_threads_and_the_callers_thread_is_not_changed() -> None:
    seen, before = list[int](), os.sched_getscheduler(0)
    run_all([listing("invoice")], lambda task: seen.append(os.sched_getscheduler(0))).close()
    assert seen == [os.SCHED_BATCH]
    assert os.sched_getscheduler(0) == before
