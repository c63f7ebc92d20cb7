"""What the sandbox's GitLab keeps: users, tokens, projects, issues, notes, labels and their events.

Plain records; times are seconds since 1970. Who may see or change them is `gitlab_rights`, what happens when
somebody does is `gitlab_acts`, and how they look in an answer or a delivery is `gitlab_shapes` and `gitlab_payloads`.
Hooks have a module of their own (`gitlab_hooks`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Literal, TypeAlias

ProjectVisibility: TypeAlias = Literal["private", "internal", "public"]
IssueType: TypeAlias = Literal["issue", "incident", "test_case", "requirement", "task", "ticket"]


class Access(IntEnum):
    """A member's role. Numbers as in GitLab's `Gitlab::Access`; Planner since 17.7."""

    NONE = 0
    GUEST = 10
    PLANNER = 15
    REPORTER = 20
    DEVELOPER = 30
    MAINTAINER = 40
    OWNER = 50


@dataclass(eq=False)
class User:
    """A person, or the bot user that comes with an access token: a new token is a new bot user."""

    id: int
    username: str
    name: str
    created_at: float
    bot: bool = False
    admin: bool = False
    external: bool = False


@dataclass(eq=False)
class Token:
    """An access token. Its secret is shown nowhere but to whoever created it."""

    id: int
    secret: str = field(repr=False)
    user: User
    scopes: tuple[str, ...]
    created_at: float
    expires_at: float | None = None
    revoked: bool = False

    def expired(self, now: float) -> bool:
        """Whether its day has come: it ends at midnight UTC at the start of the day it expires."""
        return self.expires_at is not None and now >= self.expires_at

    def active(self, now: float) -> bool:
        """Whether it still opens doors."""
        return not self.revoked and not self.expired(now)


@dataclass(eq=False)
class Label:
    """A project label. `archived` (18.x): it stays where it is, but cannot be attached any more."""

    id: int
    project_id: int
    title: str
    color: str
    created_at: float
    updated_at: float
    description: str | None = None
    archived: bool = False
    priority: int | None = None


@dataclass(frozen=True, eq=False)
class LabelEvent:
    """A resource label event: who attached or detached a label; `label` is None once it was deleted."""

    id: int
    user: User
    at: float
    label_id: int
    action: Literal["add", "remove"]


@dataclass(frozen=True, eq=False)
class Award:
    """An emoji reaction."""

    id: int
    name: str
    user: User
    at: float


@dataclass(eq=False)
class Note:
    """A comment, or a system note. `internal` is fixed at creation (GitLab refuses to change it later)."""

    id: int
    body: str = field(repr=False)
    author: User
    created_at: float
    updated_at: float
    system: bool = False
    internal: bool = False
    updated_by: User | None = None
    awards: dict[int, Award] = field(default_factory=dict)


@dataclass(eq=False)
class Issue:
    """An issue of any type; types other than `issue` speak of themselves as work items in deliveries."""

    id: int
    iid: int
    project_id: int
    author: User
    created_at: float
    updated_at: float
    title: str = field(repr=False)
    description: str | None = field(repr=False)
    confidential: bool = False
    type: IssueType = "issue"
    closed_at: float | None = None
    closed_by: User | None = None
    updated_by: User | None = None
    last_edited_at: float | None = None
    last_edited_by: User | None = None
    discussion_locked: bool | None = None
    moved_to_id: int | None = None
    assignees: list[User] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    notes: dict[int, Note] = field(default_factory=dict)
    awards: dict[int, Award] = field(default_factory=dict)
    label_events: list[LabelEvent] = field(default_factory=list)
    before: Issue | None = field(default=None, repr=False)
    """The issue as it was before its last change: what a stale read serves, and what `changes` is made from."""

    def snapshot(self) -> Issue:
        """A copy that later changes of the issue's own attributes do not reach."""
        return replace(self, assignees=list(self.assignees), labels=list(self.labels), before=None)

    @property
    def closed(self) -> bool:
        """Whether the issue is closed."""
        return self.closed_at is not None


@dataclass(eq=False)
class Project:
    """A project. `former_paths` answer with a redirect (renamed or transferred projects)."""

    id: int
    namespace: str
    path: str
    name: str
    visibility: ProjectVisibility
    creator: User
    created_at: float
    description: str | None = None
    archived: bool = False
    members: dict[int, Access] = field(default_factory=dict)
    labels: dict[int, Label] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    former_paths: set[str] = field(default_factory=set)
    last_iid: int = 0

    @property
    def path_with_namespace(self) -> str:
        """The full path, as in addresses and in settings."""
        return f"{self.namespace}/{self.path}"

    @property
    def top_namespace(self) -> str:
        """The first part of the path: hook quotas are counted for it."""
        return self.namespace.split("/", 1)[0]
