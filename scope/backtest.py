"""Replay decided cases: what a policy says of reports whose end is known. Pure; where cases come from is the caller's.

A case carries what the project did (issued an advisory or not) and what a reader of RFC v2 expects of the facts on
record. Saying less than expected is no disagreement: the facts of old cases were not collected to answer this form.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from scope.assess import assess
from scope.explain import explain
from scope.model import Outcome, Report, Verdict
from scope.policy import Policy

Accord: TypeAlias = Literal["agrees", "open", "decided", "contradicts"]
"""`open`: the policy asks for more where a verdict is expected; `decided`: it decides where more is expected."""

DECIDED = frozenset({Outcome.IN_SCOPE, Outcome.OUT_OF_SCOPE})


@dataclass(frozen=True, slots=True)
class Case:
    """One case whose end is known."""

    id: str
    """Such as `XSA-142`."""
    report: Report
    expected: str
    """`in-scope`, `out-of-scope` or `needs-info`."""
    issued: bool
    """Whether the project issued an advisory."""
    era: str = ""
    confidence: str = ""
    """How sure the facts are: `high`, `medium`, `low`."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What a policy says of a case."""

    case: Case
    verdict: Verdict
    clauses: tuple[str, ...]
    """Out of scope: the clauses that are not met, whatever the answers still open turn out to be."""

    @property
    def accord(self) -> Accord:
        """How the verdict stands to the expected one."""
        decided = self.verdict.outcome in DECIDED
        if self.case.expected not in {"in-scope", "out-of-scope"}:
            return "decided" if decided else "agrees"
        if not decided:
            return "open"
        return "agrees" if str(self.verdict.outcome) == self.case.expected else "contradicts"

    @property
    def in_scope(self) -> bool:
        """Whether the policy would have an advisory issued."""
        return self.verdict.outcome is Outcome.IN_SCOPE


def replay(policy: Policy, cases: Iterable[Case]) -> tuple[Replay, ...]:
    """Decide every case, in order."""
    clauses = _clauses(policy)
    return tuple(_replayed(policy, case, assess(policy, case.report), clauses) for case in cases)


def _replayed(policy: Policy, case: Case, verdict: Verdict, clauses: dict[str, tuple[str, ...]]) -> Replay:
    cited = dict.fromkeys(clause for code in verdict.codes for clause in clauses[code])
    return Replay(case, verdict, tuple(cited) or _failed(policy, case.report, verdict))


def _failed(policy: Policy, report: Report, verdict: Verdict) -> tuple[str, ...]:
    """No code is certain, and still out of scope: the criteria that fail for one reason or another."""
    if verdict.outcome is not Outcome.OUT_OF_SCOPE:
        return ()
    paths = explain(policy, report, verdict).paths
    return tuple(dict.fromkeys(c.id for path in paths for c in path.criteria if c.state == "failed"))


def _clauses(policy: Policy) -> dict[str, tuple[str, ...]]:
    """By code: the clauses that its rows cite."""
    found: dict[str, dict[str, None]] = {}
    for table in policy.tables:
        for row in table.rows:
            if row.fails:
                found.setdefault(row.fails, {}).update(dict.fromkeys(row.cites))
    return {code: tuple(cited) for code, cited in found.items()}
