"""Issues that come and go, answers that are lost, processes that die in the middle: the next run writes the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.webhook.reconcile.house import LEASE, House
from tests.webhook.reconcile.places import both_databases, only_github, only_gitlab
from webhook.cli.demo.reports import CRASH
from webhook.forges.port import UncertainError
from webhook.reconcile.run import SOON, STALE_LOOKS, YOUNG
from webhook.store import LeaseLostError

HYPERVISOR = {**CRASH, "target": "hypervisor"}
ITSELF = {**CRASH, "target": "self"}

pytestmark = both_databases


class PowerCutError(Exception):
    """The process is gone."""


def power_cut() -> None:
    raise PowerCutError


# --- come and gone


def test_an_issue_the_forge_does_not_show_yet_is_looked_at_again_soon(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.place.misbehave("not_found", method="GET", path=rf"/issues/{number}$", times=1)
    assert house.run(number) == "later"
    due = house.store.next_ready()
    assert due is not None
    assert due - house.now() <= SOON
    house.pass_time(SOON.total_seconds())
    assert house.run(number, mark=False) == "done"


@only_github
def test_a_deleted_issue_is_forgotten_at_once_on_github(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.run(number)
    house.place.delete(number)
    assert house.run(number) == "gone"
    assert house.store.stats(house.now()).issues == 0


@only_gitlab
def test_a_deleted_issue_is_forgotten_on_gitlab_once_it_cannot_be_a_new_one(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.run(number)
    house.place.delete(number)
    assert house.run(number) == "later"
    house.pass_time(YOUNG.total_seconds())
    assert house.run(number, mark=False) == "gone"
    assert house.store.stats(house.now()).issues == 0


def test_a_transferred_issue_is_forgotten_and_not_written_on_where_it_went(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.run(number)
    house.place.move(number)
    house.run(number)  # a token for this repository alone sees no more than that it is not there
    house.pass_time(YOUNG.total_seconds())
    if house.store.next_ready() is not None:
        assert house.run(number, mark=False) == "gone"
    assert house.writes == []
    assert house.store.stats(house.now()).issues == 0


def test_an_issue_deleted_between_read_and_write_is_forgotten(house: House) -> None:
    house.know_labels()
    number = house.file(HYPERVISOR)
    house.meddler.before["change_labels"] = lambda: house.place.delete(number)
    ending = house.run(number)
    if ending == "later":  # GitLab does not say that it was deleted
        house.pass_time(YOUNG.total_seconds())
        ending = house.run(number, mark=False)
    assert ending == "gone"
    assert house.store.stats(house.now()).issues == 0


# --- not up to date


def test_an_issue_older_than_the_event_told_is_not_decided_on(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.run(number)
    house.correct(number, ITSELF)
    told = house.forge.issue(number).updated_at
    house.place.misbehave("stale", method="GET", path=rf"/issues/{number}$", times=1)
    assert house.run(number, told=told) == "later"
    assert house.writes == []
    house.pass_time(SOON.total_seconds())
    assert house.run(number, mark=False) == "done"
    assert house.place.labels(number) == {"out-of-scope:1-self"}
    assert house.claim(number).changed_at is None


def test_an_issue_as_old_as_the_event_told_is_up_to_date(house: House) -> None:
    number = house.file(HYPERVISOR)
    assert house.run(number, told=house.forge.issue(number).updated_at) == "done"


def test_a_forge_that_never_catches_up_is_believed_in_the_end(house: House) -> None:
    number = house.file(HYPERVISOR)
    ahead = house.now() + timedelta(hours=1)
    assert house.run(number, told=ahead) == "later"
    for _ in range(STALE_LOOKS - 1):
        house.pass_time(SOON.total_seconds())
        assert house.run(number, mark=False) == "later"
    house.pass_time(SOON.total_seconds())
    assert house.run(number, mark=False) == "done"
    assert house.run(number) == "unchanged", "and what was told is forgotten"


# --- cut off in the middle


@pytest.mark.parametrize(
    ("when", "what", "left_to_do"),
    [
        ("before", "change_labels", 2),
        ("after", "change_labels", 1),
        ("before", "create_comment", 1),
        ("after", "create_comment", 0),
    ],
)
def test_a_crash_leaves_exactly_the_rest_to_the_next_run(house: House, when: str, what: str, left_to_do: int) -> None:
    house.know_labels()
    number = house.file(HYPERVISOR)
    getattr(house.meddler, when)[what] = power_cut
    with pytest.raises(PowerCutError):
        house.run(number)
    house.crashed()
    assert house.run(number, mark=False) == ("done" if left_to_do else "unchanged")
    assert len(house.writes) == left_to_do
    assert house.place.labels(number) == {"xsa-candidate"}
    assert house.place.said_by_us(number)
    assert house.run(number) == "unchanged"
    assert sorted(house.reads) == ["comments", "issue", "visibility"], "all is remembered again"


@pytest.mark.parametrize("what", ["change_labels", "edit_comment"])
def test_a_crash_during_an_edit_is_made_good_too(house: House, what: str) -> None:
    number = house.file(HYPERVISOR)
    house.run(number)
    house.correct(number, ITSELF)
    house.meddler.after[what] = power_cut
    with pytest.raises(PowerCutError):
        house.run(number)
    house.crashed()
    house.run(number, mark=False)
    assert house.place.labels(number) == {"out-of-scope:1-self"}
    assert "`out-of-scope:1-self`" in house.place.said_by_us(number)


def test_a_run_that_lost_its_lease_writes_nothing(house: House) -> None:
    house.know_labels()
    number = house.file(HYPERVISOR)
    house.meddler.after["visibility"] = house.crashed
    with pytest.raises(LeaseLostError):
        house.run(number)
    assert house.writes == []


def test_an_edit_during_a_run_causes_one_more(house: House) -> None:
    number = house.file(HYPERVISOR)

    def correct() -> None:
        house.place.edit(number, house.body(ITSELF))
        house.store.mark(house.ref(number), event="issues.edited", delivery="d-2", now=house.now())

    house.meddler.after["comments"] = correct
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
    house.run(number, mark=False)
    assert house.place.labels(number) == {"out-of-scope:1-self"}
    assert house.store.next_ready() is None


# --- answers that are lost


def test_a_comment_whose_answer_was_lost_is_found_and_not_written_again(house: House) -> None:
    house.know_labels()
    number = house.file(HYPERVISOR)
    house.place.misbehave("cut", method="POST", path=r"/(comments|notes)$", times=1)
    with pytest.raises(UncertainError):
        house.run(number)
    house.crashed()
    assert house.run(number, mark=False) == "unchanged"
    ((own, _),) = house.place.ours(number)
    house.place.delete_comment(own, "mia")
    assert house.run(number) == "unchanged", "it is remembered as ours, and that a person took it away"


def test_a_comment_that_was_refused_after_all_is_written_by_the_next_run(house: House) -> None:
    house.know_labels()
    number = house.file(HYPERVISOR)
    house.place.misbehave("error", method="POST", path=r"/(comments|notes)$", times=1)
    with pytest.raises(UncertainError):
        house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
    house.crashed()
    house.run(number, mark=False)
    assert house.writes == ["write comment"]


def test_labels_whose_answer_was_lost_are_not_mistaken_for_a_persons(house: House) -> None:
    house.know_labels()
    number = house.file(HYPERVISOR)
    house.place.misbehave("cut", method="POST|PUT", path=rf"/issues/{number}(/labels)?$", times=1)
    with pytest.raises(UncertainError):
        house.run(number)
    house.crashed()
    house.run(number, mark=False)
    assert house.writes == ["write comment"]
    assert house.place.labels(number) == {"xsa-candidate"}


def test_the_time_between_failure_and_next_try_is_not_the_reconcilers(house: House) -> None:
    """A failed read goes through as it is; the row is untouched until its lease ends."""
    number = house.file(HYPERVISOR)
    house.place.misbehave("bad_gateway", method="GET", path=r"/(comments|notes)", times=1)
    with pytest.raises(Exception, match="502"):
        house.run(number)
    due = house.store.next_ready()
    assert due is not None
    assert due - house.now() > LEASE - timedelta(seconds=30)
