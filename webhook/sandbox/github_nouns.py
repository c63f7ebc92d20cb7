"""What GitHub is made of, as far as the sandbox goes: accounts, repositories, labels, issues, comments, Apps, tokens.

Values with identity and nothing else: who may do what, what follows from a change and what it looks like in JSON
stand elsewhere. Times are seconds since 1970.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Role(IntEnum):
    """A person's role on a repository, weakest first."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5

    @property
    def permission(self) -> str:
        """The legacy word of the permission endpoint: triage counts as `read`, maintain as `write`."""
        words = {Role.NONE: "none", Role.READ: "read", Role.TRIAGE: "read", Role.ADMIN: "admin"}
        return words.get(self, "write")


@dataclass(eq=False)
class Account:
    """A person, an organisation or the bot user of an App. `kind` is GitHub's `type`."""

    id: int
    login: str
    kind: str = "User"


@dataclass(eq=False)
class Standing:
    """What one person is on one repository. A custom role has a name of its own over a base role."""

    role: Role
    custom: str = ""

    @property
    def name(self) -> str:
        """The endpoint's `role_name`."""
        return self.custom or self.role.name.lower()


@dataclass(eq=False)
class Label:
    """A label's definition on a repository."""

    id: int
    name: str
    colour: str
    description: str | None = None
    default: bool = False


@dataclass(eq=False)
class Reaction:
    """One reaction of one account to a comment."""

    id: int
    account: Account
    content: str
    at: float


@dataclass(eq=False)
class Comment:
    """A comment on an issue."""

    id: int
    author: Account
    body: str = field(repr=False)
    created_at: float
    updated_at: float
    app: App | None = None
    reactions: list[Reaction] = field(default_factory=list)


@dataclass(eq=False)
class Happening:
    """A line of an issue's history: `labeled`, `closed`, `renamed`, … `details` holds what that kind adds."""

    id: int
    kind: str
    actor: Account
    at: float
    app: App | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Issue:
    """An issue. `revision` is what a stale read serves one version old."""

    id: int
    number: int
    author: Account
    title: str = field(repr=False)
    body: str | None = field(repr=False)
    created_at: float
    updated_at: float
    app: App | None = None
    labels: list[Label] = field(default_factory=list)
    state: str = "open"
    state_reason: str | None = None
    closed_at: float | None = None
    closed_by: Account | None = None
    locked: bool = False
    lock_reason: str | None = None
    comments: dict[int, Comment] = field(default_factory=dict, repr=False)
    history: list[Happening] = field(default_factory=list, repr=False)
    pull_request: bool = False
    deleted: bool = False
    moved_to: tuple[int, int] | None = None
    """Repository id and number after a transfer."""
    previous: Issue | None = field(default=None, repr=False)
    """What a read got before the last change."""

    def remember(self) -> None:
        """Keep the present version for stale reads; call before a change."""
        before = copy.copy(self)
        before.labels = list(self.labels)
        before.previous = None
        self.previous = before


@dataclass(eq=False)
class Hook:
    """A repository's webhook, or an App's."""

    id: int
    url: str
    secret: str = field(repr=False)
    events: set[str] = field(default_factory=set)
    active: bool = True
    content_type: str = "json"
    """`json`, or `form` for `payload=…`."""
    created_at: float = 0.0
    updated_at: float = 0.0
    target: tuple[str, int] = ("repository", 0)
    """What it hangs on, as the headers tell: `repository` or `integration`, and its id."""

    @property
    def line(self) -> str:
        """Its key in the post office."""
        return f"github:{self.id}"


@dataclass(eq=False)
class Repository:
    """A repository with its issues. `visibility` is `private`, `internal` or `public`."""

    id: int
    name: str
    owner: Account
    visibility: str
    created_at: float
    updated_at: float
    pushed_at: float
    default_branch: str = "main"
    archived: bool = False
    has_issues: bool = True
    people: dict[int, Standing] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    """By case-folded name: names are unique without regard to case."""
    issues: dict[int, Issue] = field(default_factory=dict, repr=False)
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    hooks: dict[int, Hook] = field(default_factory=dict)
    next_number: int = 1

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner.login}/{self.name}"

    @property
    def private(self) -> bool:
        """GitHub's `private`: true for `internal` repositories too."""
        return self.visibility != "public"


@dataclass(eq=False)
class App:
    """A GitHub App. `hook.events` is what it subscribes to."""

    id: int
    slug: str
    owner: Account
    bot: Account
    public_key: Any = field(repr=False)
    permissions: dict[str, str]
    hook: Hook
    client_id: str
    created_at: float


@dataclass(eq=False)
class Installation:
    """An App on an account's repositories."""

    id: int
    app: App
    account: Account
    repositories: set[int]
    permissions: dict[str, str]
    created_at: float
    suspended_at: float | None = None


@dataclass(eq=False)
class Token:
    """A person's token, or an installation's, which is limited in time, repositories and permissions."""

    value: str = field(repr=False)
    account: Account
    created_at: float
    installation: Installation | None = None
    repositories: frozenset[int] | None = None
    """None: whatever the account may see."""
    permissions: dict[str, str] | None = None
    """None: whatever the account's role allows (a classic token)."""
    expires_at: float | None = None
