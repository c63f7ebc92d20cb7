"""What a tracker's own duties look at, common to all forges: the project itself, its hooks, what was delivered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from webhook.issue import Visibility

HookState: TypeAlias = Literal["executable", "temporarily_disabled", "disabled"]
"""GitLab's `alert_status`. Anything it calls otherwise counts as disabled."""


@dataclass(frozen=True, slots=True)
class Project:
    """A repository or project as the forge shows it now."""

    id: int
    """The forge's own number, which survives a rename."""
    name: str
    """The path it goes by now, which may be another one than configured."""
    visibility: Visibility
    archived: bool
    """Read-only: the forge refuses every write."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook of the project."""

    id: int
    url: str = field(repr=False)
    """May hold secrets: for comparing, never for showing."""
    issues: bool
    """Whether events about issues, confidential ones included, are sent to it."""
    state: HookState


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver one event of our App. Attempts at the same event share their `guid`."""

    id: int
    guid: str
    at: datetime
    arrived: bool
    """Whether it was answered 2xx; one without any answer was not."""
    event: str
    repository: int | None
    """The repository's number; None for what is no repository's."""
