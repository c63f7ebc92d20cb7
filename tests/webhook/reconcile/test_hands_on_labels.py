"""People's hands on our labels: overrides by command and by hand, their ends, and confirmations."""

from __future__ import annotations

import pytest

from tests.webhook.reconcile.house import House
from webhook.cli.demo.reports import CRASH, EMULATOR, SYSTEMS_CHECKED
from webhook.comment import words

HYPERVISOR = {**CRASH, "target": "hypervisor"}
ITSELF = {**CRASH, "target": "self"}
CONTESTED = {"out-of-scope:4-no-vulnerable-os", "scope:contested"}


def decided(house: House) -> int:
    number = house.file(HYPERVISOR)
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
    return number


def by_hand(house: House, number: int, off: str, on: str, person: str = "tom") -> None:
    house.pass_time()
    house.place.unlabel(number, person, off)
    house.place.label(number, person, on)
    house.pass_time()


# --- by command


def test_an_override_sets_its_label_and_takes_our_others_off(house: House) -> None:
    number = decided(house)
    house.say(number, "/scope override needs-triage because two of us disagree")
    house.run(number)
    assert house.place.labels(number) == {"needs-triage", "scope:overridden"}
    said = house.place.said_by_us(number)
    assert "tom" in said
    assert "disagree" not in said
    assert house.run(number) == "unchanged"


def test_under_an_override_a_new_verdict_is_told_and_not_labelled(house: House) -> None:
    number = decided(house)
    house.say(number, "/scope override needs-triage because two of us disagree")
    house.run(number)
    house.correct(number, ITSELF)
    house.run(number)
    assert house.place.labels(number) == {"needs-triage", "scope:overridden"}
    assert words.TITLES["out-of-scope"] in house.place.said_by_us(number)


@pytest.mark.parametrize("how", ["resume", "delete the command", "remove the label"])
def test_an_override_ends(house: House, how: str) -> None:
    number = decided(house)
    said = house.say(number, "/scope override needs-triage because two of us disagree")
    house.run(number)
    house.pass_time()
    match how:
        case "resume":
            house.say(number, "/scope resume")
        case "delete the command":
            house.place.delete_comment(said, "tom")
        case _:
            house.place.unlabel(number, "tom", "scope:overridden")
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
    assert house.run(number) == "unchanged"


def test_a_reporter_can_neither_override_nor_resume(house: House) -> None:
    number = decided(house)
    house.say(number, "/scope override out-of-scope because I want it closed", "rita")
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
    house.say(number, "/scope override needs-triage because two of us disagree")
    house.run(number)
    house.say(number, "/scope resume", "rita")
    house.run(number)
    assert house.place.labels(number) == {"needs-triage", "scope:overridden"}


# --- by hand


def test_a_label_changed_by_hand_pauses_the_issue_and_is_told(house: House) -> None:
    number = decided(house)
    by_hand(house, number, "xsa-candidate", "needs-triage")
    house.run(number)
    assert house.place.labels(number) == {"needs-triage", "scope:overridden"}
    said = house.place.said_by_us(number)
    assert "tom" in said
    assert "`xsa-candidate`" in said, "it says what we would set"
    house.correct(number, ITSELF)
    house.run(number)
    assert house.place.labels(number) == {"needs-triage", "scope:overridden"}


def test_a_label_taken_off_by_hand_stays_off(house: House) -> None:
    number = decided(house)
    house.place.unlabel(number, "tom", "xsa-candidate")
    house.run(number)
    assert house.place.labels(number) == {"scope:overridden"}
    assert house.run(number) == "unchanged"


def test_a_pause_survives_a_lost_database(house: House) -> None:
    number = decided(house)
    by_hand(house, number, "xsa-candidate", "needs-triage")
    house.run(number)
    house.lose_database(number)
    assert house.run(number) == "unchanged"
    assert house.place.labels(number) == {"needs-triage", "scope:overridden"}


def test_a_change_in_the_second_of_one_already_judged_is_not_lost(house: House) -> None:
    """GitHub's times are whole seconds: only the numbers of the events tell which of them was there before."""
    number = decided(house)
    house.say(number, "/scope resume")
    house.run(number)
    at = house.place.sandbox.core.clock.now()
    house.place.unlabel(number, "tom", "xsa-candidate")
    house.place.label(number, "tom", "xsa-candidate")
    house.say(number, "/scope resume")
    house.run(number)
    house.place.sandbox.core.clock.advance(at - house.place.sandbox.core.clock.now())
    house.place.unlabel(number, "tom", "xsa-candidate")
    house.run(number)
    assert house.place.labels(number) == {"scope:overridden"}


def test_another_machine_decides_nothing_even_with_the_role_of_a_person(house: House) -> None:
    number = decided(house)
    by_hand(house, number, "xsa-candidate", "needs-triage", house.place.machine())
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}


@pytest.mark.parametrize("how", ["resume", "remove the label", "agree"])
def test_a_pause_ends_and_stays_ended(house: House, how: str) -> None:
    number = decided(house)
    by_hand(house, number, "xsa-candidate", "needs-triage")
    house.run(number)
    house.pass_time()
    match how:
        case "resume":
            house.say(number, "/scope resume")
        case "remove the label":
            house.place.unlabel(number, "tom", "scope:overridden")
        case _:
            by_hand(house, number, "needs-triage", "xsa-candidate")
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
    house.correct(number, ITSELF)
    house.run(number)
    assert house.place.labels(number) == {"out-of-scope:1-self"}
    house.lose_database(number)
    house.run(number)
    assert house.place.labels(number) == {"out-of-scope:1-self"}, "nor does a lost database bring it back"


def test_our_own_labels_are_known_as_ours_after_a_lost_database(house: House) -> None:
    number = decided(house)
    house.lose_database(number)
    house.correct(number, ITSELF)
    house.run(number)
    assert house.place.labels(number) == {"out-of-scope:1-self"}


# --- confirming


def contested(house: House) -> int:
    number = house.file(EMULATOR)
    house.say(number, SYSTEMS_CHECKED)
    house.run(number)
    assert house.place.labels(number) == CONTESTED
    assert words.CONTESTED in house.place.said_by_us(number)
    house.pass_time()
    return number


def test_taking_contested_off_confirms_and_pauses_nothing(house: House) -> None:
    number = contested(house)
    house.place.unlabel(number, "tom", "scope:contested")
    house.run(number)
    assert house.place.labels(number) == CONTESTED - {"scope:contested"}
    assert words.CONTESTED not in house.place.said_by_us(number)
    assert house.run(number) == "unchanged"


def test_a_confirmation_survives_a_lost_database(house: House) -> None:
    number = contested(house)
    house.place.unlabel(number, "tom", "scope:contested")
    house.run(number)
    house.lose_database(number)
    house.run(number)
    assert house.writes == ["react"], "which shows once however often it is given"
    assert house.place.labels(number) == CONTESTED - {"scope:contested"}


def test_putting_contested_back_takes_the_confirmation_back(house: House) -> None:
    number = contested(house)
    house.place.unlabel(number, "tom", "scope:contested")
    house.run(number)
    house.pass_time()
    house.place.label(number, "mia", "scope:contested")
    house.run(number)
    assert house.place.labels(number) == CONTESTED
    assert words.CONTESTED in house.place.said_by_us(number)
    assert house.run(number) == "unchanged"


def test_a_confirmation_holds_for_the_verdict_it_was_given_to(house: House) -> None:
    number = contested(house)
    house.place.unlabel(number, "tom", "scope:contested")
    house.run(number)
    said = house.say(number, "/scope os linux vulnerable because the test case works there")
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
    house.place.delete_comment(said, "tom")
    house.run(number)
    assert house.place.labels(number) == CONTESTED
