"""What was said of one report, by whom: the reporter's answers and the team's evidence, merged into a `scope.Report`.

`forms` and `commands` make these; the store keeps them (never a word of prose); `scope` sees only the merged report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

By: TypeAlias = Literal["reporter", "team", "support"]


@dataclass(frozen=True, slots=True)
class Said:
    """One statement about one fact: the values it leaves possible, and where it comes from."""

    values: frozenset[str]
    by: By
    person: int | None = None
    """Forge account id of who said it; None for the reporter's form and for SUPPORT.md."""
    login: str = ""
    """Shown in the comment, never stored."""
    comment: int | None = None
    """Id of the comment that holds the statement and its reason."""
    not_sure: bool = False


@dataclass(frozen=True, slots=True)
class FormAnswers:
    """What the reporter's form says: paths (one per ticked effect and per further-attack line) and shared facts.

    Facts answered "any value" are left out of `facts` and named in `not_sure` if the answer was "Not sure".
    """

    form: str = ""
    """Id of the form description whose headings matched; empty when the body holds no form."""
    paths: tuple[Mapping[str, frozenset[str]], ...] = (MappingProxyType({}),)
    facts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    not_sure: frozenset[str] = frozenset()
    ambiguous: tuple[str, ...] = ()
    """Labels of form fields that cannot be read for sure, in form order; each acts as unanswered."""
    notes: tuple[str, ...] = ()
    """Remarks for the team that a chosen option carries, and sentences on unreadable lines; never reporter's words."""
