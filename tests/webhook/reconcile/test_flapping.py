"""Somebody without a say keeps reversing our labels: after a while we leave them alone, say so, and come back."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from tests.webhook.reconcile.house import House
from webhook import metrics
from webhook.cli.demo.reports import CRASH
from webhook.reconcile.flaps import LIMIT, WINDOW

HYPERVISOR = {**CRASH, "target": "hypervisor"}
ITSELF = {**CRASH, "target": "self"}
HOURS = WINDOW / timedelta(hours=1)
NOTICE = "Labels are left alone until"


def fought(house: House, times: int = LIMIT) -> tuple[int, str]:
    """A decided report from which another machine has taken our label so often, each time seen by us."""
    house.know_labels()
    number, machine = house.file(HYPERVISOR), house.place.machine()
    house.run(number)
    for _ in range(times):
        house.pass_time()
        house.place.unlabel(number, machine, "xsa-candidate")
        house.run(number)
    return number, machine


def pauses(house: House) -> float:
    found = text_string_to_metric_families(metrics.exposition().decode())
    samples = [s for family in found for s in family.samples if s.name == "xsa_scope_flapping_issues_total"]
    return sum(s.value for s in samples if s.labels["forge"] == house.place.kind)


def test_a_label_taken_off_a_few_times_is_put_back_each_time(house: House) -> None:
    number, _ = fought(house, LIMIT - 1)
    assert house.place.labels(number) == {"xsa-candidate"}
    assert NOTICE not in house.place.said_by_us(number)


def test_after_the_fourth_time_the_label_stays_off_and_that_is_said_once(house: House) -> None:
    before = pauses(house)
    number, machine = fought(house)
    assert house.place.labels(number) == set()
    assert house.writes == ["edit comment"]
    assert NOTICE in house.place.said_by_us(number)
    house.place.label(number, machine, "xsa-candidate")
    house.pass_time()
    house.place.unlabel(number, machine, "xsa-candidate")
    assert house.run(number) == "unchanged"
    assert pauses(house) == before + 1


def test_a_label_put_on_again_and_again_counts_as_well(house: House) -> None:
    house.know_labels()
    number, machine = house.file(ITSELF), house.place.machine()
    house.run(number)
    for _ in range(LIMIT):
        house.pass_time()
        house.place.label(number, machine, "xsa-candidate")
        house.run(number)
    assert house.place.labels(number) == {"xsa-candidate", "out-of-scope:1-self"}
    assert NOTICE in house.place.said_by_us(number)


def test_once_the_window_has_passed_the_label_is_put_back_without_any_event(house: House) -> None:
    number, _ = fought(house)
    due = house.store.next_ready()
    assert due is not None
    assert abs(due - house.now() - WINDOW) < timedelta(seconds=30)
    house.pass_hours(HOURS)
    house.run(number, mark=False)
    assert house.place.labels(number) == {"xsa-candidate"}
    assert NOTICE not in house.place.said_by_us(number)
    assert house.store.next_ready() is None


def test_news_during_the_pause_do_not_make_us_forget_its_end(house: House) -> None:
    number, _ = fought(house)
    assert house.run(number) == "unchanged"
    house.pass_hours(HOURS)
    house.run(number, mark=False)
    assert house.place.labels(number) == {"xsa-candidate"}


def test_resume_ends_the_pause(house: House) -> None:
    number, machine = fought(house)
    house.say(number, "/scope resume")
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
    assert NOTICE not in house.place.said_by_us(number)
    house.pass_time()
    house.place.unlabel(number, machine, "xsa-candidate")
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}, "and it is counted from the beginning"


def test_another_verdict_ends_the_pause(house: House) -> None:
    number, _ = fought(house)
    house.correct(number, ITSELF)
    house.run(number)
    assert house.place.labels(number) == {"out-of-scope:1-self"}
    assert NOTICE not in house.place.said_by_us(number)


def test_a_person_of_the_team_decides_during_the_pause_as_ever(house: House) -> None:
    number, _ = fought(house)
    house.say(number, "/scope override needs-triage because the other machine is wrong")
    house.run(number)
    assert house.place.labels(number) == {"needs-triage", "scope:overridden"}


def test_our_own_changes_of_mind_are_no_reversals(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.run(number)
    for ticks in [ITSELF, HYPERVISOR] * LIMIT:
        house.correct(number, ticks)
        house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
    assert NOTICE not in house.place.said_by_us(number)


def test_reversals_far_apart_never_stop_us(house: House) -> None:
    number, machine = fought(house, LIMIT - 1)
    for _ in range(LIMIT):
        house.pass_hours(HOURS / (LIMIT - 1))
        house.place.unlabel(number, machine, "xsa-candidate")
        house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
