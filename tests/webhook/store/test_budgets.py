"""Budgets in the database: every process takes from the same ones, all of a wish or nothing."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

from tests.databases import NOON, seconds
from webhook.budget import Cost, Window
from webhook.store import BudgetLeft, Store

US = "api.github.com app 7 octo"
MINUTE = Window.of("minute", 80, 60, 10)
HOUR = Window.of("hour", 500, 3600, 200)


def costs(minute: int, hour: int = 0) -> list[Cost]:
    return [Cost(MINUTE, minute), Cost(HOUR, hour)]


def take(
    store: Store, *units: int, after: float = 0, whose: str = US, bulk: bool = False, again: bool = False
) -> float:
    return store.take(whose, costs(*units), bulk=bulk, now=NOON + seconds(after), again=again)


def left(store: Store, after: float = 0) -> dict[str, int]:
    return {one.window: one.left for one in store.budget_left(NOON + seconds(after)) if one.credential == US}


def test_a_burst_is_free_and_what_comes_after_it_waits(store: Store) -> None:
    assert [take(store, 5, 5) for _ in range(2)] == [0, 0]
    wait = take(store, 1, 1)
    assert wait == MINUTE.all.every.total_seconds()
    assert take(store, 1, 1, after=wait, again=True) == 0


def test_a_wish_that_one_window_refuses_takes_nothing_of_the_other(store: Store) -> None:
    assert take(store, 0, 200) == 0
    assert take(store, 5, 1) > 0
    assert left(store) == {"minute": 10, "hour": 0}


def test_each_credential_has_its_own_budget(store: Store) -> None:
    assert take(store, 10) == 0
    assert take(store, 10, whose="gitlab.com token 1f2e") == 0
    assert take(store, 1) > 0


def test_bulk_work_leaves_a_reserve_and_stands_back_for_live_work_that_waits(store: Store) -> None:
    assert take(store, 8, bulk=True) == 0
    assert take(store, 1, bulk=True) > 0
    assert take(store, 2) == 0
    wait = take(store, 4)
    assert take(store, 1, after=wait, bulk=True) > 0
    assert take(store, 4, after=wait, again=True) == 0


def test_what_was_spent_is_charged_whether_or_not_the_wish_is_granted(store: Store) -> None:
    wait = store.take(US, costs(4), bulk=False, now=NOON, spent=costs(9))
    assert wait == 3 * MINUTE.all.every.total_seconds()
    assert left(store)["minute"] == 1


def test_who_watches_sees_what_is_left_and_who_waits(store: Store) -> None:
    take(store, 10, 10)
    wait = take(store, 2, 2)
    minute = next(one for one in store.budget_left(NOON) if one.window == "minute")
    assert minute == BudgetLeft(US, "minute", left=0, burst=10, waits=wait)
    assert left(store, after=600) == {"minute": 10, "hour": 200}
    assert store.budget_left(NOON + timedelta(days=1))[0].waits == 0


TAKE_ALL = """
import sys
from datetime import UTC, datetime, timedelta
from webhook.budget import Cost, Window
from webhook.store import open_store
minute, hour = Window.of("minute", 80, 60, 10), Window.of("hour", 500, 3600, 200)
noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
with open_store(sys.argv[1]) as store:
    for step in range(60):
        now = noon + timedelta(seconds=step / 4)
        print(sum(store.take("us", [Cost(minute, 1), Cost(hour, 1)], bulk=False, now=now) == 0 for _ in range(3)))
"""


def test_processes_that_take_at_once_never_take_more_together_than_the_limit(url: str) -> None:
    command = [sys.executable, "-c", TAKE_ALL, url]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    taken = [sum(map(int, process.communicate(timeout=120)[0].split())) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    most = 10 + int(14.75 / MINUTE.all.every.total_seconds())
    assert sum(taken) == most
