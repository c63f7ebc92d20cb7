"""A tracker's own work: duties are claimed like issues, done in their order, and lost by nobody."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime

import pytest

from tests.databases import MINUTE, NOON, issue, seconds
from webhook.issue import ForgeKind
from webhook.store import Claim, Decision, DutyClaim, IssueRecord, Lane, LeaseLostError, PolicyStamp, Store, TrackerRef

TRACKER = TrackerRef(ForgeKind.GITHUB, "example/security")
OTHER = TrackerRef(ForgeKind.GITLAB, "group/reports")


def tell(store: Store, *duties: str, at: datetime = NOON, tracker: TrackerRef = TRACKER) -> None:
    store.mark_duty(tracker, duties, event="repository.edited", delivery="d1", now=at)


def take(store: Store, at: datetime = NOON, worker: str = "worker") -> Claim | DutyClaim | None:
    return store.claim(worker, at, MINUTE, with_duties=True)


def taken(store: Store, at: datetime = NOON, worker: str = "worker") -> DutyClaim:
    claim = take(store, at, worker)
    assert isinstance(claim, DutyClaim)
    return claim


# --- order


def test_duties_come_in_their_order_however_they_were_told(store: Store) -> None:
    tell(store, "sweep", "labels")
    tell(store, "visibility", "zeal", "stop")
    tell(store, "redelivery", "policy", "sweep")
    claim = taken(store)
    assert claim.duties == ("stop", "policy", "visibility", "labels", "sweep", "redelivery", "zeal")
    assert (claim.tracker, claim.event, claim.delivery) == (TRACKER, "repository.edited", "d1")
    assert (claim.lane, claim.attempt, claim.crashes, claim.waiting_since) == (Lane.LIVE, 1, 0, NOON)


def test_what_is_said_twice_is_done_once(store: Store) -> None:
    tell(store, "labels")
    tell(store, "labels")
    store.done_duties(taken(store), now=NOON)
    assert take(store) is None
    assert store.next_ready(with_duties=True) is None


def test_a_worker_for_issues_alone_sees_no_duties(store: Store) -> None:
    tell(store, "labels")
    assert store.claim("worker", NOON, MINUTE) is None
    assert store.next_ready() is None
    assert store.next_ready(with_duties=True) == NOON


def test_urgent_duties_come_before_live_issues_and_those_before_a_sweep(store: Store) -> None:
    store.mark(issue(1), event="e", delivery="d", now=NOON)
    store.mark(issue(2), event="e", delivery="d", now=NOON, lane=Lane.BULK)
    tell(store, "sweep", tracker=OTHER)
    tell(store, "visibility", at=NOON + seconds(1))
    seen = [take(store, NOON + seconds(1)) for _ in range(5)]
    assert [c.duties if isinstance(c, DutyClaim) else c.ref.number if c else None for c in seen] == [
        ("visibility",),
        1,
        ("sweep",),
        2,
        None,
    ]


def test_a_name_that_is_no_code_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="code"):
        tell(store, "Look at this!")


# --- the end of a claim


def test_a_duty_told_again_during_its_run_is_done_once_more(store: Store) -> None:
    tell(store, "labels", "policy")
    claim = taken(store)
    tell(store, "labels", at=NOON + seconds(2))
    assert take(store, NOON + seconds(2)) is None
    store.done_duties(claim, now=NOON + seconds(3))
    again = taken(store, NOON + seconds(3))
    assert (again.duties, again.token) == (("labels",), claim.token + 1)


def test_a_duty_left_undone_is_due_again_and_the_others_are_over(store: Store) -> None:
    tell(store, "labels", "policy", "sweep")
    store.done_duties(taken(store), ["policy", "sweep"], now=NOON + seconds(1))
    assert taken(store, NOON + seconds(1)).duties == ("labels",)


def test_a_duty_done_before_the_run_failed_is_not_done_again(store: Store) -> None:
    tell(store, "stop", "labels")
    claim = taken(store)
    store.duty_done(claim, "stop", NOON)
    store.later(claim, reason="forge-unavailable", retry_at=NOON + seconds(30))
    assert take(store, NOON + seconds(29)) is None
    again = taken(store, NOON + seconds(30))
    assert (again.duties, again.attempt, again.last_reason) == (("labels",), 2, "forge-unavailable")


def test_a_new_event_ends_the_wait_after_a_failure_but_not_a_demanded_patience(store: Store) -> None:
    tell(store, "labels")
    store.later(taken(store), reason="forge-uncertain", retry_at=NOON + 9 * MINUTE, not_before=NOON + seconds(5))
    tell(store, "labels", at=NOON + seconds(1))
    assert store.next_ready(with_duties=True) == NOON + seconds(5)
    assert taken(store, NOON + seconds(5)).attempt == 1


def test_waiting_that_is_no_failure_counts_no_attempt(store: Store) -> None:
    tell(store, "sweep")
    store.later(taken(store), reason="budget", retry_at=NOON + seconds(9), counted=False)
    assert taken(store, NOON + seconds(9)).attempt == 1


def test_duties_given_back_are_due_at_once(store: Store) -> None:
    tell(store, "sweep")
    store.release(taken(store), NOON)
    assert taken(store).duties == ("sweep",)


# --- leases


def test_duties_of_a_lapsed_lease_come_back_and_the_late_one_changes_nothing(store: Store) -> None:
    tell(store, "labels")
    late = taken(store, worker="first")
    store.renew(late, NOON + seconds(30), MINUTE)
    assert take(store, NOON + seconds(89)) is None
    assert not store.still_mine(late, NOON + seconds(90))
    second = taken(store, NOON + seconds(90), "second")
    assert (second.duties, second.crashes) == (("labels",), 1)
    now = NOON + seconds(91)
    for act in (
        lambda: store.done_duties(late, now=now),
        lambda: store.duty_done(late, "labels", now),
        lambda: store.later(late, reason="too-late", retry_at=now),
        lambda: store.release(late, now),
        lambda: store.renew(late, now, MINUTE),
    ):
        with pytest.raises(LeaseLostError):
            act()
    assert store.still_mine(second, now)
    store.done_duties(second, now=now)
    assert not store.still_mine(second, now)


def test_a_killed_process_gives_its_duties_back_and_news_meanwhile_does_not_hide_them(store: Store) -> None:
    code = "from webhook.store import this_process; print(this_process())"
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    tell(store, "labels")
    taken(store, worker=ended.stdout.strip())
    assert store.recover(NOON + seconds(1)) == 1
    store.schedule_duty(TRACKER, "sweep", NOON + 60 * MINUTE)
    claim = taken(store, NOON + seconds(2))
    assert (claim.duties, claim.crashes) == (("labels",), 1)


def test_a_claim_whose_duties_were_all_done_when_its_process_died_leaves_nothing_to_do(store: Store) -> None:
    tell(store, "labels")
    claim = taken(store)
    store.duty_done(claim, "labels", NOON)
    assert take(store, NOON + 2 * MINUTE) is None
    assert store.next_ready(with_duties=True) is None


# --- schedules


def test_a_scheduled_duty_waits_for_its_time_and_asking_again_changes_nothing(store: Store) -> None:
    for at in (60, 60, 90):
        store.schedule_duty(TRACKER, "sweep", NOON + at * MINUTE)
    assert store.next_ready(with_duties=True) == NOON + 60 * MINUTE
    assert take(store, NOON + 59 * MINUTE) is None
    store.done_duties(taken(store, NOON + 60 * MINUTE), now=NOON + 61 * MINUTE)
    assert store.next_ready(with_duties=True) is None


def test_a_duty_that_schedules_itself_during_its_run_waits_until_then(store: Store) -> None:
    tell(store, "sweep")
    claim = taken(store)
    store.schedule_duty(TRACKER, "sweep", NOON + 60 * MINUTE)
    store.done_duties(claim, now=NOON + MINUTE)
    assert take(store, NOON + 59 * MINUTE) is None
    assert taken(store, NOON + 60 * MINUTE).duties == ("sweep",)


def test_an_event_does_not_wait_for_the_schedule(store: Store) -> None:
    store.schedule_duty(TRACKER, "sweep", NOON + 60 * MINUTE)
    store.schedule_duty(TRACKER, "redelivery", NOON + 30 * MINUTE)
    tell(store, "sweep")
    assert taken(store).duties == ("sweep",)
    assert store.tracker(TRACKER).duties == {"sweep": NOON, "redelivery": NOON + 30 * MINUTE}


# --- holds and stops


def test_held_trackers_duties_wait_except_the_stop_switch(store: Store) -> None:
    tell(store, "labels")
    store.hold(TRACKER, until=NOON + MINUTE, reason="limited-primary")
    assert take(store) is None
    assert store.next_ready(with_duties=True) == NOON + MINUTE
    tell(store, "stop")
    assert taken(store).duties == ("stop", "labels")


def test_no_issue_of_a_stopped_tracker_is_claimed_until_it_is_resumed(store: Store) -> None:
    store.mark(issue(1), event="e", delivery="d", now=NOON)
    store.mark(issue(2, "other/tracker"), event="e", delivery="d", now=NOON)
    store.stop_tracker(TRACKER, "public", NOON)
    store.mark(issue(3), event="e", delivery="d", now=NOON)
    tell(store, "visibility")
    assert taken(store).duties == ("visibility",)
    other = take(store)
    assert isinstance(other, Claim)
    assert other.ref.project == "other/tracker"
    assert store.claim("worker", NOON, MINUTE) is None
    state = store.tracker(TRACKER)
    assert (state.stopped_at, state.stopped_reason) == (NOON, "public")
    store.resume_tracker(TRACKER)
    assert store.tracker(TRACKER).stopped_at is None
    assert {take(store).ref.number for _ in range(2)} == {1, 3}  # type: ignore[union-attr]


def test_a_stop_takes_the_lease_from_runs_in_progress(store: Store) -> None:
    store.mark(issue(), event="e", delivery="d", now=NOON)
    claim = store.claim("worker", NOON, MINUTE)
    assert claim is not None
    store.stop_tracker(TRACKER, "public", NOON)
    assert not store.still_mine(claim, NOON)
    with pytest.raises(LeaseLostError):
        store.record_progress(claim, now=NOON, added=["xsa-candidate"])
    store.resume_tracker(TRACKER)
    assert not store.still_mine(claim, NOON)
    again = store.claim("worker", NOON, MINUTE)
    assert again is not None
    assert again.crashes == 0


def test_a_second_reason_does_not_hide_the_first(store: Store) -> None:
    store.stop_tracker(TRACKER, "public", NOON)
    store.stop_tracker(TRACKER, "removed", NOON + MINUTE)
    assert (store.tracker(TRACKER).stopped_reason, store.tracker(TRACKER).stopped_at) == ("public", NOON)


def test_purging_a_tracker_leaves_nothing_of_its_issues_and_all_of_the_others(store: Store) -> None:
    stamp = PolicyStamp("p", "1", "digest")
    for ref in (issue(1), issue(2), issue(1, "other/tracker")):
        store.mark(ref, event="e", delivery="d", now=NOON)
        claim = store.claim("worker", NOON, MINUTE)
        assert claim is not None
        made = Decision(NOON, "digest", stamp, "in-scope", "settled", ())
        store.done(claim, IssueRecord(comment_id=7), now=NOON, ledger=["xsa-candidate"], decision=made)
    assert store.purge_tracker(TRACKER) == 2
    assert (store.record(issue(1)), store.decisions(issue(1))) == (None, [])
    assert store.record(issue(1, "other/tracker")) == IssueRecord(comment_id=7)
    assert len(store.decisions(issue(1, "other/tracker"))) == 1
    assert store.purge_tracker(TRACKER) == 0


# --- what is remembered of a tracker


def test_sweeps_are_remembered_each_figure_by_itself(store: Store) -> None:
    store.register(TRACKER, 4711)
    store.note_sweep(TRACKER, until=NOON)
    store.note_sweep(TRACKER, full_at=NOON + MINUTE)
    store.note_sweep(TRACKER)
    state = store.tracker(TRACKER)
    assert (state.swept_until, state.full_sweep_at, state.forge_id) == (NOON, NOON + MINUTE, 4711)
    assert store.trackers() == [state]


def test_a_run_that_ends_well_shows_that_the_forge_answers_and_a_failure_does_not(store: Store) -> None:
    store.mark(issue(), event="e", delivery="d", now=NOON)
    claim = store.claim("worker", NOON, MINUTE)
    assert claim is not None
    store.later(claim, reason="forge-unavailable", retry_at=NOON)
    assert store.tracker(TRACKER).last_success_at is None
    for at, noted in ((0, 0), (29, 0), (31, 31)):
        tell(store, "labels", at=NOON + seconds(at))
        store.done_duties(taken(store, NOON + seconds(at)), now=NOON + seconds(at))
        assert store.tracker(TRACKER).last_success_at == NOON + seconds(noted)
