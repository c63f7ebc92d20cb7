"""A policy as people read it in a terminal: facts, tables with clause and readings, presumptions, labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import scope

FEW = 4
"""More values than this are told by those left out, where these are fewer."""


def show(policy: scope.Policy, console: Console | None = None) -> None:
    """Print the whole policy."""
    (console or Console()).print(
        Group(
            Text(f"{policy.title}", style="bold"),
            Text(f"{policy.id}, version {policy.version}, {policy.date}; {policy.source.address}"),
            Text(f"meaning {policy.digest}\nwording {policy.text_digest}\n", style="dim"),
            _facts(policy),
            *(_table(policy, table) for table in policy.tables),
            _presumptions(policy),
            _readings(policy),
            _labels(policy),
        )
    )


def _grid(title: str, *columns: str) -> Table:
    grid = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, expand=True)
    for column in columns:
        grid.add_column(column, overflow="fold")
    return grid


def _facts(policy: scope.Policy) -> Table:
    grid = _grid("Facts", "Fact", "Question", "Values", "Answered by")
    for fact in policy.facts.values():
        who = ", ".join(fact.answered_by) + (" (each path)" if fact.on_path else "")
        grid.add_row(fact.name, escape(fact.question), ", ".join(fact.values), who)
    return grid


def _table(policy: scope.Policy, table: scope.DecisionTable) -> Table:
    grid = _grid(f"{table.criterion} {table.title}", "If", "Then", "Because", "Clause and readings")
    for row in table.rows:
        grid.add_row(_when(policy, row), _then(row), escape(row.says), _rests_on(policy, row.cites, row.readings))
    return grid


def _when(policy: scope.Policy, row: scope.Row) -> str:
    if row.otherwise:
        return "otherwise"
    return "; ".join(f"{name} {_values(policy, name, values)}" for name, values in row.when.items())


def _values(policy: scope.Policy, name: str, values: Iterable[str]) -> str:
    chosen = frozenset(values)
    known = policy.facts[name].values if name in policy.facts else tuple(policy.derived[name].meanings)
    others = [value for value in known if value not in chosen]
    if len(chosen) > FEW and len(others) < len(chosen):
        return f"≠ {', '.join(others)}"
    return f"= {', '.join(value for value in known if value in chosen)}"


def _then(row: scope.Row) -> Text:
    if row.fails is None:
        return Text(f"pass {row.gives or ''}".strip(), style="green")
    return Text(f"fail {row.fails}" + (" (contested)" if row.contested else ""), style="red")


def _rests_on(policy: scope.Policy, cites: Iterable[str], readings: Iterable[str]) -> str:
    marked = [f"{r} ({policy.readings[r].strength})" for r in readings]
    return ", ".join([*cites, *marked])


def _presumptions(policy: scope.Policy) -> Table:
    grid = _grid("Presumptions, where nothing is known of a fact", "Fact", "Presumed", "Says", "Clause and readings")
    for one in policy.presumptions:
        conditions = [" after an effort"] if one.effort else []
        conditions += [f" unless {name} {_values(policy, name, values)}" for name, values in one.unless.items()]
        rests_on = _rests_on(policy, one.cites, one.readings)
        grid.add_row(one.fact, one.value + "".join(conditions), escape(one.says), rests_on)
    return grid


def _readings(policy: scope.Policy) -> Table:
    grid = _grid("Readings, where the text leaves room", "Id", "Question", "Reading", "Strength")
    for one in policy.readings.values():
        grid.add_row(one.id, escape(one.question), escape(one.reading), one.strength)
    return grid


def _labels(policy: scope.Policy) -> Table:
    grid = _grid("Labels", "Label", "Description", "Formerly")
    for label in policy.labels.values():
        name = Text(f"● {label.name}", style=f"#{label.colour}")
        grid.add_row(name, escape(label.description), ", ".join(label.former))
    return grid
