"""The stop switch and the look at the project: public, archived, renamed, gone, another one."""

from __future__ import annotations

import pytest

from tests.webhook.duties.yard import Yard
from tests.webhook.reconcile.places import both_databases, only_github, only_gitlab
from webhook.cli.demo.reports import CRASH
from webhook.forges.port import UnavailableError

HYPERVISOR = {**CRASH, "target": "hypervisor"}


@only_github
@both_databases
def test_a_repository_made_public_stops_everything_and_nothing_is_kept_of_its_issues(yard: Yard) -> None:
    number = yard.file(HYPERVISOR)
    yard.run(number)
    yard.place.publish()
    alerts = yard.figure("tracker_public")
    yard.do("stop")
    assert yard.state.stopped_reason == "public"
    assert yard.store.record(yard.ref(number)) is None
    assert yard.store.decisions(yard.ref(number)) == []
    assert yard.figure("tracker_public") == alerts + 1
    assert yard.writes == []
    yard.store.mark(yard.ref(number), event="issues.edited", delivery="d", now=yard.now())
    assert yard.due() == []


@only_github
@both_databases
def test_a_run_in_progress_may_not_write_once_its_tracker_is_stopped(yard: Yard) -> None:
    number = yard.file(HYPERVISOR)
    claim = yard.claim(number)
    assert yard.store.still_mine(claim, yard.now())
    yard.place.publish()
    yard.do("stop")
    assert not yard.store.still_mine(claim, yard.now())


@only_github
@both_databases
def test_a_repository_made_private_again_is_worked_on_again_and_swept(yard: Yard) -> None:
    number = yard.file(HYPERVISOR)
    yard.run(number)
    said = yard.place.ours(number)
    yard.place.publish()
    yard.do("stop")
    yard.do("sweep")
    assert yard.reads == ["visibility"]
    assert yard.due() == []
    yard.place.withdraw(number)
    yard.do("visibility")
    assert yard.state.stopped_at is None
    assert "full-sweep" in yard.state.duties
    yard.pass_time()
    yard.duties(yard.claim_duties())
    assert yard.due() == [number]
    assert yard.work() == ["unchanged"]
    assert yard.place.ours(number) == said


@only_github
def test_while_it_is_public_every_look_purges_and_alerts_anew(yard: Yard) -> None:
    number = yard.file(HYPERVISOR)
    yard.place.publish()
    yard.do("stop")
    alerts = yard.figure("tracker_public")
    yard.store.mark(yard.ref(number), event="issues.edited", delivery="d", now=yard.now())
    yard.do("visibility")
    assert yard.store.record(yard.ref(number)) is None
    assert yard.figure("tracker_public") == alerts + 1


def test_what_cannot_be_seen_counts_as_public_until_it_can_be_seen(yard: Yard) -> None:
    number = yard.file(HYPERVISOR)
    yard.run(number)
    path = r"/repositories/\d+$" if yard.place.kind == "github" else r"/projects/\d+$"
    yard.place.misbehave("error", method="GET", path=path, times=1)
    with pytest.raises(UnavailableError):
        yard.do("stop")
    assert yard.state.stopped_reason == "visibility-unclear"
    assert yard.store.record(yard.ref(number)) is not None, "nothing is lost for a fault of the forge"
    yard.pass_time()
    yard.duties(yard.claim_duties())
    assert yard.state.stopped_at is None


@only_github
def test_an_unclear_look_does_not_hide_that_it_was_public(yard: Yard) -> None:
    yard.place.publish()
    yard.do("stop")
    yard.place.misbehave("error", method="GET", path=r"/repositories/\d+$", times=1)
    with pytest.raises(UnavailableError):
        yard.do("stop")
    assert yard.state.stopped_reason == "public"


@only_github
def test_internal_counts_as_public(yard: Yard) -> None:
    yard.place.open_to_insiders(1)
    yard.do("visibility")
    assert yard.state.stopped_reason == "public"


@only_gitlab
def test_a_public_project_stops_none_of_its_confidential_issues(yard: Yard) -> None:
    number = yard.file(HYPERVISOR)
    yard.place.publish()
    yard.do("stop")
    yard.do("visibility")
    assert yard.state.stopped_at is None
    assert yard.run(number) == "done"


@both_databases
def test_a_renamed_project_is_the_same_one(yard: Yard) -> None:
    number = yard.file(HYPERVISOR)
    yard.do("visibility")
    before = yard.state.forge_id
    yard.rename("vault")
    yard.do("visibility")
    assert (yard.state.stopped_at, yard.state.forge_id) == (None, before)
    assert yard.run(number) == "done"


def test_in_an_archived_project_work_rests_and_goes_on_afterwards(yard: Yard) -> None:
    number = yard.file(HYPERVISOR)
    yard.do("visibility")
    yard.archive(archived=True)
    yard.do("visibility")
    assert yard.state.stopped_reason == "archived"
    yard.store.mark(yard.ref(number), event="issues.edited", delivery="d", now=yard.now())
    assert yard.due() == []
    yard.archive(archived=False)
    yard.do("visibility")
    assert yard.state.stopped_at is None
    assert yard.due() == [number]


@only_github
def test_an_archived_repository_that_turns_public_is_stopped_for_that_reason(yard: Yard) -> None:
    yard.archive(archived=True)
    yard.do("visibility")
    yard.place.publish()
    yard.do("stop")
    assert yard.state.stopped_reason == "public"


@both_databases
def test_a_deleted_project_is_told_as_such(yard: Yard) -> None:
    number = yard.file(HYPERVISOR)
    yard.run(number)
    yard.do("visibility")
    yard.delete_project()
    yard.do("visibility")
    assert yard.state.stopped_reason == "project-gone"
    yard.store.mark(yard.ref(number), event="issues.edited", delivery="d", now=yard.now())
    assert yard.due() == []


def test_another_project_under_the_configured_name_is_not_written_to(yard: Yard) -> None:
    yard.store.register(yard.tracker, 4711)
    yard.do("visibility")
    assert yard.state.stopped_reason == "another-project"


def test_a_stop_of_somebody_elses_is_not_lifted(yard: Yard) -> None:
    yard.store.stop_tracker(yard.tracker, "operator", yard.now())
    yard.do("visibility")
    assert yard.state.stopped_reason == "operator"


def test_duties_of_a_tracker_that_is_not_configured_are_dropped(yard: Yard) -> None:
    yard.duties = yard.process(yard.forge)
    object.__setattr__(yard.duties, "trackers", [])
    yard.do("visibility", "sweep")
    assert (yard.reads, yard.state.duties) == ([], {})


def test_a_push_is_only_noted(yard: Yard) -> None:
    yard.do("policy")
    assert (yard.reads, yard.writes) == ([], [])
    assert yard.state.duties == {}
