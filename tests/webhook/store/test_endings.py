"""How runs end, and what is remembered of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.databases import MINUTE, NOON, issue, seconds
from webhook.answers import Answers, Said
from webhook.issue import ForgeKind
from webhook.store import (
    EDITED,
    Claim,
    DeadLetter,
    Decision,
    Hold,
    IssueRecord,
    Lane,
    LaneStats,
    LeaseLostError,
    Override,
    PolicyStamp,
    Stats,
    Store,
    StoredVerdict,
    TrackerRef,
)

POLICY = PolicyStamp("xen-rfc-v2", "2.0", "sha256:aa")
VERDICT = StoredVerdict(
    "out-of-scope",
    "presumed",
    codes=("1-self",),
    presumptions=("reachable",),
    contested=True,
    policy=POLICY,
    changed_at=NOON,
)
ANSWERS = Answers(
    paths=({"source": Said(frozenset({"guest_kernel"}), "reporter")},),
    facts={"os_linux": Said(frozenset({"not_vulnerable"}), "team", person=7, login="alice", comment=9)},
    efforts={"os_windows": Said(frozenset({"vulnerable", "not_vulnerable"}), "team", person=7, comment=9)},
    not_sure=frozenset({"component"}),
    ambiguous=("Whose code has the bug?",),
    notes=("The team judges the argument.",),
    form="xen-rfc-v2",
)
FULL = IssueRecord(
    closed_at=NOON,
    comment_id=2**40,
    comment_digest="sha256:bb",
    comment_deleted=True,
    comment_restored=True,
    verdict=VERDICT,
    desired=("out-of-scope:1-self", "scope:contested"),
    answers=ANSWERS,
    left_labels=("scope:overridden",),
    override=Override("hand", 2**40, NOON, "xsa-candidate", added=False),
    confirmed="out-of-scope:1-self",
    judged_until=NOON,
    judged_event=2**40,
    judged_comment=2**40 + 1,
    policy_digest="sha256:aa",
    acknowledged=frozenset({(2**40, "+1"), (7, "confused")}),
    flaps={"xsa-candidate": (NOON, NOON + MINUTE), "scope:contested": (NOON,)},
    flapping=True,
)
DECISION = Decision(
    at=NOON,
    answers_digest="sha256:cc",
    policy=POLICY,
    outcome="out-of-scope",
    standing="presumed",
    labels=("out-of-scope:1-self",),
    changes=(("label-added", "out-of-scope:1-self"), ("comment-created", "77")),
    deliveries=("72d3162e",),
)


def claimed(store: Store, minutes: float = 0) -> Claim:
    claim = store.claim("worker", NOON + minutes * MINUTE, MINUTE)
    assert claim is not None
    return claim


@pytest.fixture
def claim(store: Store) -> Claim:
    store.mark(issue(), event="issues.opened", delivery="d", now=NOON)
    return claimed(store)


def again(store: Store) -> Claim:
    store.mark(issue(), event="issues.edited", delivery="d", now=NOON)
    return claimed(store)


def test_the_next_run_finds_all_that_the_last_one_remembered_but_logins_and_notes(store: Store, claim: Claim) -> None:
    assert (claim.record, claim.ledger) == (IssueRecord(), frozenset())
    store.done(claim, FULL, now=NOON, ledger=["out-of-scope:1-self"], decision=DECISION)
    found = again(store)
    assert found.ledger == {"out-of-scope:1-self"}
    assert found.record.answers is not None
    assert found.record.answers.stored() == ANSWERS.stored()
    assert found.record.answers.facts["os_linux"].login == ""
    assert found.record.verdict is not None
    assert (found.record.verdict.policy, found.record.verdict.changed_at) == (POLICY, NOON)
    assert store.record(issue()) == found.record
    store.done(found, found.record, now=NOON)
    assert store.record(issue()) == found.record


def test_what_is_no_longer_so_is_no_longer_remembered(store: Store, claim: Claim) -> None:
    store.done(claim, FULL, now=NOON)
    store.done(again(store), IssueRecord(), now=NOON)
    assert store.record(issue()) == IssueRecord()


def test_the_decision_log_keeps_each_decision_with_its_run(store: Store, claim: Claim) -> None:
    store.done(claim, FULL, now=NOON, decision=DECISION)
    second = again(store)
    store.done(second, FULL, now=NOON, decision=DECISION)
    kept = store.decisions(issue())
    assert [line.run for line in kept] == [claim.run, second.run]
    assert (kept[0].changes, kept[0].policy, kept[0].deliveries) == (DECISION.changes, POLICY, ("72d3162e",))


def test_a_run_that_lost_its_lease_leaves_no_decision_and_no_ledger(store: Store, claim: Claim) -> None:
    winner = claimed(store, minutes=1)
    with pytest.raises(LeaseLostError):
        store.done(claim, FULL, now=NOON, ledger=["xsa-candidate"], decision=DECISION)
    assert store.decisions(issue()) == []
    assert winner.ledger == frozenset()


def test_each_effect_is_noted_at_once_so_that_a_crash_between_two_leaves_the_truth(store: Store, claim: Claim) -> None:
    store.record_progress(claim, now=NOON, added=["xsa-candidate", "needs-info"])
    store.record_progress(claim, now=NOON, removed=["needs-info"], added=["xsa-candidate"])
    after_the_crash = claimed(store, minutes=1)
    assert after_the_crash.ledger == {"xsa-candidate"}
    assert after_the_crash.first


def test_the_ledger_is_made_to_hold_what_is_ours_and_left_alone_without_a_word(store: Store, claim: Claim) -> None:
    store.done(claim, FULL, now=NOON, ledger=["a", "b"])
    second = again(store)
    store.done(second, FULL, now=NOON, ledger=["b", "c"])
    third = again(store)
    assert third.ledger == {"b", "c"}
    store.done(third, FULL, now=NOON)
    assert again(store).ledger == {"b", "c"}


# --- failures


def test_a_failed_run_is_tried_later_and_its_tries_are_counted(store: Store, claim: Claim) -> None:
    store.later(claim, reason="forge-unavailable", retry_at=NOON + MINUTE)
    assert store.next_ready() == NOON + MINUTE
    second = claimed(store, minutes=1)
    assert (second.attempt, second.last_reason, second.generation) == (2, "forge-unavailable", 1)
    store.done(second, IssueRecord(), now=NOON)
    assert again(store).attempt == 1


def test_waiting_because_the_forge_said_so_is_no_failure(store: Store, claim: Claim) -> None:
    store.later(claim, reason="limited-primary", retry_at=NOON + MINUTE, counted=False)
    assert claimed(store, minutes=1).attempt == 1


def test_a_failure_of_a_run_that_a_mark_overtook_delays_nothing(store: Store, claim: Claim) -> None:
    store.mark(issue(), event="issues.edited", delivery="d", now=NOON, settle=EDITED)
    store.later(claim, reason="forge-unavailable", retry_at=NOON + 10 * MINUTE)
    assert store.next_ready() == NOON + seconds(10)
    assert claimed(store, minutes=1).attempt == 1


def test_after_an_uncertain_write_nothing_hastens_the_next_look(store: Store, claim: Claim) -> None:
    store.mark(issue(), event="issue_comment.created", delivery="d", now=NOON)
    store.later(claim, reason="forge-uncertain", retry_at=NOON + MINUTE, not_before=NOON + seconds(5))
    assert store.next_ready() == NOON + seconds(5)


@pytest.mark.parametrize("words", ["The reporter says it leaks", "", "x" * 41, "Boom: 'secret'"])
def test_a_reason_is_a_code_and_never_a_sentence(store: Store, claim: Claim, words: str) -> None:
    with pytest.raises(ValueError, match="reason code"):
        store.later(claim, reason=words, retry_at=NOON)
    with pytest.raises(ValueError, match="reason code"):
        store.bury(claim, reason=words, now=NOON)
    with pytest.raises(ValueError, match="reason code"):
        store.hold(TrackerRef.of(issue()), until=NOON, reason=words)


# --- dead letters


def test_a_dead_letter_is_listed_and_waits_for_a_command(store: Store, claim: Claim) -> None:
    store.bury(claim, reason="forge-refused", now=NOON)
    assert store.dead() == [DeadLetter(issue(), NOON, "forge-refused", 0)]
    assert store.next_ready() is None
    assert store.retry_dead(NOON, issue(2)) == 0
    assert store.retry_dead(NOON, issue()) == 1
    assert store.dead() == []
    assert claimed(store).attempt == 1


def test_all_dead_letters_can_be_retried_at_once(store: Store) -> None:
    for number in range(3):
        store.mark(issue(number), event="e", delivery="d", now=NOON)
        store.bury(claimed(store), reason="forge-refused", now=NOON)
    assert store.retry_dead(NOON) == 3


def test_an_issue_marked_during_its_last_run_is_not_given_up(store: Store, claim: Claim) -> None:
    store.mark(issue(), event="issues.edited", delivery="d", now=NOON, settle=EDITED)
    store.bury(claim, reason="forge-refused", now=NOON)
    assert store.dead() == []
    assert store.next_ready() == NOON + seconds(10)


# --- forgetting


def test_an_issue_that_is_gone_leaves_nothing_behind(store: Store, claim: Claim) -> None:
    store.done(claim, FULL, now=NOON, ledger=["xsa-candidate"], decision=DECISION)
    assert store.forget(issue())
    assert not store.forget(issue())
    assert store.record(issue()) is None
    assert store.stats(NOON).issues == 0
    fresh = again(store)
    assert (fresh.record, fresh.ledger, store.decisions(issue())) == (IssueRecord(), frozenset(), [])


def test_a_run_that_finds_its_issue_gone_purges_it(store: Store, claim: Claim) -> None:
    assert store.gone(claim)
    assert (store.record(issue()), store.next_ready()) == (None, None)
    with pytest.raises(LeaseLostError):
        store.gone(claim)


def test_an_issue_that_was_gone_but_marked_meanwhile_is_looked_at_again(store: Store, claim: Claim) -> None:
    store.mark(issue(), event="issues.opened", delivery="d", now=NOON)
    assert not store.gone(claim)
    assert claimed(store).generation == 2


def test_answers_go_some_time_after_an_issue_was_closed_and_the_verdict_stays(store: Store, claim: Claim) -> None:
    store.done(claim, FULL, now=NOON)
    assert store.purge_answers(NOON) == 0
    assert store.purge_answers(NOON + timedelta(days=1)) == 1
    assert store.purge_answers(NOON + timedelta(days=1)) == 0
    kept = store.record(issue())
    assert kept is not None
    assert (kept.answers, kept.verdict) == (None, VERDICT)


# --- looking


def test_the_work_list_tells_its_depth_and_age(store: Store) -> None:
    empty = Stats(live=LaneStats(), bulk=LaneStats(), dead=0, issues=0, holds=())
    assert store.stats(NOON) == empty
    for number in range(5):
        store.mark(issue(number), event="e", delivery="d", now=NOON + number * MINUTE)
    store.mark(issue(10), event="e", delivery="d", now=NOON, lane=Lane.BULK)
    assert store.claim("worker", NOON, 10 * MINUTE)
    store.bury(claimed(store, minutes=1), reason="forge-refused", now=NOON)
    store.done(claimed(store, minutes=2), IssueRecord(), now=NOON)
    hold = Hold(TrackerRef(ForgeKind.GITHUB, "other/tracker"), Lane.BULK, NOON + 9 * MINUTE, "room-for-live")
    store.hold(hold.tracker, until=hold.until, reason=hold.reason, lanes=[Lane.BULK])
    found = store.stats(NOON + 3.5 * MINUTE)
    assert found.live == LaneStats(due=1, waiting=1, running=1, oldest_seconds=210, due_seconds=30)
    assert found.bulk == LaneStats(due=1, waiting=0, running=0, oldest_seconds=210, due_seconds=210)
    assert (found.dead, found.issues, found.holds) == (1, 6, (hold,))
    assert store.stats(NOON + 9 * MINUTE).holds == ()


def test_the_age_after_a_run_is_that_of_the_marks_it_had_not_seen(store: Store, claim: Claim) -> None:
    store.renew(claim, NOON + MINUTE, 10 * MINUTE)
    store.mark(issue(), event="e", delivery="d", now=NOON + 3 * MINUTE)
    store.done(claim, IssueRecord(), now=NOON + 4 * MINUTE)
    assert store.stats(NOON + 5 * MINUTE).live.oldest_seconds == 300  # the run began at noon: never too young


def test_the_forges_own_id_of_a_project_is_noted_once_it_is_known(store: Store) -> None:
    tracker = TrackerRef.of(issue())
    store.register(tracker)
    store.register(tracker, forge_id=2**40)
    store.register(tracker)
    assert store.forge_id(tracker) == 2**40
