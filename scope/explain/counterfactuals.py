"""The smallest change of answers that would change the verdict, found on the diagram.

The cost of a completion is the number of facts whose value is ruled out by what is known; the cheapest completion with
another outcome is a shortest path through the diagram. Facts of which nothing is known cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import islice, product
from typing import TypeAlias

from scope.assess import assess
from scope.diagram import Known, Node, admits
from scope.explain.ground import Ground, outcome
from scope.explain.nouns import Answer, Counterfactual
from scope.knowledge import Knowledge
from scope.model import Outcome, Report, Values, Verdict
from scope.policy import Policy

ALTERNATIVES = 4
"""How many different smallest changes are told: source, effect and target come first in a policy, and are often among
them, but it is the fourth that asks for no other attack."""

Changed: TypeAlias = frozenset[int]
"""Levels of the facts that would have another value."""

_Cheapest: TypeAlias = tuple[float, frozenset[Changed]]


def counterfactuals(
    policy: Policy, report: Report, verdict: Verdict, grounds: Sequence[Ground]
) -> tuple[Counterfactual, ...]:
    """The smallest changes that would turn a decided verdict, first in the policy's order; none for an open one."""
    if verdict.outcome is Outcome.OUT_OF_SCOPE:
        found = _into_scope(policy, grounds)
    elif verdict.outcome is Outcome.IN_SCOPE:
        found = _out_of_scope(policy, report, [ground for ground in grounds if ground.verdict.in_scope])
    else:
        return ()
    told = (_told(policy, report, verdict, *one) for one in found)
    return tuple(islice(told, ALTERNATIVES))


_Found: TypeAlias = tuple[Sequence[Ground], Changed]
"""The paths that would change together, and the facts that would."""


def _into_scope(policy: Policy, grounds: Sequence[Ground]) -> Iterator[_Found]:
    """One path in scope is enough, so the paths that need the fewest changes are told."""
    different = {ground.known: ground for ground in reversed(grounds)}
    cheapest = {known: _cheapest(policy.in_scope, known, wanted=True) for known in different}
    least = min((cost for cost, _ in cheapest.values()), default=0)
    ordered = sorted(different.values(), key=lambda ground: ground.index)
    for ground in ordered:
        cost, sets = cheapest[ground.known]
        if cost == least:
            for changed in sorted(sets, key=sorted):
                yield [ground], changed


def _out_of_scope(policy: Policy, report: Report, inside: Sequence[Ground]) -> Iterator[_Found]:
    """Every path in scope would have to fall: by one change they share, or, if it is the only one, by its own."""
    candidates = [_cheapest(policy.in_scope, ground.known, wanted=False) for ground in inside]
    for changed in sorted(frozenset.intersection(*(sets for _, sets in candidates)), key=sorted):
        shared = all(_shared(policy, report, name) for name in policy.layout.names(changed))
        if len(inside) == 1 or (shared and _box(policy, report, inside, changed, wanted=False)):
            yield [*inside], changed


def _shared(policy: Policy, report: Report, fact: str) -> bool:
    return not policy.facts[fact].on_path and not any(fact in path for path in report.paths)


def _cheapest(root: Node, known: Known, *, wanted: bool) -> _Cheapest:
    """The least number of changed facts that leads to the wanted outcome, and every set of facts that attains it."""
    done: dict[Node, _Cheapest] = {}

    def go(node: Node) -> _Cheapest:
        if node not in done:
            done[node] = step(node)
        return done[node]

    def step(node: Node) -> _Cheapest:
        if not node.edges:
            return (0, frozenset([Changed()])) if node.value == wanted else (float("inf"), frozenset())
        ways = []
        for bits, child in node.edges:
            cost, sets = go(child)
            kept = bool(known & bits)
            ways.append((cost, sets) if kept else (cost + 1, frozenset(s | {node.level} for s in sets)))
        least = min(cost for cost, _ in ways)
        return least, frozenset().union(*(sets for cost, sets in ways if cost == least))

    return go(root)


def _told(
    policy: Policy, report: Report, verdict: Verdict, about: Sequence[Ground], changed: Changed
) -> Counterfactual:
    wanted = verdict.outcome is Outcome.OUT_OF_SCOPE
    box = _box(policy, report, about, changed, wanted=wanted)
    then = Outcome.IN_SCOPE if wanted else Outcome.OUT_OF_SCOPE
    return Counterfactual(
        changes=tuple(Answer(fact, values) for fact, values in box.items()),
        outcome=then,
        path=about[0].index if len(report.paths) > 1 and len(about) == 1 else None,
        certain=assess(policy, _changed(report, about, box)).outcome is then,
    )


def _box(
    policy: Policy, report: Report, about: Sequence[Ground], changed: Changed, *, wanted: bool
) -> dict[str, tuple[str, ...]]:
    """For each changed fact the values of which every combination does it; empty if none does.

    Combinations that decide count if there are any, else those that make the other outcome possible. From the first
    one that does, each fact in turn takes all values that still do.
    """
    names = policy.layout.names(changed)
    options = [_ruled_out(policy, about[0].known, name) for name in names]
    decided, possible = set(), set()
    for combination in product(*options):
        learnt = [_learnt(policy, ground, names, combination) for ground in about]
        if all(admits(policy.in_scope, knowledge.known, value=wanted) for knowledge in learnt):
            possible.add(combination)
            if all(outcome(policy, knowledge, report.efforts) is wanted for knowledge in learnt):
                decided.add(combination)
    works = decided or possible
    first = next((combination for combination in product(*options) if combination in works), None)
    return dict(zip(names, _widened(first, options, works), strict=True)) if first else {}


def _widened(
    first: tuple[str, ...], options: Sequence[tuple[str, ...]], works: AbstractSet[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    box: list[tuple[str, ...]] = [(value,) for value in first]
    for at, values in enumerate(options):
        around = list(product(*box[:at], *box[at + 1 :]))
        box[at] = tuple(v for v in values if all((*rest[:at], v, *rest[at:]) in works for rest in around))
    return box


def _ruled_out(policy: Policy, known: Known, fact: str) -> tuple[str, ...]:
    left = policy.values(known, fact)
    return tuple(value for value in policy.facts[fact].values if value not in left)


def _learnt(policy: Policy, ground: Ground, facts: Sequence[str], values: Sequence[str]) -> Knowledge:
    """What would be known of a path. Presumptions the verdict rests on stand, unless it is they that change."""
    known, conflicts = ground.known, ground.knowledge.conflicts
    for fact, value in zip(facts, values, strict=True):
        known = policy.layout.learn(known, fact, (value,))
        conflicts &= ~policy.layout.field[fact]
    return Knowledge(known, conflicts)


def _changed(report: Report, about: Sequence[Ground], box: dict[str, tuple[str, ...]]) -> Report:
    """The report with the changed answers in the paths they are about."""
    which = {ground.index for ground in about}
    said = {fact: Values(values) for fact, values in box.items()}
    paths = tuple({**path, **said} if i in which else path for i, path in enumerate(report.paths))
    return replace(report, paths=paths)
