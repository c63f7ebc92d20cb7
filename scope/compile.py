"""Proved tables to the diagrams that `assess` asks: the outcome, the codes, the presumptions.

Whether a single table is sound is proved in `table`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scope.diagram import Diagrams, Node
from scope.knowledge import Layout
from scope.model import Presumption
from scope.policy import IN, OUT_CONTESTED, OUT_FIRM, Assumption
from scope.table import DecisionTable, Row

NO_CODES: frozenset[str] = frozenset()
_RANK = (IN, OUT_CONTESTED, OUT_FIRM)


def outcome_of(tables: Sequence[DecisionTable], diagrams: Diagrams) -> Node:
    """The worst of all tables: one firm failure outweighs contested ones, any failure outweighs passes."""
    total = diagrams.result(IN)
    for table in tables:
        total = diagrams.combine(total, diagrams.relabel(table.diagram, _outcome_of_row), _worse)
    return total


def _outcome_of_row(row: Row | None) -> str:
    if row is None or row.fails is None:
        return IN
    return OUT_CONTESTED if row.contested else OUT_FIRM


def _worse(left: str, right: str) -> str:
    return max(left, right, key=_RANK.index)


def code_groups_of(tables: Sequence[DecisionTable], diagrams: Diagrams) -> tuple[Node, ...]:
    """One diagram for each set of tables that share codes, so that a code is certain where its own group gives it."""
    groups: list[tuple[frozenset[str], Node]] = []
    for table in tables:
        codes, node = table.codes, diagrams.relabel(table.diagram, _codes_of_row)
        for shared in [group for group in groups if group[0] & table.codes]:
            groups.remove(shared)
            codes, node = codes | shared[0], diagrams.combine(node, shared[1], frozenset.union)
        if codes:
            groups.append((codes, node))
    return tuple(node for _, node in groups)


def _codes_of_row(row: Row | None) -> frozenset[str]:
    return NO_CODES if row is None or row.fails is None else frozenset([row.fails])


def assumptions_of(
    presumptions: Sequence[Presumption], derived: Mapping[str, Node], layout: Layout, diagrams: Diagrams
) -> tuple[Assumption, ...]:
    """The presumptions as bits, in the order of their facts."""

    def barred(presumption: Presumption) -> Node | None:
        either: Node | None = None
        for name, values in presumption.unless.items():
            hit = diagrams.relabel(derived[name], values.__contains__)
            either = hit if either is None else diagrams.combine(either, hit, lambda a, b: a or b)
        return either

    return tuple(
        Assumption(p, layout.field[p.fact], layout.mask(p.fact, [p.value]), barred(p))
        for p in sorted(presumptions, key=lambda p: layout.level[p.fact])
    )
