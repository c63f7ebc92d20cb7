"""What each path's verdict stands on: what is known, and what is presumed with it. Shared by all parts of explain."""

from __future__ import annotations

from dataclasses import dataclass

from scope.assess import applicable, under
from scope.diagram import Known, sole
from scope.explain.nouns import Answer
from scope.knowledge import Knowledge
from scope.model import PathVerdict, Report, Standing, Verdict
from scope.policy import Policy


@dataclass(frozen=True, slots=True)
class Ground:
    """One path: what is known of it, and what is taken as known because the policy presumes it."""

    index: int
    knowledge: Knowledge
    verdict: PathVerdict
    known: Known
    """What is known once the presumptions are made: those the verdict rests on, or, open, all that apply."""


def grounds(policy: Policy, report: Report, verdict: Verdict) -> tuple[Ground, ...]:
    """The ground of each path of a report and its verdict."""
    _, paths = policy.layout.of_report(report)
    return tuple(
        Ground(index, knowledge, path, _known(policy, knowledge, path, report.efforts))
        for index, (knowledge, path) in enumerate(zip(paths, verdict.paths, strict=True))
    )


def _known(policy: Policy, knowledge: Knowledge, verdict: PathVerdict, efforts: frozenset[str]) -> Known:
    if verdict.standing is Standing.OPEN:
        return under(knowledge.known, applicable(policy, knowledge, efforts))
    return under(knowledge.known, (a for a in policy.assumptions if a.presumption.fact in verdict.presumptions))


def outcome(policy: Policy, knowledge: Knowledge, efforts: frozenset[str]) -> bool | None:
    """Whether a path is in scope, settled or presumed; None where it is open."""
    settled = sole(policy.in_scope, knowledge.known)
    if settled is None:
        settled = sole(policy.in_scope, under(knowledge.known, applicable(policy, knowledge, efforts)))
    return None if settled is None else bool(settled.value)


def told(policy: Policy, known: Known, fact: str, *, presumed: bool = False) -> Answer:
    """What is known of a fact, its values in the policy's order."""
    left = policy.values(known, fact)
    return Answer(fact, tuple(value for value in policy.facts[fact].values if value in left), presumed=presumed)
