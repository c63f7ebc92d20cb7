"""When a marked issue is due: at once, after it has come to rest, or behind everything live."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.databases import MINUTE, NOON, issue, seconds
from webhook.store import AT_ONCE, EDITED, Claim, IssueRecord, Lane, Settle, Store


def mark(store: Store, at: datetime = NOON, number: int = 1, settle: Settle = AT_ONCE, lane: Lane = Lane.LIVE) -> None:
    store.mark(issue(number), event="issues.opened", delivery=f"d{number}", now=at, settle=settle, lane=lane)


def claimed(store: Store, at: datetime) -> Claim:
    claim = store.claim("worker", at, MINUTE)
    assert claim is not None
    return claim


def test_nothing_is_due_in_an_empty_list(store: Store) -> None:
    assert store.claim("worker", NOON, MINUTE) is None
    assert store.next_ready() is None


def test_an_opened_issue_is_due_at_once(store: Store) -> None:
    mark(store)
    assert store.next_ready() == NOON
    claim = claimed(store, NOON)
    assert (claim.ref, claim.generation, claim.attempt, claim.first) == (issue(), 1, 1, True)
    assert (claim.event, claim.delivery, claim.waiting_since) == ("issues.opened", "d1", NOON)


def test_an_edited_issue_is_due_ten_seconds_after_its_last_edit(store: Store) -> None:
    mark(store, settle=EDITED)
    mark(store, NOON + seconds(9), settle=EDITED)
    assert store.claim("worker", NOON + seconds(18.9), MINUTE) is None
    assert claimed(store, NOON + seconds(19)).generation == 2


def test_an_issue_that_is_edited_on_and_on_is_due_a_minute_after_the_first_edit(store: Store) -> None:
    for second in range(0, 60, 5):
        mark(store, NOON + seconds(second), settle=EDITED)
    assert store.claim("worker", NOON + seconds(59.9), MINUTE) is None
    assert claimed(store, NOON + MINUTE).waiting_since == NOON


def test_an_edit_does_not_postpone_an_issue_that_is_due_at_once(store: Store) -> None:
    mark(store)
    mark(store, NOON + seconds(1), settle=EDITED)
    assert claimed(store, NOON + seconds(1)).generation == 2


def test_a_command_makes_a_settling_issue_due_at_once(store: Store) -> None:
    mark(store, settle=EDITED)
    mark(store, NOON + seconds(1), settle=AT_ONCE)
    assert store.next_ready() == NOON + seconds(1)


def test_edits_during_a_run_settle_by_themselves_and_cause_exactly_one_more_run(store: Store) -> None:
    mark(store)
    claim = claimed(store, NOON)
    for second in (1, 2, 3):
        mark(store, NOON + seconds(second), settle=EDITED)
    assert store.claim("other", NOON + seconds(30), MINUTE) is None
    store.done(claim, IssueRecord(), now=NOON + seconds(4))
    assert store.next_ready() == NOON + seconds(13)
    again = claimed(store, NOON + seconds(13))
    assert (again.generation, again.first) == (4, False)
    store.done(again, IssueRecord(), now=NOON + seconds(14))
    assert store.next_ready() is None


def test_live_work_goes_before_older_bulk_work(store: Store) -> None:
    mark(store, number=1, lane=Lane.BULK)
    mark(store, NOON + seconds(5), number=2)
    assert [claimed(store, NOON + seconds(5)).ref.number for _ in range(2)] == [2, 1]


def test_a_live_event_lifts_a_bulk_row_and_a_bulk_mark_does_not_sink_a_live_one(store: Store) -> None:
    for first, second in ((Lane.BULK, Lane.LIVE), (Lane.LIVE, Lane.BULK)):
        number = 10 + first
        mark(store, number=number, lane=first)
        mark(store, number=number, lane=second)
        assert claimed(store, NOON).lane is Lane.LIVE


def test_a_row_that_was_done_takes_the_lane_of_its_next_mark(store: Store) -> None:
    mark(store)
    store.done(claimed(store, NOON), IssueRecord(), now=NOON)
    mark(store, lane=Lane.BULK)
    assert claimed(store, NOON).lane is Lane.BULK


def test_the_row_that_waits_longest_goes_first_over_all_trackers(store: Store) -> None:
    for second, project in enumerate(["a/a", "b/b", "a/a", "b/b"]):
        store.mark(issue(second, project), event="e", delivery="d", now=NOON + seconds(second))
    assert [claimed(store, NOON + MINUTE).ref.number for _ in range(4)] == [0, 1, 2, 3]


def test_issues_of_one_number_in_two_trackers_are_two_issues(store: Store) -> None:
    store.mark(issue(1, "a/a"), event="e", delivery="d", now=NOON)
    store.mark(issue(1, "b/b"), event="e", delivery="d", now=NOON)
    assert {claimed(store, NOON).ref for _ in range(2)} == {issue(1, "a/a"), issue(1, "b/b")}


def test_a_mark_brings_a_dead_letter_back_with_all_its_tries(store: Store) -> None:
    mark(store)
    store.later(claimed(store, NOON), reason="forge-refused", retry_at=NOON)
    store.bury(claimed(store, NOON), reason="forge-refused", now=NOON)
    assert store.claim("worker", NOON + MINUTE, MINUTE) is None
    mark(store, NOON + MINUTE)
    again = claimed(store, NOON + MINUTE)
    assert (again.attempt, again.last_reason) == (1, "")
    assert store.dead() == []


def test_a_mark_ends_backoff_but_not_the_wait_after_an_uncertain_write(store: Store) -> None:
    mark(store)
    store.later(claimed(store, NOON), reason="forge-unavailable", retry_at=NOON + 10 * MINUTE)
    mark(store, NOON + seconds(1))
    claim = claimed(store, NOON + seconds(1))
    store.later(claim, reason="forge-uncertain", retry_at=NOON + 10 * MINUTE, not_before=NOON + seconds(6))
    mark(store, NOON + seconds(2))
    assert store.next_ready() == NOON + seconds(6)


@pytest.mark.parametrize("word", ["x" * 500, "issues\x00.opened", "a reporter's words\n"])
def test_whatever_a_delivery_calls_itself_the_mark_is_taken(store: Store, word: str) -> None:
    store.mark(issue(), event=word, delivery=word, now=NOON)
    claim = claimed(store, NOON)
    assert len(claim.event) <= 80
    assert " " not in claim.event
    assert claim.event.isprintable()


def test_a_time_without_a_zone_is_a_mistake(store: Store) -> None:
    with pytest.raises(Exception, match="zone"):
        mark(store, NOON.replace(tzinfo=None))


# --- what events told of the issue's last change


def told(store: Store, *changes: float | None) -> None:
    for at in changes:
        changed_at = None if at is None else NOON + seconds(at)
        store.mark(issue(), event="issues.edited", delivery="d", now=NOON, changed_at=changed_at)


@pytest.mark.parametrize(
    ("changes", "newest"),
    [((None,), None), ((5,), 5), ((5, 9), 9), ((9, 5), 9), ((None, 5), 5), ((5, None), 5)],
)
def test_the_newest_change_that_events_told_of_comes_with_the_claim(
    store: Store, changes: tuple[float | None, ...], newest: float | None
) -> None:
    told(store, *changes)
    claim = store.claim("worker", NOON, MINUTE)
    assert claim is not None
    assert claim.changed_at == (None if newest is None else NOON + seconds(newest))


def test_a_change_that_a_run_has_seen_is_forgotten_and_a_newer_one_told_meanwhile_is_not(store: Store) -> None:
    told(store, 5)
    first = store.claim("worker", NOON, MINUTE)
    assert first is not None
    told(store, 9)
    store.done(first, IssueRecord(), now=NOON)
    second = store.claim("worker", NOON, MINUTE)
    assert second is not None
    assert second.changed_at == NOON + seconds(9)
    told(store, 7)  # a delivery overtaken by the one before it
    store.done(second, IssueRecord(), now=NOON)
    third = store.claim("worker", NOON, MINUTE)
    assert third is not None
    assert third.changed_at is None


def test_a_change_stays_unseen_until_a_run_ends_well(store: Store) -> None:
    told(store, 5)
    for _ in range(2):
        claim = store.claim("worker", NOON, MINUTE)
        assert claim is not None
        assert claim.changed_at == NOON + seconds(5)
        store.later(claim, reason="stale-read", retry_at=NOON)
