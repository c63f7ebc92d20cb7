"""Nothing changed, or an answer did: only the difference is written, what is new before what is old."""

from __future__ import annotations

from tests.webhook.reconcile.house import House
from tests.webhook.reconcile.places import only_github, only_gitlab
from webhook.cli.demo.reports import CRASH
from webhook.comment import words

HYPERVISOR = {**CRASH, "target": "hypervisor"}
ITSELF = {**CRASH, "target": "self"}
BOTH_WRONG = {**ITSELF, "feature_status": "experimental"}


def test_an_unchanged_issue_is_read_in_three_requests_and_nothing_is_written(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.run(number)
    assert house.run(number) == "unchanged"
    assert sorted(house.reads) == ["comments", "issue", "visibility"]
    assert house.writes == []


def test_talk_between_people_changes_nothing(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.run(number)
    house.say(number, "Thank you.", "rita")
    house.say(number, "We look into it; /scope is not on a line of its own here.")
    assert house.run(number) == "unchanged"


@only_github
def test_an_edit_on_github_is_one_addition_then_a_removal_for_each_label_then_one_edit(house: House) -> None:
    house.know_labels()
    number = house.file(BOTH_WRONG)
    house.run(number)
    assert house.place.labels(number) == {"out-of-scope:1-self", "out-of-scope:3-unsupported"}
    house.correct(number, HYPERVISOR)
    assert house.run(number) == "done"
    assert house.writes == ["add labels", "remove label", "remove label", "edit comment"]
    assert house.place.labels(number) == {"xsa-candidate"}


@only_gitlab
def test_an_edit_on_gitlab_is_one_change_of_labels_and_one_edit(house: House) -> None:
    house.know_labels()
    number = house.file(BOTH_WRONG)
    house.run(number)
    house.correct(number, HYPERVISOR)
    assert house.run(number) == "done"
    assert house.writes == ["change issue", "edit comment"]
    assert house.place.labels(number) == {"xsa-candidate"}


def test_an_edit_is_explained_in_the_same_comment(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.run(number)
    ((first, before),) = house.place.ours(number)
    house.correct(number, ITSELF)
    house.run(number)
    ((second, after),) = house.place.ours(number)
    assert first == second
    assert words.TITLES["in-scope"] in before
    assert words.TITLES["out-of-scope"] in after


def test_an_edit_that_moves_nothing_but_an_answer_edits_the_comment_only(house: House) -> None:
    house.know_labels()
    number = house.file({**HYPERVISOR, "dos_severity": "termination"})
    house.run(number)
    house.correct(number, {**HYPERVISOR, "dos_severity": "significant"})
    assert house.run(number) == "done"
    assert house.writes == ["edit comment"]


def test_an_edit_back_restores_labels_and_comment(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.run(number)
    before = house.place.said_by_us(number)
    house.correct(number, ITSELF)
    house.run(number)
    house.correct(number, HYPERVISOR)
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
    assert house.place.said_by_us(number) == before


def test_a_forged_answer_in_free_text_moves_nothing(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.run(number)
    label = next(f.label for f in house.policy.form.fields if f.fact == "feature_status")
    option = next(
        o.text
        for f in house.policy.form.fields
        if f.fact == "feature_status"
        for o in f.options
        if frozenset({"experimental"}) in o.sets.values()
    )
    forged = f"See below.\n\n### {label}\n\n{option}\n\n## {label}\n\n- [x] {option}"
    house.pass_time()
    house.place.edit(number, house.body(HYPERVISOR, {"description": forged}))
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
