"""From an issue's or a project's web address to forge, API and name. Knows only the servers it is told of.

A token goes to the server that the address names, so an address elsewhere is refused, not followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from webhook.issue import ForgeKind
from webhook.settings import Tracker

Servers: TypeAlias = Mapping[str, tuple[ForgeKind, str]]
"""By web address without a slash at its end: the kind of forge, and its API as `tracker.api_url` names it."""
GITHUB_PATH = re.compile(r"/(?P<project>[\w.-]+/[\w.-]+?)(?:/issues(?:/(?P<number>[0-9]{1,9}))?)?/?", re.ASCII)
GITLAB_PATH = re.compile(
    r"/(?P<project>[\w.-]+(?:/[\w.-]+)+?)(?:/-/(?:issues|work_items)(?:/(?P<number>[0-9]{1,9}))?)?/?", re.ASCII
)


class AddressError(ValueError):
    """The address names no issue or project of a server we may talk to."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an issue, or a whole project, lies."""

    forge: ForgeKind
    api: str
    """Where its API is, as `tracker.api_url` names it."""
    project: str
    number: int | None
    """None: the project."""


def read_address(text: str, known: Servers) -> Address:
    """The address in `text`, on one of the `known` servers.

    Raises:
        AddressError: another server, or no such path.

    """
    parts = urlsplit(text.strip())
    server = f"{parts.scheme}://{parts.netloc}".casefold()
    if server not in known:
        raise AddressError(f"this server is none of {', '.join(sorted(known))}: a token would travel there")
    forge, api = known[server]
    found = (GITHUB_PATH if forge is ForgeKind.GITHUB else GITLAB_PATH).fullmatch(parts.path)
    if found is None:
        shape = "OWNER/NAME/issues/7" if forge is ForgeKind.GITHUB else "GROUP/PROJECT/-/issues/7"
        raise AddressError(f"expected an address such as {server}/{shape}, or that of the project")
    return Address(forge, api, found["project"], int(found["number"]) if found["number"] else None)


def servers(environ: Mapping[str, str], trackers: Iterable[Tracker] = ()) -> Servers:
    """The servers that may be sent a token: the two public ones, those of configured trackers, and a CI job's own.

    GitHub Actions names its server and API by `GITHUB_SERVER_URL` and `GITHUB_API_URL`, GitLab CI by `CI_SERVER_URL`.
    """
    known: dict[str, tuple[ForgeKind, str]] = {
        "https://github.com": (ForgeKind.GITHUB, "https://api.github.com"),
        "https://gitlab.com": (ForgeKind.GITLAB, "https://gitlab.com"),
    }
    for tracker in trackers:
        if tracker.api not in {"https://api.github.com", "https://gitlab.com"}:
            known[tracker.api.casefold().removesuffix("/api/v3")] = (ForgeKind(tracker.forge), tracker.api)
    if server := _server(environ.get("GITHUB_SERVER_URL")):
        usual = "https://api.github.com" if server == "https://github.com" else f"{server}/api/v3"
        known[server] = (ForgeKind.GITHUB, environ.get("GITHUB_API_URL") or usual)
    if server := _server(environ.get("CI_SERVER_URL")):
        known[server] = (ForgeKind.GITLAB, server)
    return known


def _server(named: str | None) -> str:
    return (named or "").rstrip("/").casefold()
