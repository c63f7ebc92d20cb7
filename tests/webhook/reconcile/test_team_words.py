"""`/scope` commands from the forge's comments: they move labels and comment, and can be taken back."""

from __future__ import annotations

import pytest

from tests.webhook.reconcile.house import House
from webhook import comment
from webhook.cli.demo.reports import CRASH, EMULATOR, LEAK, SYSTEMS_CHECKED
from webhook.comment import words

HYPERVISOR = {**CRASH, "target": "hypervisor"}
SYSTEMS = ("linux", "openbsd", "freebsd", "netbsd", "windows")


def test_the_last_of_five_systems_found_safe_ends_the_check(house: House) -> None:
    number = house.file(EMULATOR)
    house.run(number)
    for system in SYSTEMS:
        assert house.place.labels(number) == {"needs-os-check"}, f"{system} is still to be looked at"
        house.say(number, f"/scope os {system} not-vulnerable because its page tables are its own")
        house.run(number)
    assert house.place.labels(number) == {"out-of-scope:4-no-vulnerable-os"}


def test_one_vulnerable_system_is_enough(house: House) -> None:
    number = house.file(EMULATOR)
    house.run(number)
    house.say(number, "/scope os netbsd vulnerable because the test case works there")
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}


def test_another_vulnerable_system_rebuts_the_presumption(house: House) -> None:
    number = house.file(EMULATOR)
    house.say(number, SYSTEMS_CHECKED)
    house.run(number)
    assert house.place.labels(number) == {"out-of-scope:4-no-vulnerable-os", "scope:contested"}
    house.say(number, "/scope os other vulnerable MiniOS because it maps them so")
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
    assert "MiniOS" not in house.place.said_by_us(number)


def test_set_outranks_the_reporter_and_unset_hands_back(house: House) -> None:
    number = house.file(LEAK)
    house.run(number)
    house.say(number, "/scope set shown_internal_only yes because it is padding")
    house.run(number)
    assert house.place.labels(number) == {"out-of-scope:1a-infoleak"}
    assert "padding" not in house.place.said_by_us(number), "the reason stays in the comment that gave it"
    house.say(number, "/scope unset shown_internal_only")
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}


def test_the_last_word_on_a_fact_counts(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.say(number, "/scope set feature_status experimental because the list says so")
    house.say(number, "/scope set feature_status supported because I misread the list", "mia")
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}


@pytest.mark.parametrize("how", ["edited", "deleted"])
def test_a_command_that_is_edited_or_deleted_takes_its_word_with_it(house: House, how: str) -> None:
    number = house.file(LEAK)
    said = house.say(number, "/scope set shown_internal_only yes because it is padding")
    house.run(number)
    assert house.place.labels(number) == {"out-of-scope:1a-infoleak"}
    if how == "edited":
        house.place.edit_comment(said, "tom", "On second thoughts: no.")
    else:
        house.place.delete_comment(said, "tom")
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}


def test_who_may_not_decide_is_told_so_and_moves_nothing(house: House) -> None:
    number = house.file(EMULATOR)
    house.run(number)
    house.say(number, "/scope os linux vulnerable because I tell you", "rita")
    house.run(number)
    assert house.place.labels(number) == {"needs-os-check"}
    said = house.place.said_by_us(number)
    assert words.REFUSED["not-permitted"] in said
    assert "rita" in said
    assert "because I tell you" not in said


@pytest.mark.parametrize(
    ("line", "problem", "nearest"),
    [
        ("/scope os linux vulnerable", "no-reason", None),
        ("/scope os linus vulnerable because it is", "unknown-system", "linux"),
        ("/scope set reachible no because dead code", "unknown-fact", "reachable"),
        ("/scope override xsa-candidat because I say so", "unknown-label", "xsa-candidate"),
    ],
)
def test_a_command_that_cannot_be_carried_out_is_answered(
    house: House, line: str, problem: str, nearest: str | None
) -> None:
    number = house.file(EMULATOR)
    said = house.say(number, line)
    house.run(number)
    told = house.place.said_by_us(number)
    assert words.REFUSED[problem] in told
    assert nearest is None or words.NEAREST.format(word=comment.disarm(nearest)) in told
    house.place.delete_comment(said, "tom")
    house.run(number)
    assert words.REFUSED[problem] not in house.place.said_by_us(number)


def test_roles_are_asked_once_an_hour(house: House) -> None:
    number = house.file(EMULATOR)
    house.say(number, "/scope os linux not-vulnerable because it is not")
    house.run(number)
    assert house.reads.count("role") == 1
    house.say(number, "/scope os netbsd not-vulnerable because it is not")
    house.run(number)
    assert "role" not in house.reads


TWO = {**CRASH, "target": "hypervisor", "effect": ["denial_of_service", "information_leak"], "leaked_data": "mundane"}


def test_a_numbered_word_stays_with_its_attack_when_the_reporter_renumbers_them(house: House) -> None:
    """The second attack is a leak; with a third effect ticked before it, it becomes the third."""
    number = house.file(TWO)
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
    house.say(number, "/scope set 1.reachable no because only a debug build has it")
    house.run(number)
    assert house.place.labels(number) == {"out-of-scope:1a-infoleak", "out-of-scope:4-not-reachable"}
    house.correct(number, {**TWO, "effect": ["privilege_escalation", "denial_of_service", "information_leak"]})
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}, "the new first attack was not spoken of"
    house.correct(number, {**TWO, "effect": ["information_leak"]})
    house.run(number)
    assert "the attack that the number meant is not listed any more" in house.place.said_by_us(number)
    assert house.place.labels(number) == {"out-of-scope:1a-infoleak"}
