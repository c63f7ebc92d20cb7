"""What the sticky comment is made from: one frozen value, gathered by whoever reconciles, rendered by `render`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date, datetime

    import scope
    from webhook.answers import Answers
    from webhook.issue import ForgeKind


@dataclass(frozen=True, slots=True)
class PolicyStamp:
    """The policy under which an issue's verdict last changed; it may be older than the active one."""

    id: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that did nothing: who wrote it on which line, why (a key of `words.REFUSED`), and our nearest word."""

    problem: str
    login: str
    line: int
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class Paused:
    """A person's decision that is in force."""

    how: Literal["command", "added", "removed"]
    label: str
    login: str
    on: date


@dataclass(frozen=True, slots=True)
class Reversals:
    """Labels that somebody without a say keeps reversing, and until when they are left alone for it."""

    labels: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """All that the comment says. The verdict stands in the explanation."""

    policy: scope.Policy
    """The policy whose words are used: the active one."""
    explanation: scope.Explanation
    labels: tuple[str, ...]
    """Names of the labels the verdict asks for, in the catalogue's order."""
    answers: Answers
    forge: ForgeKind
    verdict_policy: PolicyStamp
    refused: tuple[Refused, ...] = ()
    paused: Paused | None = None
    confirmed: bool = field(default=False)
    """A person has confirmed this contested verdict by taking `scope:contested` off."""
    reversals: Reversals | None = None
    barred: tuple[str, ...] = ()
    """Labels that the verdict asks for and the tracker does not let us set."""
    help_wanted: bool = False
    """Somebody asked for the list of commands."""
