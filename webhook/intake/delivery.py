"""The nouns of the front door: what a delivery says once it is recognised, and how one is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

Headers: TypeAlias = Mapping[str, str]
"""A request's headers with lower-case names and values as WSGI gives them (bytes read as Latin-1)."""

_TRACE = re.compile(r"[\w.:-]{1,80}", re.ASCII)


class RefusedError(Exception):
    """The delivery is not taken. `reason` is one of the enumerated words the metrics know."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason


class Duty(StrEnum):
    """Work that is a whole tracker's and no single issue's, most urgent first."""

    STOP = "stop"
    """The project may have become public or another's: write nothing until that is looked at."""
    POLICY = "policy"
    """The default branch changed: the policy file may have."""
    VISIBILITY = "visibility"
    """Name, visibility or our rights may have changed."""
    LABELS = "labels"
    """A label's definition changed or is gone."""
    SWEEP = "sweep"
    """Events may have been missed."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """One authentic delivery: its kind, the projects it names, and what it asks to be looked at."""

    kind: str
    """An enumerated word such as `issues.opened`; `other` for what we do not know."""
    event: str = "other"
    """The kind's family, as the metrics count it."""
    projects: tuple[str, ...] = ()
    """Paths of the projects it names: none, one, or several (a renamed project has two)."""
    issue: int | None = None
    """Number of the issue to look at."""
    settles: bool = False
    """The issue is being edited: let it come to rest first."""
    changed_at: datetime | None = None
    """When the issue last changed, as the delivery has it: a read that shows an older issue is a stale one."""
    duties: tuple[Duty, ...] = ()
    actor: int | None = None
    """Account id of who did it."""
    echo: bool = False
    """A change of a kind the service makes itself: of no interest if the actor is one of its own accounts."""
    item_type: str | None = None
    """GitLab's type of work item, where the delivery tells it."""
    fault: str | None = None
    """GitLab only: why the delivery could not be read (`malformed`, `media-type`)."""


def trace(value: str | None) -> str:
    """A delivery's id for logs and rows: as sent if it looks like an id, else `none`."""
    return value if value and _TRACE.fullmatch(value) else "none"


def raw(value: str) -> bytes:
    """A header's bytes as they came over the wire."""
    return value.encode("latin-1", "backslashreplace")
