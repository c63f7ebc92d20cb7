"""Policy and report to verdict: settled, presumed or open. Exact over all completions of what is known.

For each path: one outcome over all completions settles it; else the text's own presumptions may decide it; else it is
open. Why, in sentences, is in `explain`; which labels follow, in `labels`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scope.diagram import Known, Node, admits, descend, reachable, sole, support
from scope.knowledge import Knowledge, UnknownWordError
from scope.model import Outcome, PathVerdict, Report, Standing, Verdict
from scope.policy import OUT_CONTESTED, Assumption, Policy


def assess(policy: Policy, report: Report) -> Verdict:
    """The verdict on a report.

    Words the policy does not know raise `UnknownWordError`, a report without paths `ValueError`.
    """
    _check_words(policy, report)
    common, paths = policy.layout.of_report(report)
    verdicts = tuple([_assess_path(policy, knowledge, report.efforts) for knowledge in paths])
    conflicts = common.conflicts
    for knowledge in paths:
        conflicts |= knowledge.conflicts
    told = policy.layout.facts_in(conflicts) if conflicts else ()
    return _join(policy, verdicts, told, report.not_sure)


def applicable(policy: Policy, knowledge: Knowledge, efforts: frozenset[str]) -> list[Assumption]:
    """The presumptions that may be made: nothing is known of their fact, no conflict, and their condition holds."""
    known, conflicts = knowledge
    return [
        a
        for a in policy.assumptions
        if known & a.field == a.field
        and not conflicts & a.field
        and (not a.presumption.effort or a.presumption.fact in efforts)
        and (a.barred is None or not admits(a.barred, known, value=True))
    ]


def under(known: Known, assumptions: Iterable[Assumption]) -> Known:
    """What is known once these presumptions are made."""
    for assumption in assumptions:
        known &= assumption.mask
    return known


def certain_codes(policy: Policy, known: Known) -> tuple[str, ...]:
    """The codes that some row gives in every completion, in the policy's order."""
    codes: set[str] = set()
    for group in policy.code_groups:
        node = descend(group, known)
        codes |= frozenset.intersection(*reachable(node, known)) if node.edges else node.value
    return in_order(codes, policy.codes)


def in_order(words: set[str], order: Iterable[str]) -> tuple[str, ...]:
    """The words in the order in which verdicts list them."""
    return tuple(words) if len(words) < 2 else tuple([word for word in order if word in words])  # noqa: PLR2004  # order needs two


def _assess_path(policy: Policy, knowledge: Knowledge, efforts: frozenset[str]) -> PathVerdict:
    outcome = sole(policy.in_scope, knowledge.known)
    if outcome is not None:
        return _decided(policy, outcome, knowledge.known, [])
    made = applicable(policy, knowledge, efforts)
    known = under(knowledge.known, made)
    outcome = sole(policy.in_scope, known)
    if outcome is None:
        missing = policy.layout.names(support(policy.in_scope, known))
        return PathVerdict(in_scope=None, standing=Standing.OPEN, missing=missing)
    needed = []
    for assumption in made:
        without = known | assumption.field
        if sole(policy.in_scope, without) is None:
            needed.append(assumption)
        else:
            known = without
    return _decided(policy, outcome, known, needed)


def _decided(policy: Policy, outcome: Node, known: Known, needed: Sequence[Assumption]) -> PathVerdict:
    """The verdict of a decided path, under the presumptions that it needs."""
    presumptions = tuple([a.presumption.fact for a in needed])
    standing = Standing.PRESUMED if needed else Standing.SETTLED
    if outcome.value:
        return PathVerdict(in_scope=True, standing=standing, presumptions=presumptions)
    return PathVerdict(
        in_scope=False,
        standing=standing,
        codes=certain_codes(policy, known),
        contested=any(a.presumption.contested for a in needed) or admits(policy.outcome, known, OUT_CONTESTED),
        presumptions=presumptions,
    )


def _join(
    policy: Policy, paths: tuple[PathVerdict, ...], conflicts: tuple[str, ...], not_sure: frozenset[str]
) -> Verdict:
    """Several paths: one in scope is enough, one open keeps the report open, else all are out."""
    if len(paths) == 1:
        return _alone(policy, paths, conflicts, not_sure)
    inside = [path for path in paths if path.in_scope]
    if inside:
        # The path with the fewest presumptions speaks for all: a settled one has none.
        best = min(inside, key=lambda path: len(path.presumptions))
        return Verdict(
            Outcome.IN_SCOPE, best.standing, presumptions=best.presumptions, conflicts=conflicts, paths=paths
        )
    missing = _union(policy.layout.facts, [path.missing for path in paths])
    if missing:
        return Verdict(
            route(policy, missing, not_sure), Standing.OPEN, missing=missing, conflicts=conflicts, paths=paths
        )
    presumed = any(path.standing is Standing.PRESUMED for path in paths)
    return Verdict(
        Outcome.OUT_OF_SCOPE,
        Standing.PRESUMED if presumed else Standing.SETTLED,
        codes=_union(policy.codes, [path.codes for path in paths]),
        contested=any(path.contested for path in paths),
        presumptions=_union(policy.layout.facts, [path.presumptions for path in paths]),
        conflicts=conflicts,
        paths=paths,
    )


def _alone(
    policy: Policy, paths: tuple[PathVerdict, ...], conflicts: tuple[str, ...], not_sure: frozenset[str]
) -> Verdict:
    """One path: its verdict is the report's."""
    path = paths[0]
    outcome = Outcome.IN_SCOPE if path.in_scope else Outcome.OUT_OF_SCOPE
    if path.in_scope is None:
        outcome = route(policy, path.missing, not_sure)
    return Verdict(
        outcome, path.standing, path.codes, path.contested, path.missing, path.presumptions, conflicts, paths
    )


def route(policy: Policy, missing: Iterable[str], not_sure: frozenset[str]) -> Outcome:
    """Whose turn an open report is: the costly check of systems only once nothing else could settle it."""
    others = set(missing) - policy.routing.os_check
    if not others:
        return Outcome.NEEDS_OS_CHECK
    if others <= policy.routing.triage | not_sure:
        return Outcome.NEEDS_TRIAGE
    return Outcome.NEEDS_INFO


def _union(order: Iterable[str], parts: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """All words of the parts, in the policy's order."""
    return in_order({word for part in parts for word in part}, order)


def _check_words(policy: Policy, report: Report) -> None:
    """Refuse efforts and "not sure" on facts for which the policy has no use for them."""
    if report.efforts:
        useful = {a.presumption.fact for a in policy.assumptions if a.presumption.effort}
        for fact in report.efforts - useful:
            raise UnknownWordError("effort", fact, useful)
    for fact in report.not_sure:
        if fact not in policy.facts:
            raise UnknownWordError("fact", fact, policy.facts)
