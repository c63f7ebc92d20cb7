"""A corpus of decided cases as JSON lines: a case's name, what became of it, and its report in the decide interface."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

import scope
from webhook.interface import BadReportError, ReportReader
from webhook.interface.strict import parse

WORDS = {"id": str, "expected": str, "issued": bool, "report": dict}
OPTIONAL = {"date", "era", "confidence"}


def read(file: Path, policy: scope.Policy) -> list[scope.Case]:
    """All cases of a file. A line that is none ends the command and is told by number and field."""
    reader = ReportReader(policy)
    return [_case(file, number, line, reader) for number, line in _lines(file)]


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file}: cannot be read: {type(error).__name__}") from None
    return ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())


def _case(file: Path, number: int, line: str, reader: ReportReader) -> scope.Case:
    try:
        data = parse(line)
        _check(data)
        assert isinstance(data, dict)  # noqa: S101  # `_check` has said so
        return scope.Case(
            id=data["id"],
            report=reader.check(data["report"]),
            expected=data["expected"],
            issued=data["issued"],
            era=str(data.get("era") or ""),
            confidence=str(data.get("confidence") or ""),
        )
    except BadReportError as error:
        raise click.ClickException(f"{file}: line {number}: {error.field or 'the line'}: {error.message}") from None


def _check(data: Any) -> None:
    if not isinstance(data, dict):
        raise BadReportError(None, "expected a JSON object")
    for key, kind in WORDS.items():
        if not isinstance(data.get(key), kind):
            raise BadReportError(key, f"expected {'true or false' if kind is bool else 'a ' + kind.__name__}")
    for key in data.keys() - WORDS.keys() - OPTIONAL:
        raise BadReportError(key, f"unknown key; known are {', '.join([*WORDS, *sorted(OPTIONAL)])}")
