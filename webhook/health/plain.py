"""Findings and pictures as JSON for programs. Keys are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from webhook.health.checks import Finding
from webhook.health.picture import Picture, TrackerPicture


def readiness(findings: Sequence[Finding]) -> dict[str, Any]:
    """What `/readyz` answers."""
    return {"ready": all(finding.well for finding in findings), "checks": [_finding(each) for each in findings]}


def status(picture: Picture) -> dict[str, Any]:
    """What `xsa-scope status --json` prints."""
    needs = picture.needs
    return {
        "healthy": not needs,
        "at": picture.at.isoformat(),
        "needs": [asdict(need) for need in needs],
        "checks": [_finding(each) for each in picture.findings],
        "policy": None if picture.policy is None else asdict(picture.policy),
        "trackers": [_tracker(each) for each in picture.trackers],
        "budgets": [asdict(limit) for limit in picture.budgets],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {"name": finding.name, "ok": finding.well, "hint": finding.hint, **finding.facts}


def _tracker(one: TrackerPicture) -> dict[str, Any]:
    state, census = one.state, one.census
    stopped = state.stopped_at and {"since": state.stopped_at.isoformat(), "reason": state.stopped_reason}
    failing = census.duty_reason and {"reason": census.duty_reason, "attempts": census.duty_attempts}
    return {
        "tracker": str(one.tracker),
        "configured": one.configured,
        "stopped": stopped or None,
        "last_success": _time(state.last_success_at),
        "swept_until": _time(state.swept_until),
        "full_sweep_at": _time(state.full_sweep_at),
        "holds": [
            {"lane": hold.lane.name.lower(), "until": hold.until.isoformat(), "reason": hold.reason}
            for hold in one.holds
        ],
        "queue": {"live": asdict(census.live), "bulk": asdict(census.bulk)},
        "issues": census.issues,
        "outcomes": dict(census.outcomes),
        "overridden": census.overridden,
        "flapping": census.flapping,
        "dead": census.dead,
        "failing": dict(census.failing),
        "duties": {name: due.isoformat() for name, due in sorted(state.duties.items())},
        "duties_failing": failing or None,
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
