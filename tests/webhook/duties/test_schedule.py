"""Duties come back by themselves, however many processes start and in whatever order."""

from __future__ import annotations

from datetime import timedelta

from tests.databases import MINUTE, NOON
from tests.webhook.duties.yard import Yard
from tests.webhook.reconcile.places import both_databases, only_github
from webhook.duties import schedule_missing
from webhook.duties.schedule import next_turn, periods
from webhook.issue import ForgeKind
from webhook.store import Store, TrackerRef

HOUR = timedelta(hours=1)
GITHUB = TrackerRef(ForgeKind.GITHUB, "octo/reports")
GITLAB = TrackerRef(ForgeKind.GITLAB, "octo/reports")


def test_each_forge_has_the_duties_it_needs() -> None:
    assert set(periods(ForgeKind.GITHUB)) == {"visibility", "sweep", "full-sweep", "redelivery"}
    assert set(periods(ForgeKind.GITLAB)) == {"visibility", "sweep", "full-sweep", "hook-watch"}


@both_databases
def test_a_first_start_gives_every_duty_a_turn_and_a_second_changes_nothing(store: Store) -> None:
    schedule_missing(store, [GITHUB, GITLAB], NOON, 0.5)
    first = {state.tracker: state.duties for state in store.trackers()}
    assert first[GITHUB]["sweep"] - NOON < MINUTE
    assert first[GITHUB]["full-sweep"] - NOON == 24 * HOUR, "the first sweep is a full one"
    assert first[GITLAB]["hook-watch"] - NOON < MINUTE
    schedule_missing(store, [GITLAB, GITHUB], NOON + MINUTE, 0.9)
    assert {state.tracker: state.duties for state in store.trackers()} == first


@both_databases
def test_after_a_long_stop_what_is_overdue_is_due_at_once_and_what_is_not_keeps_its_time(store: Store) -> None:
    store.note_sweep(GITHUB, until=NOON, full_at=NOON)
    schedule_missing(store, [GITHUB], NOON + 3 * HOUR, 0.5)
    duties = store.tracker(GITHUB).duties
    assert duties["sweep"] == NOON + 3 * HOUR
    assert duties["full-sweep"] == NOON + 24 * HOUR


def test_turns_are_spread_a_little(store: Store) -> None:
    assert next_turn(GITHUB, "sweep", NOON, 0.0) == NOON + 0.9 * HOUR
    assert next_turn(GITHUB, "sweep", NOON, 1.0) == NOON + 1.1 * HOUR
    assert next_turn(GITHUB, "labels", NOON, 0.5) is None


@only_github
def test_a_duty_done_is_due_again_after_its_period_and_one_called_for_by_an_event_is_not(yard: Yard) -> None:
    yard.do("stop", "visibility")
    assert yard.state.duties.keys() == {"visibility"}
    wait = yard.state.duties["visibility"] - yard.now()
    assert abs(wait - HOUR) < MINUTE
