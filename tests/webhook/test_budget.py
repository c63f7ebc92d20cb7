"""The sums of the budgets: no stretch of time ever holds more than its limit, and live work always gets through."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.databases import NOON, seconds
from webhook.budget import GRACE, Cost, Meter, Rate, Window, charge, take

MINUTE = Window.of("minute", 80, 60, 10)
HOUR = Window.of("hour", 500, 3600, 200)
BOTH = (MINUTE, HOUR)


@dataclass
class Till:
    """Meters, and everything that was taken: the limits are counted from that, not from the meters."""

    meters: dict[str, Meter] = field(default_factory=dict)
    taken: list[tuple[datetime, int, bool]] = field(default_factory=list)

    def take(self, units: int, now: datetime, *, bulk: bool = False, again: bool = False) -> timedelta:
        taken = take(self.meters, [Cost(window, units) for window in BOTH], bulk=bulk, now=now, again=again)
        self.meters |= taken.meters
        if not taken.wait > timedelta(0):
            self.taken.append((now, units, bulk))
        return taken.wait

    def most(self, length: timedelta, *, bulk_only: bool = False) -> int:
        """The most units in any stretch of that length, both ends included."""
        counted = [(at, units) for at, units, bulk in self.taken if bulk or not bulk_only]
        return max((sum(n for at, n in counted if start <= at <= start + length) for start, _ in counted), default=0)


WISHES = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.01, 0.3, 0.857142, 1.0, 7.0, 59.9, 600.0]),
        st.integers(1, 8),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=250,
)


@settings(max_examples=150, deadline=None)
@given(wishes=WISHES)
def test_no_stretch_of_time_holds_more_than_the_limit_whoever_asks_whenever(
    wishes: list[tuple[float, int, bool, bool]],
) -> None:
    till, now = Till(), NOON
    for pause, units, bulk, patient in wishes:
        now += seconds(pause)
        wait = till.take(units, now, bulk=bulk)
        if patient and wait > timedelta(0):
            now += wait
            till.take(units, now, bulk=bulk, again=True)
    assert till.most(seconds(60)) <= 80
    assert till.most(seconds(3600)) <= 500
    assert till.most(seconds(60), bulk_only=True) <= 64
    assert till.most(seconds(3600), bulk_only=True) <= 400


def test_whoever_takes_all_there_is_gets_the_limit_and_no_more() -> None:
    till, now = Till(), NOON
    while now < NOON + seconds(60):
        now += max(till.take(1, now), timedelta(0))
    assert till.most(seconds(60)) in {79, 80}  # a rate is rounded to whole microseconds, never up
    while now < NOON + seconds(3600):
        now += max(till.take(1, now), timedelta(0))
    assert till.most(seconds(3600)) in {499, 500}
    assert till.most(seconds(60)) in {79, 80}


def test_both_windows_are_taken_or_neither() -> None:
    till = Till(meters=charge({}, [Cost(HOUR, 200)], bulk=False, now=NOON))
    spent = till.meters["hour"].all_until
    assert till.take(1, NOON) == HOUR.all.every
    assert till.meters.get("minute", Meter()) == Meter()
    assert till.meters["hour"].all_until == spent


def test_a_wish_that_waited_as_long_as_it_was_told_is_granted() -> None:
    till = Till()
    assert till.take(8, NOON) <= timedelta(0)
    wait = till.take(5, NOON)
    assert wait > timedelta(0)
    assert till.take(5, NOON + wait - timedelta(microseconds=1), again=True) > timedelta(0)
    assert till.take(5, NOON + wait, again=True) <= timedelta(0)


def test_those_who_wait_are_told_different_times_and_all_are_kept() -> None:
    till = Till()
    till.take(10, NOON)
    waits = [till.take(1, NOON) for _ in range(30)]
    assert waits == sorted(set(waits))
    for wait in waits:
        assert till.take(1, NOON + wait, again=True) <= timedelta(0)


# --- live and bulk


def test_bulk_work_leaves_some_of_the_burst_to_live_work() -> None:
    till = Till()
    while till.take(1, NOON, bulk=True) <= timedelta(0):
        pass
    assert sum(units for _, units, _ in till.taken) == 8
    assert [till.take(1, NOON) <= timedelta(0) for _ in range(3)] == [True, True, False]


@settings(max_examples=60, deadline=None)
@given(
    plans=st.lists(st.integers(1, 10), min_size=1, max_size=6),
    bulk=st.integers(1, 8),
    greed=st.sampled_from([0.05, 0.2, 1.0]),
)
def test_live_work_is_never_starved_by_bulk_work(plans: list[int], bulk: int, greed: float) -> None:
    """Bulk work asks all the time; live work asks, waits as told, and then asks once more: that must do."""
    till, now = Till(), NOON

    def bulk_until(end: datetime) -> None:
        nonlocal now
        while now < end:
            till.take(bulk, now, bulk=True)
            now += seconds(greed)
        now = max(now, end)

    bulk_until(NOON + seconds(30))
    for units in plans:
        wait = till.take(units, now)
        if wait > timedelta(0):
            assert wait <= units * MINUTE.all.every, "no more than bulk work took away from it"
            late = now + wait + GRACE / 2
            bulk_until(late)
            assert till.take(units, now, again=True) <= timedelta(0)
        bulk_until(now + seconds(20))


def test_bulk_work_goes_on_once_live_work_has_what_it_waited_for() -> None:
    till = Till()
    till.take(10, NOON)
    wait = till.take(5, NOON)
    later = NOON + wait + GRACE
    assert till.take(1, later - timedelta(microseconds=1), bulk=True) > timedelta(0)
    assert till.take(1, later, bulk=True) <= timedelta(0)


# --- rates


def test_what_was_spent_anyway_is_charged_even_where_there_was_no_room() -> None:
    meters = charge({}, [Cost(MINUTE, 25)], bulk=False, now=NOON)
    assert MINUTE.all.left(meters["minute"].all_until, NOON) == 0
    assert take(meters, [Cost(MINUTE, 1)], bulk=False, now=NOON).wait == 16 * MINUTE.all.every


def test_what_is_left_counts_whole_units() -> None:
    rate = Rate(10, seconds(1))
    assert [rate.left(NOON + seconds(taken), NOON) for taken in (-5, 0, 0.1, 3, 10, 50)] == [10, 10, 9, 7, 0, 0]
    assert rate.left(None, NOON) == 10


def test_more_than_a_burst_is_refused_loudly() -> None:
    with pytest.raises(ValueError, match="burst"):
        take({}, [Cost(MINUTE, 11)], bulk=False, now=NOON)


@pytest.mark.parametrize("burst", [0, 80])
def test_a_burst_must_leave_something_to_flow(burst: int) -> None:
    with pytest.raises(ValueError, match="burst"):
        Rate.of(80, burst, seconds(60))


def test_a_forge_whose_clock_runs_faster_gives_back_faster_and_bursts_the_same() -> None:
    fast = Window.of("minute", 80, 60, 10, scale=20)
    assert fast.all.burst == 10
    assert timedelta(0) <= fast.all.every * 20 - MINUTE.all.every < timedelta(microseconds=20)
