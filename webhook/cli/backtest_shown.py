"""A backtest told to people, or as JSON: figures first, then every case that needs a look, with its clause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

import scope

Replays = Sequence[scope.Replay]
ACCORDS = {
    "agrees": "as expected",
    "decided": "decided where more was expected to be asked",
    "open": "asks for more where a verdict is expected",
    "contradicts": "the opposite",
}


def figures(replays: Replays) -> dict[str, Any]:
    """Counts: by accord, and of issued advisories and refusals in scope."""
    issued = [one for one in replays if one.case.issued]
    refused = [one for one in replays if not one.case.issued]
    return {
        "cases": len(replays),
        "accord": {name: sum(one.accord == name for one in replays) for name in ACCORDS},
        "issued": {"cases": len(issued), **_outcomes(issued)},
        "refused": {"cases": len(refused), **_outcomes(refused)},
    }


def _outcomes(replays: Iterable[scope.Replay]) -> dict[str, int]:
    found = Counter(_plain(one.verdict.outcome) for one in replays)
    return {name: found[name] for name in ("in-scope", "out-of-scope", "open")}


def _plain(outcome: scope.Outcome) -> str:
    return "open" if str(outcome).startswith("needs-") else str(outcome)


def as_data(policy: scope.Policy, replays: Replays) -> dict[str, Any]:
    """Everything, for programs."""
    return {
        "policy": {"id": policy.id, "version": policy.version, "digest": policy.digest},
        **figures(replays),
        "by_case": [_case(one) for one in replays],
    }


def _case(one: scope.Replay) -> dict[str, Any]:
    return {
        "id": one.case.id,
        "era": one.case.era,
        "issued": one.case.issued,
        "confidence": one.case.confidence,
        "expected": one.case.expected,
        "outcome": str(one.verdict.outcome),
        "standing": str(one.verdict.standing),
        "accord": one.accord,
        "codes": list(one.verdict.codes),
        "clauses": list(one.clauses),
        "missing": list(one.verdict.missing),
    }


def moved(before: Replays, after: Replays) -> list[dict[str, Any]]:
    """The cases whose outcome or codes another policy changes."""
    pairs = zip(before, after, strict=True)
    return [
        {"id": old.case.id, "from": _told(old), "to": _told(new)}
        for old, new in pairs
        if (old.verdict.outcome, old.verdict.codes) != (new.verdict.outcome, new.verdict.codes)
    ]


def _told(one: scope.Replay) -> str:
    codes = f" ({', '.join(one.verdict.codes)})" if one.verdict.codes else ""
    return f"{one.verdict.outcome}{codes}"


def show(policy: scope.Policy, replays: Replays, console: Console) -> None:
    """Figures, then what contradicts, then what stays open."""
    found = figures(replays)
    console.print(Text(f"{policy.id}, version {policy.version}: {found['cases']} cases", style="bold"))
    for what, words in (("issued", "with an advisory"), ("refused", "without one")):
        said = found[what]
        console.print(
            f"{said['cases']} {words}: {said['in-scope']} in scope, {said['out-of-scope']} out, {said['open']} open"
        )
    for name, words in ACCORDS.items():
        console.print(f"{found['accord'][name]:4} {words}")
    _list(console, "The opposite of what is expected", [one for one in replays if one.accord == "contradicts"])
    _list(console, "Out of scope, although an advisory was issued", [one for one in replays if _out(one)])
    _list(console, "Open, and what they miss", [one for one in replays if one.accord == "open"])


def _out(one: scope.Replay) -> bool:
    return one.case.issued and one.verdict.outcome is scope.Outcome.OUT_OF_SCOPE


def _list(console: Console, title: str, replays: Replays) -> None:
    if not replays:
        return
    grid = Table("Case", "Facts", "Expected", "Verdict", "Clause", "Missing", title=title, box=box.SIMPLE_HEAD)
    grid.title_justify = "left"
    for one in replays:
        grid.add_row(
            one.case.id,
            one.case.confidence,
            one.case.expected,
            f"{_told(one)}, {one.verdict.standing}",
            ", ".join(one.clauses),
            ", ".join(one.verdict.missing),
        )
    console.print(grid)


def show_moved(before: scope.Policy, after: scope.Policy, cases: Sequence[dict[str, Any]], console: Console) -> None:
    """The cases that move from one policy to another."""
    console.print(Text(f"{len(cases)} cases move from {before.id} to {after.id}", style="bold"))
    for case in cases:
        console.print(f"{case['id']}: {case['from']} -> {case['to']}", highlight=False)
