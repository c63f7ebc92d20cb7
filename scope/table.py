"""Decision tables: rows of conditions of which exactly one fires (DMN's hit policy UNIQUE).

A table becomes a diagram over the facts; that this works is the proof that the table is total, disjoint and without a
dead row. How tables combine to a verdict is in `policy`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, TypeAlias

from scope.diagram import Diagrams, Known, Node, reachable, sole, witness
from scope.faults import PolicyError
from scope.knowledge import Layout
from scope.model import NOTHING, Values


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One line of a table: when it fires, what follows, and the sentence of the text that says so."""

    name: str
    says: str
    """The row in running text."""
    when: Mapping[str, Values] = field(default_factory=lambda: NOTHING)
    """For facts and derived results, the values for which the row fires; absent = any."""
    otherwise: bool = False
    """Fires where no other row does."""
    fails: str | None = None
    """The out-of-scope code the row gives; None where it passes."""
    gives: str | None = None
    """The derived result the row gives."""
    cites: tuple[str, ...] = ()
    quote: str = ""
    readings: tuple[str, ...] = ()
    contested: bool = False
    """The row fails only by a reading that is disputed."""


@dataclass(frozen=True, slots=True, eq=False)
class DecisionTable:
    """One criterion as rows. `diagram` maps facts to the row that fires, or to None where the table is moot."""

    name: str
    title: str
    criterion: str
    """The clause the table spells out."""
    inputs: tuple[str, ...]
    rows: tuple[Row, ...]
    derives: str | None = None
    """The derived result that its rows give and later tables ask for."""
    diagram: Node = field(default_factory=lambda: Node(0, 0, {}), repr=False)

    @property
    def codes(self) -> frozenset[str]:
        """The codes that its rows give."""
        return frozenset(row.fails for row in self.rows if row.fails is not None)


@dataclass(frozen=True, slots=True)
class _Gap:
    """No row fires."""

    told = "no row fires"


@dataclass(frozen=True, slots=True)
class _Overlap:
    """These rows fire together."""

    rows: tuple[Row, ...]

    @property
    def told(self) -> str:
        return "rows " + " and ".join(repr(row.name) for row in self.rows) + " fire together"


Derived: TypeAlias = Mapping[str, tuple[Node, tuple[str, ...]]]
"""For each derived result that earlier tables give: its diagram (None where that table failed) and its values."""


class Prover:
    """Makes tables into diagrams over one layout, and finds the rows and a witness where that cannot be."""

    def __init__(self, layout: Layout, diagrams: Diagrams) -> None:
        self.layout = layout
        self.diagrams = diagrams

    def prove(self, table: DecisionTable, derived: Derived) -> Node:
        """The table's diagram; a `PolicyError` if it is not total, not disjoint or has a dead row.

        Proved over the facts, through the derived results: what cannot occur need not be covered.
        """
        root = self._expand(table, {name: derived[name] for name in table.inputs if name in derived}, {})
        found = reachable(root, self.layout.full)
        faults = [result for result in found if isinstance(result, _Gap | _Overlap)]
        if faults:
            self._refuse(table, root, faults)
        dead = next((row for row in table.rows if row not in found), None)
        if dead is not None:
            raise PolicyError(f"row {dead.name!r} never fires", place=f"table {table.name!r}")
        return root

    def _expand(self, table: DecisionTable, derived: Derived, fixed: Mapping[str, str]) -> Node:
        """The table's diagram, one derived result after the other taken as given."""
        for name, (selector, values) in derived.items():
            rest = {other: derived[other] for other in derived if other != name}
            branches = {value: self._expand(table, rest, {**fixed, name: value}) for value in values}
            return self.diagrams.choose(selector, branches)
        return self._build(table, fixed)

    def _build(self, table: DecisionTable, fixed: Mapping[str, str]) -> Node:
        """The diagram of the rows that agree with the derived results given."""
        rows = [row for row in table.rows if not row.otherwise and _agrees(row, fixed)]
        facts = self.layout.field
        allowed = {row: self.layout.narrow({f: v for f, v in row.when.items() if f in facts}) for row in rows}
        default = next((row for row in table.rows if row.otherwise), _GAP)
        done: dict[tuple[int, tuple[Row, ...]], Node] = {}

        def go(level: int, active: tuple[Row, ...]) -> Node:
            level = self._next_test(level, [allowed[row] for row in active])
            if (level, active) not in done:
                done[level, active] = step(level, active)
            return done[level, active]

        def step(level: int, active: tuple[Row, ...]) -> Node:
            if level == len(facts):
                return self.diagrams.result(_Overlap(active) if len(active) > 1 else next(iter(active), default))
            fitting = [tuple(row for row in active if allowed[row] & bit) for bit in self.diagrams.bits[level]]
            return self.diagrams.test(level, [go(level + 1, rows) for rows in fitting])

        return go(0, tuple(rows))

    def _next_test(self, level: int, allowed: Sequence[Known]) -> int:
        """The next fact on which one of these rows has a condition; one past the last where none has."""
        fields = self.diagrams.fields
        while level < len(fields) and all(known & fields[level] == fields[level] for known in allowed):
            level += 1
        return level

    def _refuse(self, table: DecisionTable, root: Node, faults: Sequence[_Gap | _Overlap]) -> NoReturn:
        """Tell the fault that comes first in the order of facts and values."""
        fields = self.layout.fields
        shown = [(witness(root, self.layout.full, fault, fields) or 0, fault) for fault in faults]
        example, fault = min(shown, key=lambda pair: [pair[0] & field for field in fields])
        raise PolicyError(fault.told, place=f"table {table.name!r}", witness=self._needed(root, example, fault))

    def _needed(self, root: Node, example: Known, fault: _Gap | _Overlap) -> dict[str, str]:
        """Of one completion, the facts that the fault needs: it shows whatever the others are."""
        shows = self.diagrams.relabel(root, lambda result: result == fault)
        needed = {}
        for fact, bits in reversed(self.layout.field.items()):
            if sole(shows, example | bits) is None:
                needed[fact] = self.layout.words(example)[fact]
            else:
                example |= bits
        return dict(reversed(needed.items()))


def _agrees(row: Row, fixed: Mapping[str, str]) -> bool:
    return all(value in row.when[name] for name, value in fixed.items() if name in row.when)


_GAP = _Gap()
