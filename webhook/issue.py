"""Nouns common to all forges: an issue's address, the issue as it is now, who can read it, who said what.

Nothing here knows a forge, a policy or the database. Prose (bodies) never appears in a `repr`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum, StrEnum


class ForgeKind(StrEnum):
    """A kind of issue tracker."""

    GITHUB = "github"
    GITLAB = "gitlab"


@dataclass(frozen=True, slots=True, order=True)
class IssueRef:
    """An issue's address: all of it that is ever queued or logged."""

    forge: ForgeKind
    project: str
    """`owner/name` on GitHub, the full path (`group/sub/project`) on GitLab, as configured."""
    number: int
    """GitHub's issue number, GitLab's `iid`."""

    def __str__(self) -> str:
        return f"{self.forge}:{self.project}#{self.number}"


class Visibility(Enum):
    """Who can read a repository or project. Anything not certainly private is PUBLIC (fail closed)."""

    PRIVATE = "private"
    PUBLIC = "public"


class Role(IntEnum):
    """What a person may do on a tracker, reduced to what we ask. TRIAGE = GitHub triage, GitLab Planner/Reporter."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    MAINTAIN = 3


@dataclass(frozen=True, slots=True)
class Person:
    """An account on the forge. The id identifies; the login is for showing."""

    id: int
    login: str
    bot: bool = field(default=False, compare=False)
    """Whether the forge says it is a machine's account: its changes to labels are no person's decision."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue as the forge shows it now. The title is not even read."""

    ref: IssueRef
    author: Person
    body: str = field(repr=False)
    labels: frozenset[str]
    open: bool
    confidential: bool
    """GitLab's flag. Always False on GitHub, where only the repository can be private."""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment (GitHub) or note (GitLab) of an issue. System notes are not comments."""

    id: int
    author: Person
    body: str = field(repr=False)
    created_at: datetime
    updated_at: datetime
    internal: bool = False
    """GitLab: visible to the team only."""


@dataclass(frozen=True, slots=True)
class LabelEvent:
    """A label was added to or removed from an issue, by whom and when."""

    label: str
    added: bool
    actor: Person | None
    """None where the account is gone."""
    at: datetime
    id: int | None = None
    """The forge's own number of the event, which rises: GitHub's times cannot order what happens within a second."""


@dataclass(frozen=True, slots=True)
class LabelDefinition:
    """A label as the tracker defines it."""

    name: str
    colour: str
    """Six lower-case hexadecimal digits without `#`."""
    description: str
    archived: bool = False
