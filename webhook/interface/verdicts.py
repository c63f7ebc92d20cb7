"""Answers of the decide interface: a verdict, or what was wrong with the line. Keys stand in printing order."""

from __future__ import annotations

from pydantic import BaseModel

import scope
from webhook.interface.strict import BadReportError


class PolicyLine(BaseModel):
    """The policy a verdict was reached under."""

    id: str
    version: str
    digest: str


class Decision(BaseModel):
    """One verdict."""

    outcome: scope.Outcome
    standing: scope.Standing
    labels: list[str]
    codes: list[str]
    contested: bool
    missing: list[str]
    presumptions: list[str]
    conflicts: list[str]
    policy: PolicyLine


class Fault(BaseModel):
    """What is wrong with one line; `field` is null where the line as a whole cannot be read."""

    line: int
    field: str | None
    message: str
    nearest: str | None


class Refusal(BaseModel):
    """The answer to a line that could not be read."""

    error: Fault


def decision(policy: scope.Policy, verdict: scope.Verdict) -> Decision:
    """The verdict as the interface prints it, labels included."""
    return Decision(
        outcome=verdict.outcome,
        standing=verdict.standing,
        labels=list(scope.labels_for(policy, verdict)),
        codes=list(verdict.codes),
        contested=verdict.contested,
        missing=list(verdict.missing),
        presumptions=list(verdict.presumptions),
        conflicts=list(verdict.conflicts),
        policy=PolicyLine(id=policy.id, version=policy.version, digest=policy.digest),
    )


def refusal(line: int, error: BadReportError) -> Refusal:
    """The answer to line number `line`, which could not be read."""
    return Refusal(error=Fault(line=line, field=error.field, message=error.message, nearest=error.nearest))
