"""What it takes to open a tracker, as plain values: address, project, credentials, time limits.

Imports no client library, so that a process loads only what it needs. Secrets never show in a `repr`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:  # it rests on a client library
    from webhook.forges.failures import Call


INSTALLATION_TOKEN = "ghs_"  # noqa: S105  # how they begin, not one of them
"""How tokens made for an App begin, that of a GitHub Actions job among them."""


def _no_run() -> str | None:
    return None


def _untold(_call: Call) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class _Access:
    api_url: str
    project: str
    """As configured: `owner/name` on GitHub, the full path on GitLab."""
    identities: frozenset[int] = frozenset()
    """Further account ids that are us (bot users of former tokens)."""
    timeouts: tuple[float, float] = (3.05, 20.0)
    """Seconds for connecting, and for each wait for the answer."""
    clock: Callable[[], float] = time.time
    """Seconds since 1970."""
    run_id: Callable[[], str | None] = _no_run
    """What requests carry as `X-Xsa-Scope-Run`, asked for each; nothing where None or empty."""
    sent: Callable[[Call], None] = _untold
    """Told of each request just before it goes out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubAppAccess(_Access):
    """A GitHub repository where our App is installed."""

    app_id: int | str
    """App id or client id."""
    private_key: str = field(repr=False)
    """The App's PEM."""
    contents: bool = False
    """Ask for `contents: read` too (a policy file in the repository)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubTokenAccess(_Access):
    """A GitHub repository by an access token, of a person or made for an App by somebody else."""

    token: str = field(repr=False)

    @property
    def whose_is_unknown(self) -> bool:
        """Whether GitHub does not tell such a token whose it is (`GET /user` is for people's tokens)."""
        return self.token.startswith(INSTALLATION_TOKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabAccess(_Access):
    """A GitLab project by an access token."""

    token: str = field(repr=False)
    item_types: frozenset[str] = frozenset()
    """Types of work item that a walk over all issues shows, in lower case; empty: all."""
    sent_as: Literal["bearer", "private"] = "bearer"
    """How the token is sent: `Authorization: Bearer` or `PRIVATE-TOKEN`."""


Access: TypeAlias = GitHubAppAccess | GitHubTokenAccess | GitLabAccess
