"""The engine beside an independent reading of the reference page: random partial reports, and all ground facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest

import scope
from scope.diagram import Node
from scope.policy import IN, OUT_CONTESTED, OUT_FIRM
from tests.scope import oracle
from tests.scope.reports import as_report, random_said

REPORTS = 20_000
SHARES = 4
"""The reports are judged in shares, so that a failure shows early."""

KINDS = (
    *("in-scope settled", "in-scope presumed", "out-of-scope settled", "out-of-scope presumed"),
    *("needs-os-check open", "needs-triage open", "needs-info open", "contested", "conflict", "out without a code"),
)
"""Kinds of verdicts of which a share holds at least ten, or it would not mean much."""


@pytest.mark.parametrize("share", range(SHARES))
def test_random_partial_reports_have_the_verdict_that_brute_force_over_their_completions_finds(
    policy: scope.Policy, share: int
) -> None:
    random = Random(f"xen-rfc-v2 {share}")
    seen: Counter[str] = Counter()
    for number in range(REPORTS // SHARES):
        said = random_said(random)
        expected = oracle.verdict(said)
        verdict = scope.assess(policy, as_report(said))
        found = oracle.Answer(
            verdict.outcome.value,
            verdict.standing.value,
            list(verdict.codes),
            verdict.contested,
            list(verdict.missing),
            list(verdict.presumptions),
            list(verdict.conflicts),
        )
        assert found == expected, f"report {number} of share {share}: {said}"
        assert list(scope.labels_for(policy, verdict)) == oracle.labels(expected), f"report {number}: {said}"
        seen[f"{expected.outcome} {expected.standing}"] += 1
        seen["contested"] += expected.contested
        seen["conflict"] += bool(expected.conflicts)
        seen["out without a code"] += expected.outcome == "out-of-scope" and not expected.codes
    rare = {kind: seen[kind] for kind in KINDS if seen[kind] < 10}
    assert not rare, f"the sample is too thin to mean much: {rare}"


def tabulate(
    policy: scope.Policy, root: Node, values: dict[str, tuple[str, ...]], of: Callable[[Any], bool]
) -> oracle.Bools:
    """What `of` says of a diagram's result at every combination of these values, as one array with an axis a fact."""
    done: dict[Node, oracle.Bools] = {}

    def go(node: Node) -> oracle.Bools:
        if node not in done:
            done[node] = step(node) if node.edges else np.full((1,) * len(values), of(node.value))
        return done[node]

    def step(node: Node) -> oracle.Bools:
        fact = policy.layout.facts[node.level]
        children = [go(node.jump[policy.layout.bit[fact][value]]) for value in values[fact]]
        return np.concatenate(np.broadcast_arrays(*children), node.level)

    return np.broadcast_to(go(root), tuple(len(kept) for kept in values.values()))


@pytest.mark.oracle
def test_all_147_456_000_combinations_have_the_outcome_and_codes_of_the_reference_page(policy: scope.Policy) -> None:
    ground = inside = 0
    for source, effect in product(oracle.FACTS["source"], oracle.FACTS["effect"]):
        values = {**oracle.FACTS, "source": (source,), "effect": (effect,)}
        judged = oracle.Ground(values).judge()
        expected = {IN: judged.inside, OUT_CONTESTED: judged.contested_only, OUT_FIRM: judged.firm}
        for result, where in expected.items():
            assert np.array_equal(where, tabulate(policy, policy.outcome, values, result.__eq__)), (
                source,
                effect,
                result,
            )
        assert np.array_equal(judged.inside, tabulate(policy, policy.in_scope, values, bool)), (source, effect)
        for code in oracle.CODES:
            given = [
                tabulate(policy, group, values, lambda codes, code=code: code in codes) for group in policy.code_groups
            ]
            assert np.array_equal(judged.codes[code], np.logical_or.reduce(given)), (source, effect, code)
        ground += judged.inside.size
        inside += int(judged.inside.sum())
    assert (ground, inside) == (147_456_000, 2_460_440)
