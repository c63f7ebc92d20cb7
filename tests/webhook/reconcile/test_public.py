"""Nothing is written where the public can read, looked at again right before each write."""

from __future__ import annotations

import pytest

from tests.webhook.reconcile.house import House
from tests.webhook.reconcile.places import both_databases, only_gitlab
from webhook.cli.demo.reports import CRASH
from webhook.disclosure import FRESH_SECONDS

HYPERVISOR = {**CRASH, "target": "hypervisor"}


@both_databases
def test_an_issue_that_the_public_can_read_is_left_alone_and_nothing_of_it_is_kept(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.place.expose(number)
    assert house.run(number) == "refused"
    assert house.writes == []
    assert house.place.labels(number) == set()
    kept = house.claim(number).record
    assert (kept.answers, kept.verdict, kept.desired) == (None, None, ())


@both_databases
def test_what_was_known_of_an_issue_is_dropped_once_it_is_public_even_if_nothing_was_to_be_written(
    house: House,
) -> None:
    number = house.file(HYPERVISOR)
    house.run(number)
    assert house.claim(number).record.answers is not None
    house.crashed()
    house.place.expose(number)
    assert house.run(number) == "refused"
    kept = house.claim(number).record
    assert (kept.answers, kept.verdict, kept.desired) == (None, None, ())


def test_what_every_signed_in_person_can_read_counts_as_public(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.place.open_to_insiders(number)
    assert house.run(number) == "refused"
    assert house.writes == []


def test_an_issue_that_turned_public_is_not_even_corrected(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.run(number)
    labels, said = house.place.labels(number), house.place.said_by_us(number)
    house.correct(number, {**HYPERVISOR, "target": "self"})
    house.place.expose(number)
    assert house.run(number) == "refused"
    assert house.writes == []
    assert (house.place.labels(number), house.place.said_by_us(number)) == (labels, said)


@pytest.mark.parametrize("look", ["visibility", "role"])
def test_an_issue_that_turns_public_between_read_and_write_is_not_written_on(house: House, look: str) -> None:
    house.know_labels()
    number = house.file(HYPERVISOR)
    house.say(number, "/scope set reachable yes because we tried")

    def turn() -> None:
        house.place.expose(number)
        house.pass_time(FRESH_SECONDS + 0.1)

    house.meddler.after[look] = turn
    assert house.run(number) == "refused"
    assert house.writes == []
    assert house.place.labels(number) == set()


def test_an_issue_that_turns_public_between_labels_and_comment_gets_no_comment(house: House) -> None:
    house.know_labels()
    number = house.file(HYPERVISOR)

    def turn() -> None:
        house.place.expose(number)
        house.pass_time(FRESH_SECONDS + 0.1)

    house.meddler.after["change_labels"] = turn
    assert house.run(number) == "refused"
    assert house.place.ours(number) == []
    assert len(house.writes) == 1


def test_not_even_a_label_is_defined_on_a_tracker_that_turned_public(house: House) -> None:
    number = house.file(HYPERVISOR)

    def turn() -> None:
        house.place.expose(number)
        house.pass_time(FRESH_SECONDS + 0.1)

    house.meddler.after["label_definitions"] = turn
    assert house.run(number) == "refused"
    assert house.writes == []


def test_writes_that_follow_each_other_quickly_share_one_look(house: House) -> None:
    house.know_labels()
    number = house.file(HYPERVISOR)
    house.run(number)
    assert house.reads.count("visibility") == 1
    house.correct(number, {**HYPERVISOR, "target": "self"})
    house.meddler.before["edit_comment"] = lambda: house.pass_time(FRESH_SECONDS + 0.1)
    house.run(number)
    assert house.reads.count("visibility") + house.reads.count("issue") > 2, "a late write looks again"


def test_an_issue_made_private_again_is_taken_up(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.run(number)
    house.correct(number, {**HYPERVISOR, "target": "self"})
    house.place.expose(number)
    house.run(number)
    house.place.withdraw(number)
    assert house.run(number) == "done"
    assert house.place.labels(number) == {"out-of-scope:1-self"}


@only_gitlab
def test_where_the_operator_wants_it_a_public_issue_is_first_made_confidential_and_nothing_else(house: House) -> None:
    house.hide_public()
    number = house.file(HYPERVISOR)
    house.place.expose(number)
    assert house.run(number) == "refused"
    assert house.writes == ["change issue"]
    assert house.place.labels(number) == set()
    assert house.run(number) == "done"
    assert house.place.labels(number) == {"xsa-candidate"}


@only_gitlab
def test_a_confidential_issue_of_a_public_project_is_private(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.place.publish()
    assert house.run(number) == "done"
    assert house.place.labels(number) == {"xsa-candidate"}
