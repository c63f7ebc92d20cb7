"""One path, criterion by criterion: what became of each, the fewest answers that decide it, and the clause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from scope.diagram import Known, support
from scope.explain.ground import Ground, told
from scope.explain.nouns import Answer, Cited, Criterion, PathExplanation, State
from scope.policy import Policy
from scope.table import DecisionTable, Row

_Item = TypeVar("_Item")

FEW = 3
"""Up to so many different rows are told and cited; beyond that, the criterion's own clause is."""


def explain_path(policy: Policy, ground: Ground) -> PathExplanation:
    """All criteria of one path, in the policy's order."""
    known = ground.knowledge.known
    own = (name for name, fact in policy.facts.items() if fact.on_path)
    return PathExplanation(
        index=ground.index,
        said=tuple(told(policy, known, fact) for fact in own),
        in_scope=ground.verdict.in_scope,
        criteria=tuple(_criterion(policy, ground, id_, tables) for id_, tables in _by_criterion(policy)),
    )


def _by_criterion(policy: Policy) -> Iterable[tuple[str, list[DecisionTable]]]:
    """The tables that decide, by the criterion they spell out; a table that only derives speaks through the next."""
    found: dict[str, list[DecisionTable]] = {}
    for table in policy.tables:
        if table.codes:
            found.setdefault(table.criterion, []).append(table)
    return found.items()


def _criterion(policy: Policy, ground: Ground, id_: str, tables: Sequence[DecisionTable]) -> Criterion:
    states = [state_of(policy, table, ground.known) for table in tables]
    state = _worst(states)
    speaking = [table for table, one in zip(tables, states, strict=True) if one == state]
    rows = [row for table in speaking for row in _rows(policy, table, ground.known)]
    deciding = [row for row in rows if bool(row.fails) == (state == "failed")] if state != "open" else rows
    few = deciding if len(deciding) <= FEW * len(speaking) and state != "moot" else []
    return Criterion(
        id=id_,
        title="; ".join(table.title for table in tables),
        state=state,
        says=tuple(dict.fromkeys(row.says for row in few)) if state in ("passed", "failed") else (),
        answers=_answers(policy, ground, speaking, state),
        results=_unique(_result(row, id_) for row in few) if state == "passed" else (),
        codes=tuple(c for c in policy.codes if any(row.fails == c for row in deciding)) if state == "failed" else (),
        cited=_cited(policy, id_, few if state != "open" else []),
        readings=tuple(r for r in policy.readings if state != "open" and any(r in row.readings for row in few)),
        contested=state == "failed" and all(row.contested for row in deciding),
    )


def state_of(policy: Policy, table: DecisionTable, known: Known) -> State:
    """What became of one table: judged over the completions in which it is asked at all."""
    fails = {bool(row.fails) for row in _rows(policy, table, known)}
    if not fails:
        return "moot"
    if len(fails) > 1:
        return "open"
    return "failed" if fails == {True} else "passed"


def _worst(states: Iterable[State]) -> State:
    rank: tuple[State, ...] = ("failed", "open", "passed", "moot")
    return min(states, key=rank.index)


def _rows(policy: Policy, table: DecisionTable, known: Known) -> list[Row]:
    """The rows that may fire, in the table's order."""
    fired = policy.fired(table, known)
    return [row for row in table.rows if row in fired]


def _answers(policy: Policy, ground: Ground, tables: Sequence[DecisionTable], state: State) -> tuple[Answer, ...]:
    if state == "moot":
        return ()
    levels: set[int] = set()
    for table in tables:
        levels |= support(table.diagram, ground.known) if state == "open" else _needed(policy, table, ground)
    known = ground.known if state != "open" else ground.knowledge.known
    presumed = ground.known ^ ground.knowledge.known
    return tuple(
        told(policy, known, fact, presumed=bool(presumed & policy.layout.field[fact]) and state != "open")
        for fact in policy.layout.names(levels)
    )


def _needed(policy: Policy, table: DecisionTable, ground: Ground) -> set[int]:
    """The fewest facts that keep what the table says: each one left out if that stands without it.

    Presumptions are left out first, then facts from the last to the first, so that what was said earliest in the
    form is what is told.
    """
    layout, known = policy.layout, ground.known
    presumed = ground.known ^ ground.knowledge.known
    told_of = [level for level, field in enumerate(layout.fields) if known & field != field]
    says = _says(policy, table, known)
    needed = set(told_of)
    for level in sorted(told_of, key=lambda level: (not presumed & layout.fields[level], -level)):
        without = known | layout.fields[level]
        if _says(policy, table, without) == says:
            known = without
            needed.discard(level)
    return needed


def _says(policy: Policy, table: DecisionTable, known: Known) -> tuple[State, frozenset[str | None]]:
    """A table's state and the codes or results that come with it."""
    rows = _rows(policy, table, known)
    return state_of(policy, table, known), frozenset(row.fails or row.gives for row in rows)


def _result(row: Row, criterion: str) -> str:
    if row.gives is not None:
        return row.gives
    return next((clause for clause in row.cites if clause != criterion), "")


def _cited(policy: Policy, criterion: str, rows: Sequence[Row]) -> tuple[Cited, ...]:
    found = [Cited(row.cites[0], row.quote) for row in rows if row.cites and row.quote]
    return _unique(found) or (Cited(criterion, policy.clauses[criterion].quotes[0]),)


def _unique(items: Iterable[_Item]) -> tuple[_Item, ...]:
    """Each item once, in order, empty ones left out."""
    return tuple(dict.fromkeys(item for item in items if item))
