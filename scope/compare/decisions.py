"""What two policies decide differently, as few and as large boxes of answers as the diagrams give.

Tables of the same name, or that share a code, are judged together; what other tables say of the same answers is not
repeated in each line. A box is the product of one set of values for each fact; it is widened, fact by fact, as
long as all completions in it are judged the same way by either policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from scope.compare.common import UNREAD, Ground
from scope.compare.nouns import Concerned, Difference, Judgement
from scope.compare.told import line
from scope.diagram import Known, Node, reachable, sole, witness
from scope.policy import Policy
from scope.table import DecisionTable, Row

_Judged: TypeAlias = tuple[frozenset[str], bool]
"""The codes that some tables give, and whether one of them is given firmly."""

_Pair: TypeAlias = tuple[_Judged, _Judged]

SAME = None
PASSED: _Judged = (frozenset(), False)


@dataclass(frozen=True, slots=True)
class _Group:
    """Tables of both policies that are judged together."""

    old: list[DecisionTable]
    new: list[DecisionTable]


def decisions(old: Policy, new: Policy) -> tuple[Difference, ...]:
    """All answers that the two policies judge differently."""
    ground = Ground(old, new)
    sides = [_judged(ground, old, new, group) for group in _groups(old, new)]
    differs = _differs(ground, sides)
    return tuple(
        difference
        for old_side, new_side in sides
        for difference in _differences(ground, (old, new), ground.diagrams.combine(old_side, new_side, _pair), differs)
    )


def _groups(old: Policy, new: Policy) -> list[_Group]:
    """Tables with codes, joined where they have one name in both policies or share a code."""
    found: list[tuple[set[str], _Group]] = []
    for policy, side in ((old, "old"), (new, "new")):
        for table in policy.tables:
            keys = {f"table {table.name}", *table.codes}
            merged = _Group([], [])
            for other in [entry for entry in found if entry[0] & keys] if table.codes else []:
                found.remove(other)
                keys |= other[0]
                merged.old.extend(other[1].old)
                merged.new.extend(other[1].new)
            getattr(merged, side).append(table)
            if table.codes:
                found.append((keys, merged))
    return [group for _, group in found]


def _judged(ground: Ground, old: Policy, new: Policy, group: _Group) -> tuple[Node, Node]:
    return _side(ground, old, group.old), _side(ground, new, group.new)


def _side(ground: Ground, policy: Policy, tables: Sequence[DecisionTable]) -> Node:
    """What a policy's tables give together, over the common facts."""
    diagrams = policy.diagrams
    total = diagrams.result(PASSED)
    for table in tables:
        total = diagrams.combine(total, diagrams.relabel(table.diagram, _of_row), _together)
    return ground.lift(policy, total)


def _of_row(row: Row | None) -> _Judged:
    return PASSED if row is None or row.fails is None else (frozenset([row.fails]), not row.contested)


def _together(left: _Judged, right: _Judged) -> _Judged:
    return left[0] | right[0], left[1] or right[1]


def _pair(old: object, new: object) -> object:
    """Both judgements where they differ and both policies know the answers."""
    return SAME if UNREAD in (old, new) or old == new else (old, new)


def _differs(ground: Ground, sides: Sequence[tuple[Node, Node]]) -> Node:
    """Where the policies differ as a whole: in a code, or in whether any code is firm."""
    total = ground.diagrams.result((PASSED, PASSED))
    for old, new in sides:
        both = ground.diagrams.combine(old, new, lambda a, b: UNREAD if UNREAD in (a, b) else (a, b))
        total = ground.diagrams.combine(total, both, _add)
    return ground.diagrams.relabel(total, lambda pair: pair is not UNREAD and pair[0] != pair[1])


def _add(total: object, pair: object) -> object:
    if isinstance(total, tuple) and isinstance(pair, tuple):
        return _together(total[0], pair[0]), _together(total[1], pair[1])
    return UNREAD


def _differences(ground: Ground, policies: tuple[Policy, Policy], pairs: Node, differs: Node) -> Iterator[Difference]:
    for pair in sorted((p for p in reachable(pairs, ground.layout.full) if p is not SAME), key=_order):
        for box in _boxes(ground, pairs, pair):
            if True in reachable(differs, box):
                yield _difference(ground, policies, box, pair)


def _order(pair: _Pair) -> list[tuple[list[str], bool]]:
    """The same order in every process: codes first, then what is to be confirmed."""
    return [(sorted(codes), firm) for codes, firm in pair]


def _boxes(ground: Ground, pairs: Node, pair: _Pair) -> Iterator[Known]:
    """Maximal boxes that together are all answers with this pair of judgements."""
    diagrams, full, fields = ground.diagrams, ground.layout.full, ground.layout.fields
    hit = diagrams.relabel(pairs, lambda value: value == pair)
    left = hit
    while (start := witness(left, full, value=True, fields=fields)) is not None:
        box = _widened(ground, hit, start)
        yield box
        left = diagrams.combine(left, ground.box(box), lambda is_left, in_box: is_left and not in_box)


def _widened(ground: Ground, hit: Node, start: Known) -> Known:
    """From one completion: each fact in turn, the last first, takes every value under which the box still holds."""
    box = start
    for level in reversed(range(len(ground.facts))):
        for bit in (ground.layout.fields[level], *ground.layout.bits[level]):
            wider = box | bit
            only = sole(hit, wider)
            if only is not None and only.value:
                box = wider
    return box


def _difference(ground: Ground, policies: tuple[Policy, Policy], box: Known, pair: _Pair) -> Difference:
    layout = ground.layout
    concerned = tuple(
        Concerned(name, tuple(value for value in fact.values if layout.bit[name][value] & box))
        for name, fact in ground.facts.items()
        if box & layout.field[name] != layout.field[name]
    )
    before, after = (_judgement(policy, one) for policy, one in zip(policies, pair, strict=True))
    return Difference(concerned, before, after, line(ground.facts, concerned, before, after))


def _judgement(policy: Policy, judged: _Judged) -> Judgement:
    codes, firm = judged
    return Judgement(tuple(code for code in policy.codes if code in codes), contested=bool(codes) and not firm)
