"""The state of the sandbox's GitLab and how things are found in it.

Makes users, tokens and projects, and looks things up by the keys a GitLab accepts. Knows nothing of permissions
(`gitlab_rights`), requests or deliveries.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from webhook.sandbox.core import Core
from webhook.sandbox.gitlab_nouns import Access, Label, Project, ProjectVisibility, Token, User

VERSION = "19.6.0-ee"
REVISION = "5a9d0b0e1c2"
LONGEST_ID = 19
"""Digits of a 64-bit number, and one more than any id needs."""


class World:
    """All records, in plain dictionaries. Used under the core's lock only."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.users: dict[int, User] = {}
        self.tokens: dict[str, Token] = {}
        self.projects: dict[int, Project] = {}

    def now(self) -> float:
        """The sandbox's time, cut to milliseconds as GitLab's database keeps and prints it."""
        return int(self.core.clock.now() * 1000) / 1000

    def add_user(self, username: str, name: str = "", *, bot: bool = False, admin: bool = False) -> User:
        """A new user. Raises `ValueError` if the name is taken."""
        if any(user.username == username for user in self.users.values()):
            raise ValueError(f"the username {username} is taken")
        user = User(self.core.next_id(), username, name or username.title(), self.now(), bot, admin)
        self.users[user.id] = user
        return user

    def add_token(
        self, user: User, scopes: Sequence[str] = ("api",), secret: str = "", expires_at: float | None = None
    ) -> Token:
        """A new access token of a user; without a `secret` one is drawn."""
        secret = secret or f"glpat-{secrets.token_urlsafe(15)}"
        token = Token(self.core.next_id(), secret, user, tuple(scopes), self.now(), expires_at)
        self.tokens[secret] = token
        return token

    def add_project(self, path: str, creator: User, visibility: ProjectVisibility = "private") -> Project:
        """A new, empty project, its creator the owner. `path` is `group/project` or deeper."""
        namespace, _, name = path.rpartition("/")
        if not namespace or self.project(path) is not None:
            raise ValueError(f"{path} is taken, or is no path of a project")
        project = Project(self.core.next_id(), namespace, name, name, visibility, creator, self.now())
        project.members[creator.id] = Access.OWNER
        self.projects[project.id] = project
        return project

    def user(self, key: str | int) -> User | None:
        """A user by id or username."""
        if (number := id_in(key)) is not None:
            return self.users.get(number)
        return next((user for user in self.users.values() if user.username == key), None)

    def project(self, key: str | int) -> Project | None:
        """A project by id or by its present full path, letters' case aside."""
        if (number := id_in(key)) is not None:
            return self.projects.get(number)
        wanted = str(key).casefold()
        return next((p for p in self.projects.values() if p.path_with_namespace.casefold() == wanted), None)

    def moved_project(self, path: str) -> Project | None:
        """The project that once had this path."""
        wanted = path.casefold()
        return next((p for p in self.projects.values() if wanted in p.former_paths), None)


def id_in(key: str | int) -> int | None:
    """The number of an id as it stands in a path; None for a name, a path or what no database id can be.

    >>> id_in("12"), id_in(12), id_in("xen-sec/reports"), id_in("\N{SUPERSCRIPT TWO}"), id_in("9" * 40)
    (12, 12, None, None, None)
    """
    text = str(key)
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_ID else None


def find_label(project: Project, key: str | int) -> Label | None:
    """A label by id or, failing that, by its title: the order GitLab's `find_label` keeps."""
    if (label := project.labels.get(id_in(key) or 0)) is not None:
        return label
    return next((label for label in project.labels.values() if label.title == str(key)), None)
