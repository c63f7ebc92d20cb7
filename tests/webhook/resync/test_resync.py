"""A change of policy: what the plan says, when it takes effect, and that every issue gets there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

import scope
from tests.databases import MINUTE, NOON, issue
from tests.webhook.resync.conftest import CRASH, RFC, edited, preview_supported, reworded
from webhook import resync
from webhook.issue import IssueRef
from webhook.settings.sections import Policy as Chosen
from webhook.store import IssueRecord, Lane, Store, TrackerRef, policies

Left = Callable[..., IssueRef]
PREVIEW = {**CRASH, "feature_status": "tech_preview"}
PLAIN = {**CRASH, "feature_status": "supported"}
TRACKER = TrackerRef.of(issue())
LEASE = timedelta(minutes=5)


def drawn(store: Store, policy: scope.Policy, before: scope.Policy) -> resync.PolicyPlan:
    return resync.draw_up(policy, store.stored_issues(), instead_of=before.digest)


def chosen(file: Path, text: str, **more: object) -> Chosen:
    file.write_text(text, encoding="utf-8")
    return Chosen(source=str(file), **more)


def run_all(store: Store, policy: scope.Policy) -> list[int]:
    """What workers do with the work list, forge and all else left out; returns the numbers of the issues visited."""
    seen = []
    while (claim := store.claim("test", NOON + MINUTE, LEASE)) is not None:
        seen.append(claim.ref.number)
        assert claim.lane is Lane.BULK
        store.done(claim, IssueRecord(verdict=claim.record.verdict, policy_digest=policy.digest), now=NOON + MINUTE)
    return seen


# --- the plan


def test_a_plan_names_exactly_the_issues_whose_labels_change(store: Store, policy: scope.Policy, left: Left) -> None:
    moved = left(1, PREVIEW)
    left(2, PLAIN)
    overridden = left(3, PREVIEW, override=True)
    left(4, PREVIEW, closed=NOON)
    after, _ = preview_supported()
    plan = drawn(store, after, policy)
    (move,) = plan.moves
    assert (move.ref, move.before, move.after) == (moved, ("out-of-scope:3-unsupported",), ("xsa-candidate",))
    assert move.why == "out-of-scope (3-unsupported) -> in-scope"
    assert [one.ref for one in plan.overridden] == [overridden]
    assert plan.concerned == (moved,)
    assert plan.issues == 3, "closed issues are left out"
    lines = resync.differences(policy, after)
    assert lines == (
        "Feature status = tech_preview: out of scope (3-unsupported) -> in scope unless another criterion fails it",
    )


def test_other_words_concern_no_issue(store: Store, policy: scope.Policy, left: Left) -> None:
    left(1, PREVIEW)
    after, _ = reworded()
    assert after.text_digest != policy.text_digest
    assert drawn(store, after, policy).concerned == ()


def test_a_plan_expires_when_an_answer_it_rests_on_changes(store: Store, policy: scope.Policy, left: Left) -> None:
    left(1, PREVIEW)
    after, _ = preview_supported()
    first = drawn(store, after, policy)
    assert drawn(store, after, policy).id == first.id
    left(1, PLAIN)
    assert drawn(store, after, policy).id != first.id


def test_answers_of_another_form_are_widened_and_can_only_open_a_verdict(
    store: Store, policy: scope.Policy, left: Left
) -> None:
    """An old answer may mean what a value split off since means."""
    after, _ = edited(
        ('third_party = "somebody else\'s software"\n', 'third_party = "x"\nsister = "a sister project\'s software"\n'),
        ("[facts.component.values]", '[facts.component.parents]\nsister = "third_party"\n[facts.component.values]'),
    )
    said = {**PLAIN, "component": "third_party"}
    left(1, said)
    old = left(2, said, form="0ld")
    (move,) = drawn(store, after, policy).moves
    assert move.ref == old
    assert move.after == ("needs-info",)


# --- which policy is in force


def test_the_first_policy_is_in_force_at_once(store: Store, tmp_path: Path) -> None:
    policy, ruling = resync.settle(Chosen(), store, NOON)
    assert ruling == "first"
    in_force = resync.in_force(store)
    assert in_force is not None
    assert in_force.digest == policy.digest
    assert resync.settle(Chosen(), store, NOON)[1] == "same"


def test_a_small_plan_applies_by_itself_and_a_large_one_waits(store: Store, left: Left, tmp_path: Path) -> None:
    resync.settle(Chosen(), store, NOON)
    left(1, PREVIEW)
    left(2, PREVIEW)
    after, text = preview_supported()
    policy, ruling = resync.settle(chosen(tmp_path / "p.toml", text, max_changes=1), store, NOON)
    assert (ruling, policy.id, store.job().total if store.job() else 0) == ("waiting", "xen-rfc-v2", 0)
    assert policy.digest != after.digest
    policy, ruling = resync.settle(chosen(tmp_path / "p.toml", text, max_changes=2), store, NOON)
    assert (ruling, policy.digest) == ("applied", after.digest)


def test_a_waiting_policy_is_approved_by_its_plan_and_by_no_other(store: Store, left: Left, tmp_path: Path) -> None:
    before, _ = resync.settle(Chosen(), store, NOON)
    left(1, PREVIEW)
    after, text = preview_supported()
    assert resync.settle(chosen(tmp_path / "p.toml", text, auto_apply=False), store, NOON)[1] == "waiting"
    read = drawn(store, after, before)
    left(2, PREVIEW)
    with pytest.raises(resync.ApprovalError, match="read it again"):
        resync.approve(store, read.id, NOON)
    resync.approve(store, drawn(store, after, before).id, NOON)
    in_force = resync.in_force(store)
    assert in_force is not None
    assert in_force.digest == after.digest
    with pytest.raises(resync.ApprovalError, match="no change of policy waits"):
        resync.approve(store, read.id, NOON)


def test_a_rejected_policy_is_not_asked_about_again(store: Store, left: Left, tmp_path: Path) -> None:
    before, _ = resync.settle(Chosen(), store, NOON)
    left(1, PREVIEW)
    after, text = preview_supported()
    asked = chosen(tmp_path / "p.toml", text, auto_apply=False)
    resync.settle(asked, store, NOON)
    resync.reject(store, drawn(store, after, before).id, NOON)
    assert resync.settle(asked, store, NOON)[1] == "rejected"


def test_a_broken_candidate_changes_nothing(store: Store, tmp_path: Path) -> None:
    before, _ = resync.settle(Chosen(), store, NOON)
    policy, ruling = resync.settle(chosen(tmp_path / "p.toml", "id = 7"), store, NOON)
    assert (ruling, policy.digest) == ("broken", before.digest)


def test_without_any_policy_in_force_a_broken_one_is_a_fault(store: Store, tmp_path: Path) -> None:
    with pytest.raises(scope.PolicyError):
        resync.settle(chosen(tmp_path / "p.toml", "id = 7"), store, NOON)


def test_other_words_are_in_force_at_once_and_begin_nothing(store: Store, left: Left, tmp_path: Path) -> None:
    resync.settle(Chosen(), store, NOON)
    left(1, PREVIEW)
    after, text = reworded()
    policy, ruling = resync.settle(chosen(tmp_path / "p.toml", text, auto_apply=False), store, NOON)
    assert (ruling, policy.text_digest) == ("reworded", after.text_digest)
    assert run_all(store, policy) == []


# --- the relabelling


def changed(store: Store, left: Left, tmp_path: Path, issues: int = 3) -> scope.Policy:
    resync.settle(Chosen(), store, NOON)
    for number in range(1, issues + 1):
        left(number, PREVIEW)
    left(issues + 1, PLAIN)
    _, text = preview_supported()
    policy, ruling = resync.settle(chosen(tmp_path / "p.toml", text), store, NOON)
    assert ruling == "applied"
    return policy


def test_only_the_issues_concerned_are_visited_behind_live_work(store: Store, left: Left, tmp_path: Path) -> None:
    policy = changed(store, left, tmp_path)
    found = resync.progress(store, NOON)
    assert found is not None
    assert (found.job.state, found.job.total, found.job.left) == ("running", 3, 3)
    assert run_all(store, policy) == [1, 2, 3]
    found = resync.progress(store, NOON + MINUTE)
    assert found is not None
    assert (found.job.state, found.done) == ("done", 3)
    assert store.mark_stragglers(TRACKER, NOON) == 0, "every issue is at the new digest"


def test_an_issue_decided_by_the_old_policy_meanwhile_is_visited_again(
    store: Store, policy: scope.Policy, left: Left, tmp_path: Path
) -> None:
    new = changed(store, left, tmp_path)
    assert run_all(store, policy) == [1, 2, 3], "a worker that had not noticed yet"
    assert store.mark_stragglers(TRACKER, NOON) == 3
    assert run_all(store, new) == [1, 2, 3]
    assert store.mark_stragglers(TRACKER, NOON) == 0


def test_a_pause_holds_what_is_left_and_live_work_goes_on(store: Store, left: Left, tmp_path: Path) -> None:
    policy = changed(store, left, tmp_path)
    assert resync.pause(store, [TRACKER], NOON)
    assert store.claim("test", NOON + MINUTE, LEASE) is None
    found = resync.progress(store, NOON + MINUTE)
    assert found is not None
    assert (found.job.state, found.limited_by) == ("paused", ("paused",))
    store.mark(issue(9), event="issues.opened", delivery="d", now=NOON)
    live = store.claim("test", NOON + MINUTE, LEASE)
    assert live is not None
    assert live.ref == issue(9)
    store.forget(issue(9))
    assert resync.resume(store, [TRACKER], NOON + MINUTE)
    assert run_all(store, policy) == [1, 2, 3]
    assert not resync.resume(store, [TRACKER], NOON)


def test_an_ended_relabelling_stays_ended(store: Store, left: Left, tmp_path: Path) -> None:
    policy = changed(store, left, tmp_path)
    assert resync.abort(store, [TRACKER], NOON) == 3
    assert run_all(store, policy) == []
    assert store.mark_stragglers(TRACKER, NOON) == 0
    found = resync.progress(store, NOON)
    assert found is not None
    assert found.job.state == "aborted"
    assert resync.abort(store, [TRACKER], NOON) is None
    store.mark(issue(1), event="issues.edited", delivery="d", now=NOON)
    claim = store.claim("test", NOON + MINUTE, LEASE)
    assert claim is not None, "the next edit decides it by the policy in force"


def test_a_second_change_supersedes_the_first(store: Store, left: Left, tmp_path: Path) -> None:
    changed(store, left, tmp_path)
    policy, ruling = resync.settle(chosen(tmp_path / "p.toml", RFC), store, NOON + MINUTE)
    assert ruling == "applied"
    found = resync.progress(store, NOON + MINUTE)
    assert found is not None
    assert (found.job.policy.digest, found.job.total) == (policy.digest, 0), "nothing was relabelled yet"
    assert run_all(store, policy) == []
    assert store.mark_stragglers(TRACKER, NOON) == 0


def test_a_process_takes_up_the_policy_in_force(store: Store, left: Left, tmp_path: Path) -> None:
    before, _ = resync.settle(Chosen(), store, NOON)
    built: list[str] = []

    def build(policy: scope.Policy) -> str:
        built.append(policy.digest)
        return policy.digest

    current = resync.Current(store, before, build)
    policy = changed(store, left, tmp_path)
    current._looked -= 10
    assert current.get() == policy.digest
    assert built == [before.digest, policy.digest]
    assert current.get() == policy.digest


def test_a_plan_is_told_to_people_to_a_merge_request_and_to_programs(
    store: Store, policy: scope.Policy, left: Left
) -> None:
    left(1, PREVIEW)
    after, _ = preview_supported()
    plan, lines = drawn(store, after, policy), resync.differences(policy, after)
    text = "\n".join(resync.as_text(plan, lines))
    assert "1 of 1 open issues get other labels" in text
    assert "github:example/security#1: -out-of-scope:3-unsupported +xsa-candidate" in text
    public = "\n".join(resync.as_markdown(plan, lines, counts_only=True))
    assert "example/security" not in public
    assert "tech_preview" in public
    assert "example/security#1" in "\n".join(resync.as_markdown(plan, lines, counts_only=False))
    assert resync.as_data(plan, lines, counts_only=True).keys() & {"moves", "unread"} == set()
    assert resync.as_data(plan, lines, counts_only=False)["moves"][0]["issue"] == "github:example/security#1"


def test_a_process_killed_while_it_puts_issues_on_the_work_list_leaves_none_behind(
    store: Store, left: Left, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resync.settle(Chosen(), store, NOON)
    for number in (1, 2, 3):
        left(number, PREVIEW)
    after, text = preview_supported()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(policies, "enlist", killed)
        with pytest.raises(KeyboardInterrupt):
            resync.settle(chosen(tmp_path / "p.toml", text), store, NOON)
    assert resync.settle(chosen(tmp_path / "p.toml", text), store, NOON)[1] == "same", "it is in force"
    found = resync.progress(store, NOON)
    assert found is not None
    assert (found.job.state, found.job.left) == ("running", 3)
    assert store.mark_stragglers(TRACKER, NOON) == 3
    assert run_all(store, after) == [1, 2, 3]
    assert store.mark_stragglers(TRACKER, NOON) == 0
