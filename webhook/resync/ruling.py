"""Which policy is in force: the one in the database, until a change of the settings' policy may take its place.

A candidate that cannot be used changes nothing. One that only says the same in other words is taken at once. One that
means something else is taken if its plan is small enough for the operator, and else waits for approval.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import scope
from webhook import metrics
from webhook.log import logger
from webhook.resync.plan import PolicyPlan, draw_up
from webhook.settings.sections import Policy as Chosen
from webhook.store import PolicyVersion, Store, TrackerRef

Ruling: TypeAlias = Literal["first", "same", "reworded", "applied", "waiting", "rejected", "broken"]
"""What became of the policy that the settings name."""

NOTICED = timedelta(seconds=5)
"""After so long every worker has the new policy, but for runs it had begun."""

_log = logger(__name__)


class ApprovalError(Exception):
    """The plan is not what was approved, or there is nothing to approve. Says what to do."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """The policy that the settings name, read and proved."""

    policy: scope.Policy
    version: PolicyVersion


def candidate(source: str) -> Candidate:
    """Read it. Raises `scope.PolicyError`."""
    name, content = scope.policy_text(source)
    policy = scope.parse_policy(content, file=name)
    return Candidate(policy, version_of(policy, content))


def version_of(policy: scope.Policy, content: str) -> PolicyVersion:
    """A policy as the store keeps it."""
    return PolicyVersion(policy.id, policy.version, policy.digest, policy.text_digest, content)


def in_force(store: Store) -> scope.Policy | None:
    """The policy in force; None before the first worker has started."""
    active = store.policy_version("active")
    return None if active is None else parsed(active)


def parsed(version: PolicyVersion) -> scope.Policy:
    """A policy from the store. It was proved when it was put there."""
    return scope.parse_policy(version.content, file=f"{version.name}.toml")


def settle(chosen: Chosen, store: Store, now: datetime) -> tuple[scope.Policy, Ruling]:
    """Compare the settings' policy with the one in force, let it in if it may, and return the one in force then.

    Raises `scope.PolicyError` where the candidate cannot be used and none was ever in force.
    """
    active = store.policy_version("active")
    try:
        new = candidate(chosen.source)
    except scope.PolicyError:
        if active is None:
            raise
        _log.error("policy.broken", digest=active.digest.removeprefix("sha256:"))
        return _loaded(parsed(active)), "broken"
    ruling = _rule(chosen, store, active, new, now)
    _log.info("policy.settled", digest=new.version.digest.removeprefix("sha256:"), outcome=ruling)
    kept = active is not None and ruling in {"waiting", "rejected"}
    return _loaded(parsed(active) if kept and active else new.policy), ruling


def _loaded(policy: scope.Policy) -> scope.Policy:
    metrics.policy_loaded(policy.digest.removeprefix("sha256:"))
    return policy


def _rule(chosen: Chosen, store: Store, active: PolicyVersion | None, new: Candidate, now: datetime) -> Ruling:
    if active is None:
        _activate(store, new.version, draw(store, new.policy, ""), now)
        return "first"
    if active.digest == new.version.digest:
        if active.text_digest == new.version.text_digest:
            return "same"
        store.put_policy(new.version, "active", now)
        return "reworded"
    known = store.known_policy(new.version.digest, new.version.text_digest)
    if known is not None and known.state == "rejected":
        return "rejected"
    plan = draw(store, new.policy, active.digest)
    if chosen.auto_apply and plan.changes <= chosen.max_changes:
        _activate(store, new.version, plan, now)
        return "applied"
    if known is None or known.state != "waiting":
        store.put_policy(new.version, "waiting", now)
    return "waiting"


def draw(store: Store, policy: scope.Policy, instead_of: str, *, closed: bool = False) -> PolicyPlan:
    """The plan of a policy on all that is stored."""
    return draw_up(policy, store.stored_issues(closed=closed), instead_of=instead_of)


def approve(store: Store, plan_id: str, now: datetime) -> PolicyPlan:
    """Put the waiting policy in force, if its plan is the one that was read. Raises `ApprovalError`."""
    waiting, active = store.policy_version("waiting"), store.policy_version("active")
    if waiting is None:
        raise ApprovalError("no change of policy waits for approval")
    plan = draw(store, parsed(waiting), active.digest if active else "")
    if plan.id != plan_id:
        raise ApprovalError(
            f"the plan that waits is {plan.id}, not {plan_id}: issues or the policy have changed since; read it again"
        )
    _activate(store, waiting, plan, now)
    return plan


def _activate(store: Store, version: PolicyVersion, plan: PolicyPlan, now: datetime) -> None:
    """In force from now on. What workers do with the old one until they notice is looked after a little later."""
    store.activate(version, plan.concerned, now)
    for tracker in {TrackerRef.of(ref) for ref in plan.concerned}:
        store.schedule_duty(tracker, "policy", now + NOTICED)


def reject(store: Store, plan_id: str, now: datetime) -> None:
    """Let the waiting policy wait no more; it is not asked about again. Raises `ApprovalError`."""
    waiting, active = store.policy_version("waiting"), store.policy_version("active")
    if waiting is None:
        raise ApprovalError("no change of policy waits for approval")
    found = draw(store, parsed(waiting), active.digest if active else "").id
    if found != plan_id:
        raise ApprovalError(f"the plan that waits is {found}, not {plan_id}; read it again")
    store.put_policy(waiting, "rejected", now)
