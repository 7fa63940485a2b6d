"""Two rules between the queues: lists wait for the tasks of their rows; long lists take turns."""

from __future__ import annotations

import sys
import threading

import pytest

from stripe_assets.sync.engine import queues
from stripe_assets.sync.engine.queues import Backlog, TaskQueues, Turns
from stripe_assets_tests.sync.engine.test_scheduler import later, listing, nested

CUSTOMERS = listing("customer")


def full_backlog() -> Backlog:
    """Returns a backlog that has its limit of four tasks, made by rows of customers."""
    backlog = Backlog(4)
    for number in range(4):
        backlog.add(nested(number))
    return backlog


def test_a_list_is_parked_when_its_rows_have_made_enough_tasks() -> None:
    backlog = Backlog(2)
    backlog.add(nested(1))
    assert not backlog.parks(CUSTOMERS)
    backlog.add(nested(2))
    assert backlog.parks(CUSTOMERS)


def test_the_lists_of_other_resources_are_not_parked() -> None:
    assert not full_backlog().parks(listing("invoice"))


def test_a_task_that_no_row_has_made_counts_for_no_resource() -> None:
    backlog = Backlog(1)
    backlog.add(CUSTOMERS)
    assert not backlog.parks(CUSTOMERS)
    assert backlog.done(CUSTOMERS) == []


def test_parked_lists_come_back_when_half_of_the_tasks_are_done() -> None:
    backlog, other = full_backlog(), listing("customer", 1)
    assert backlog.parks(CUSTOMERS) and backlog.parks(other)
    assert backlog.done(nested(0)) == []
    assert backlog.done(nested(1)) == [CUSTOMERS, other]
    assert backlog.done(nested(2)) == []
    assert not backlog.parks(CUSTOMERS)


def test_a_queue_gives_a_parked_list_to_a_thread_when_its_tasks_are_done() -> None:
    tasks = TaskQueues(per_endpoint=2, backlog=1, useful=lambda: None)
    tasks.put(nested(1))
    child = tasks.take()
    assert child == nested(1)
    tasks.put(CUSTOMERS)
    assert tasks.take() is None
    tasks.release(child)
    assert tasks.take() == CUSTOMERS


def test_without_a_useful_number_every_page_has_a_turn() -> None:
    turns = Turns(lambda: None)
    turns.begin(later(CUSTOMERS))
    assert turns.left() == sys.maxsize


def test_a_page_of_a_long_list_takes_a_turn_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "TURN_SECONDS", 60)
    turns = Turns(lambda: 2)
    turns.begin(CUSTOMERS)
    assert turns.left() == 2
    turns.begin(later(CUSTOMERS))
    assert turns.left() == 1
    turns.end()
    assert turns.left() == 2


def test_each_thread_has_a_turn_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "TURN_SECONDS", 60)
    useful = 3
    turns = Turns(lambda: useful)
    for _ in range(2):
        thread = threading.Thread(target=turns.begin, args=(later(CUSTOMERS),))
        thread.start()
        thread.join()
    turns.end()
    assert turns.left() == 1
    useful = 1
    assert turns.left() == 0


def test_a_turn_that_takes_too_long_leaves_its_place_to_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queues, "TURN_SECONDS", 0)
    turns = Turns(lambda: 1)
    turns.begin(later(CUSTOMERS))
    assert turns.left() == 1
