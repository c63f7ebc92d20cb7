"""A policy's rows read one by one, without diagrams: what the tests of explain and compare count with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import scope

Ground = Mapping[str, str]
"""One value for each fact."""


def judged(policy: scope.Policy, ground: Ground) -> tuple[frozenset[str], bool]:
    """The codes of all rows that fire and fail, and whether one of these rows is uncontested."""
    derived: dict[str, str | None] = {}
    codes, firm = set(), False
    for table in policy.tables:
        row = _fires(table, ground, derived)
        if table.derives:
            derived[table.derives] = row.gives if row else None
        if row and row.fails:
            codes.add(row.fails)
            firm = firm or not row.contested
    return frozenset(codes), firm


def in_scope(policy: scope.Policy, ground: Ground) -> bool:
    return not judged(policy, ground)[0]


def completions(policy: scope.Policy, known: Mapping[str, frozenset[str]]) -> Iterator[Ground]:
    """Every complete set of answers that is not ruled out."""
    sets = [[v for v in fact.values if v in known.get(name, fact.values)] for name, fact in policy.facts.items()]
    for values in product(*sets):
        yield dict(zip(policy.facts, values, strict=True))


def _fires(table: scope.DecisionTable, ground: Ground, derived: Mapping[str, str | None]) -> scope.Row | None:
    given = {**ground, **derived}
    if any(given[name] is None for name in table.inputs):
        return None
    fitting = [r for r in table.rows if not r.otherwise and all(given[n] in vs for n, vs in r.when.items())]
    otherwise = [row for row in table.rows if row.otherwise]
    (row,) = fitting or otherwise
    return row
