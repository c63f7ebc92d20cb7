"""What no event told of is found by comparing, at the price of the list; and labels that are gone come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.webhook.duties.yard import Yard
from tests.webhook.forges.worlds import PROJECT
from tests.webhook.reconcile.places import both_databases, only_github, only_gitlab
from webhook.cli.demo.reports import CRASH
from webhook.forges import open_forge
from webhook.forges.port import UnavailableError
from webhook.store import IssueRecord

HYPERVISOR = {**CRASH, "target": "hypervisor"}
CANDIDATE = "xsa-candidate"


def lists(yard: Yard) -> int:
    """How many pages of issues the last duties read."""
    return sum(word.endswith("/issues") for word in yard.reads)


@only_github
@both_databases
def test_a_label_deleted_from_the_tracker_is_defined_again_and_put_back(yard: Yard) -> None:
    number, other = yard.file(HYPERVISOR), yard.file({})
    yard.run(number)
    yard.run(other)
    yard.delete_label(CANDIDATE)
    assert CANDIDATE not in yard.place.labels(number)
    yard.settle([])
    yard.do("labels")
    assert yard.writes == ["define label"]
    assert yard.place.definitions()[CANDIDATE][0] == yard.policy.labels[CANDIDATE].colour
    assert yard.due() == [number]
    yard.duties(yard.claim_duties())
    yard.work()
    assert yard.place.labels(number) == {CANDIDATE}


@only_github
def test_that_a_label_was_deleted_does_not_end_what_a_person_decided_on_an_issue(yard: Yard) -> None:
    number = yard.file(HYPERVISOR)
    yard.run(number)
    yard.pass_time()
    yard.place.label(number, "tom", "out-of-scope:1-self")
    assert yard.run(number) == "done"
    before = yard.store.record(yard.ref(number))
    assert before is not None
    assert before.override is not None
    yard.delete_label(CANDIDATE)
    yard.do("labels")
    assert yard.store.record(yard.ref(number)) == before


@only_github
@both_databases
def test_a_renamed_label_is_defined_again_and_the_issues_get_it_beside_the_renamed_one(yard: Yard) -> None:
    number = yard.file(HYPERVISOR)
    yard.run(number)
    yard.rename_label(CANDIDATE, "candidate")
    yard.do("labels")
    assert yard.writes == ["define label"]
    yard.pass_time()
    yard.duties(yard.claim_duties())
    yard.work()
    assert yard.place.labels(number) == {CANDIDATE, "candidate"}


@only_gitlab
def test_a_label_whose_deletion_gitlab_told_nobody_of_is_found_missing_by_the_full_sweep(yard: Yard) -> None:
    number = yard.file(HYPERVISOR)
    yard.run(number)
    yard.run(number)
    yard.delete_label(CANDIDATE)
    yard.pass_time(7200)
    yard.do("full-sweep")
    assert yard.writes == ["define label"]
    assert yard.due() == [number]
    assert yard.work() == ["done"]
    assert yard.place.labels(number) == {CANDIDATE}


@only_github
def test_in_a_repository_that_turned_public_no_label_is_defined(yard: Yard) -> None:
    yard.know_labels()
    yard.delete_label(CANDIDATE)
    yard.place.publish()
    yard.do("labels")
    assert yard.writes == []
    assert yard.state.stopped_reason == "public"
    assert "full-sweep" not in yard.state.duties


@both_databases
def test_issues_nobody_told_of_are_found_by_the_first_sweep_and_edits_by_the_next(yard: Yard) -> None:
    first, second = yard.file(HYPERVISOR), yard.file(HYPERVISOR)
    yard.do("sweep")
    assert yard.due() == [first, second]
    assert yard.writes == ([] if yard.place.kind == "github" else ["define label"] * len(yard.policy.labels))
    yard.work()
    yard.pass_time(3600)
    yard.do("sweep")
    yard.work()
    yard.pass_time(3600)
    yard.correct(second, {**HYPERVISOR, "target": "self"})
    yard.do("sweep")
    assert yard.due() == [second]
    assert lists(yard) == 1
    assert yard.work() == ["done"]
    assert yard.place.labels(second) == {"out-of-scope:1-self"}


@both_databases
def test_where_nothing_changed_a_sweep_costs_one_request_a_hundred_issues_and_writes_nothing(yard: Yard) -> None:
    yard.know_labels()
    yard.settle(yard.file_many(130))
    yard.pass_time(60)
    yard.do("full-sweep")
    assert lists(yard) == 2
    assert len(yard.reads) == 2 + (yard.place.kind == "gitlab"), "GitLab: and a look at the labels"
    assert (yard.writes, yard.due()) == ([], [])
    yard.pass_time(3600)
    yard.do("sweep")
    assert (lists(yard), len(yard.reads)) == (1, 1)
    assert (yard.writes, yard.due()) == ([], [])


@both_databases
def test_how_far_was_swept_is_noted_only_after_the_end(yard: Yard) -> None:
    yard.place.file()
    yard.place.misbehave("error", method="GET", path=r"/issues\?", times=1)
    with pytest.raises(UnavailableError):
        yard.do("sweep")
    assert yard.state.swept_until is None
    yard.pass_time()
    yard.duties(yard.claim_duties())
    swept = yard.state.swept_until
    assert swept is not None
    assert abs(swept - yard.now()) < timedelta(seconds=30)
    assert yard.state.full_sweep_at == swept


def test_the_hourly_sweep_asks_only_for_what_changed(yard: Yard) -> None:
    yard.place.file()
    yard.do("sweep")
    yard.pass_time(3600)
    yard.do("sweep")
    asked = [e.path for e in yard.place.sandbox.core.journal.entries(forge=yard.place.kind) if "/issues?" in e.path]
    key = "since=" if yard.place.kind == "github" else "updated_after="
    assert [key in path for path in asked] == [False, True]


@both_databases
def test_an_issue_deleted_unheard_is_forgotten_after_a_full_sweep(yard: Yard) -> None:
    kept, deleted = yard.file(HYPERVISOR), yard.file(HYPERVISOR)
    yard.run(kept)
    yard.run(deleted)
    yard.place.delete(deleted)
    yard.settle([kept, deleted])
    yard.pass_time(3600)
    yard.do("full-sweep")
    assert yard.due() == [deleted]
    yard.pass_time(120)
    assert yard.work() == ["gone"]
    assert yard.store.record(yard.ref(deleted)) is None


def test_closed_issues_nobody_knows_are_left_out_of_a_full_sweep(yard: Yard) -> None:
    number = yard.place.file()
    if yard.place.kind == "github":
        yard.place.sandbox.github.set_state(PROJECT, number, "root", "closed")
    else:
        yard.place.sandbox.gitlab.set_state(PROJECT, number, "mia", "closed")
    yard.do("full-sweep")
    assert yard.due() == []


def test_an_issue_that_waits_already_is_not_marked_again(yard: Yard) -> None:
    number = yard.place.file()
    yard.store.mark(yard.ref(number), event="issues.opened", delivery="d-7", now=yard.now())
    yard.do("full-sweep")
    claim = yard.store.claim("x", yard.now(), timedelta(minutes=1))
    assert claim is not None
    assert (claim.event, claim.generation) == ("issues.opened", 1)


@both_databases
def test_answers_of_an_issue_closed_long_ago_are_purged(yard: Yard) -> None:
    number = yard.file(HYPERVISOR)
    yard.run(number)
    claim = yard.claim(number)
    answers = claim.record.answers
    assert answers is not None
    record = IssueRecord(answers=answers, closed_at=yard.now() - timedelta(days=91))
    yard.store.done(claim, record, now=yard.now())
    yard.do("full-sweep")
    kept = yard.store.record(yard.ref(number))
    assert kept is not None
    assert kept.answers is None


@only_gitlab
def test_work_items_that_are_no_reports_are_not_swept(yard: Yard) -> None:
    report = yard.place.file()
    gitlab = yard.place.sandbox.gitlab
    gitlab.file_issue(PROJECT, "rita", "title", "text", confidential=True, issue_type="task")
    access = replace(yard.place.access, item_types=frozenset({"issue"}))  # type: ignore[attr-defined]
    forge = open_forge(access)
    yard.duties = yard.process(forge)
    yard.do("sweep")
    forge.close()
    assert yard.due() == [report]
