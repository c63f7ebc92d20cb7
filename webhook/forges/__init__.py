"""The forges: the port, its refusals, and the adapters behind it.

`forge_factory(access)` gives a function that opens an adapter. Call it once per thread: an adapter is never shared.
What may be shared (the App's parsed key, the installation token, numbers that never change, roles) is, by all
adapters of one factory. Only the client library that is needed gets imported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, assert_never

from webhook.forges.access import Access, GitHubAppAccess, GitHubTokenAccess, GitLabAccess
from webhook.forges.port import Forge

__all__ = [
    "Access",
    "ForgeFactory",
    "GitHubAppAccess",
    "GitHubTokenAccess",
    "GitLabAccess",
    "forge_factory",
    "open_forge",
]

ForgeFactory: TypeAlias = Callable[[], Forge]


def forge_factory(access: Access) -> ForgeFactory:
    """A function that opens adapters for one tracker, safe to call from any thread; makes no request itself.

    Raises `CredentialsError` if the App's private key cannot be read, ValueError on an address that is none.
    """
    match access:
        case GitHubAppAccess() | GitHubTokenAccess():
            return _github(access)
        case GitLabAccess():
            return _gitlab(access)
        case _:
            assert_never(access)


def open_forge(access: Access) -> Forge:
    """One adapter for one thread, sharing nothing: for commands that do one thing and end."""
    return forge_factory(access)()


def _github(access: GitHubAppAccess | GitHubTokenAccess) -> ForgeFactory:
    from webhook.forges.github import GitHub, Shared  # noqa: PLC0415  # 17 MB that GitLab does not need

    shared = Shared(access)
    return lambda: GitHub(access, shared)


def _gitlab(access: GitLabAccess) -> ForgeFactory:
    from webhook.forges.gitlab import GitLab, Shared  # noqa: PLC0415  # as above

    shared = Shared(access)
    return lambda: GitLab(access, shared)
