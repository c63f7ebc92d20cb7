"""Verdict to Explanation: cited parts, open questions, presumptions, counterfactual. Structured, no Markdown, pure.

`nouns` says what an explanation is made of; `criteria` tells each path criterion by criterion; `questions` and
`counterfactuals` look ahead. How it is put into words and laid out is left to whoever shows it.
"""

from __future__ import annotations

from collections.abc import Sequence

from scope.diagram import admits
from scope.explain.counterfactuals import counterfactuals
from scope.explain.criteria import explain_path
from scope.explain.ground import Ground, grounds
from scope.explain.nouns import (
    Answer,
    Cited,
    Counterfactual,
    Criterion,
    Explanation,
    PathExplanation,
    Presumed,
    Question,
)
from scope.explain.questions import questions, turn_of
from scope.model import Outcome, Report, Verdict
from scope.policy import Policy

__all__ = [
    "Answer",
    "Cited",
    "Counterfactual",
    "Criterion",
    "Explanation",
    "PathExplanation",
    "Presumed",
    "Question",
    "explain",
]


def explain(policy: Policy, report: Report, verdict: Verdict) -> Explanation:
    """Why a report has its verdict. The verdict must be the one `assess` gave for this policy and report."""
    on = grounds(policy, report, verdict)
    paths = tuple(explain_path(policy, ground) for ground in on)
    decisive = _decisive(verdict)
    presumed = tuple(_presumed(policy, fact, [on[index] for index in decisive]) for fact in verdict.presumptions)
    return Explanation(
        verdict=verdict,
        decisive=decisive,
        paths=paths,
        questions=questions(policy, report, verdict, on),
        presumptions=presumed,
        counterfactuals=counterfactuals(policy, report, verdict, on),
        conflicts=tuple(policy.facts[name] for name in verdict.conflicts),
        turn=turn_of(verdict),
        readings=_readings(policy, verdict, [paths[index] for index in decisive], presumed),
    )


def _decisive(verdict: Verdict) -> tuple[int, ...]:
    """The paths the verdict rests on. In scope, the one that speaks for all comes first: the fewest presumptions."""
    paths = list(enumerate(verdict.paths))
    if verdict.outcome is Outcome.IN_SCOPE:
        inside = [(len(path.presumptions), index) for index, path in paths if path.in_scope]
        return tuple(index for _, index in sorted(inside))
    if verdict.outcome is Outcome.OUT_OF_SCOPE:
        return tuple(index for index, _ in paths)
    return tuple(index for index, path in paths if path.in_scope is None)


def _presumed(policy: Policy, fact: str, on: Sequence[Ground]) -> Presumed:
    presumption = next(p for p in policy.presumptions if p.fact == fact)
    resting = [ground for ground in on if fact in ground.verdict.presumptions]
    return Presumed(
        fact=policy.facts[fact],
        value=presumption.value,
        says=presumption.says,
        rebutted_by=tuple(v for v in policy.facts[fact].values if any(_rebuts(policy, fact, v, g) for g in resting)),
        cited=tuple(Cited(clause, presumption.quote) for clause in presumption.cites[:1]),
        readings=presumption.readings,
        contested=presumption.contested,
        after_effort=presumption.effort,
    )


def _rebuts(policy: Policy, fact: str, value: str, ground: Ground) -> bool:
    """Whether this answer would end the path's verdict, not only replace the presumption by a statement."""
    known = policy.layout.learn(ground.known, fact, (value,))
    return admits(policy.in_scope, known, value=not ground.verdict.in_scope)


def _readings(
    policy: Policy, verdict: Verdict, paths: Sequence[PathExplanation], presumed: Sequence[Presumed]
) -> tuple[str, ...]:
    """All readings the verdict rests on, in the register's order: out of scope, those of the criteria not met."""
    out = verdict.outcome is Outcome.OUT_OF_SCOPE
    criteria = (criterion for path in paths for criterion in path.criteria)
    used = {r for criterion in criteria if not out or criterion.state == "failed" for r in criterion.readings}
    used |= {reading for one in presumed for reading in one.readings}
    return tuple(reading for reading in policy.readings if reading in used)
