"""The service at one moment, as an operator looks at it, and what of it needs a person.

Values only: who gathers them is `watch`, who shows them the command line and the operators' face.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from webhook.health.checks import Finding
from webhook.health.reasons import reason
from webhook.store import BudgetLeft, Census, Hold, Lane, PolicyStamp, TrackerRef, TrackerState

QUIET: Final = timedelta(minutes=150)
"""A tracker's own duties come up every hour or more often: after two that brought no answer something is wrong."""
UNCLAIMED: Final = timedelta(minutes=5)
"""So long a due issue may lie there while workers are busy; longer, and none is at work."""
FAILED_DUTIES: Final = 3
"""So often in a row a tracker's duties may fail before a person should look."""


@dataclass(frozen=True, slots=True)
class TrackerPicture:
    """One tracker: its state, its issues, and what makes them wait."""

    tracker: TrackerRef
    configured: bool
    state: TrackerState
    census: Census
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a person has to do."""

    code: str
    about: str
    """A tracker's address; empty where it concerns the whole service."""
    says: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that is known without asking a forge."""

    at: datetime
    findings: tuple[Finding, ...]
    policy: PolicyStamp | None
    trackers: tuple[TrackerPicture, ...] = ()
    budgets: tuple[BudgetLeft, ...] = ()
    policy_waits: bool = False
    """A change of policy waits for approval."""

    @property
    def needs(self) -> tuple[Need, ...]:
        """What needs a person; empty where all is well."""
        failed = [Need(f.name, f.facts.get("tracker", ""), f.hint) for f in self.findings if not f.well]
        if self.policy_waits:
            failed.append(Need("policy-waits", "", "A change of policy waits for approval: `xsa-scope policy plan`."))
        return (*failed, *(need for one in self.trackers for need in _needs(one)))


def answering(tracker: TrackerRef, state: TrackerState | None, now: datetime) -> Finding:
    """Whether a configured tracker is worked on and its forge answers, as far as the store knows."""
    facts = {"tracker": str(tracker)}
    if state is not None and state.last_success_at is not None:
        facts["last_success"] = state.last_success_at.isoformat()
    hint = _silence(state, now)
    return Finding("tracker", well=not hint, hint=hint, facts=facts)


def _silence(state: TrackerState | None, now: datetime) -> str:
    if state is None:
        return "No worker has taken this tracker up: is one running with these settings?"
    if state.stopped_at is not None:
        why = reason(state.stopped_reason)
        return f"Stopped ({state.stopped_reason}). {why.happened} {why.remedy}"
    if state.last_success_at is None:
        return "The forge has not answered well yet: is a worker running, and are address and credentials right?"
    if now - state.last_success_at > QUIET:
        return "The forge has not answered well for long: is a worker running, and does the forge answer?"
    return ""


def _needs(one: TrackerPicture) -> Iterator[Need]:
    about, census = str(one.tracker), one.census
    if census.dead:
        letters = "1 dead letter" if census.dead == 1 else f"{census.dead} dead letters"
        yield Need("dead-letters", about, f"{letters}: `xsa-scope dead list` says why and what to do.")
    if _unclaimed(one):
        yield Need("unclaimed", about, "Issues are due and nobody takes them up: is a worker running?")
    if census.duty_attempts >= FAILED_DUTIES:
        why = reason(census.duty_reason)
        yield Need("duties-fail", about, f"The tracker's own duties fail ({census.duty_reason}). {why.remedy}")
    for code in census.failing:
        why = reason(code)
        if not why.waits:
            yield Need(code, about, f"{why.happened} {why.remedy}")


def _unclaimed(one: TrackerPicture) -> bool:
    live = one.census.live
    held = any(hold.lane is Lane.LIVE for hold in one.holds) or one.state.stopped_at is not None
    return not held and not live.running and live.due_seconds > UNCLAIMED.total_seconds()
