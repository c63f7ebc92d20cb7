"""A private repository on the sandbox's GitHub as a team would set it up, and what its webhooks bring."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from github import Auth, Github

from webhook.sandbox import Sandbox

Described: TypeAlias = Callable[[str, str, int, Any], list[str]]
"""Method, path template, status and body of an answer -> where it differs from GitHub's REST description."""


@dataclass
class Letter:
    """One delivery as the receiver saw it; header names in lower case."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> str:
        return self.headers["x-github-event"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Box:
    """A webhook receiver: keeps what it gets and answers `status` after `seconds`."""

    url: str = ""
    status: int = 202
    seconds: float = 0.0
    letters: list[Letter] = field(default_factory=list)

    def of(self, event: str, action: str | None = None) -> list[Letter]:
        return [one for one in self.letters if one.event == event and action in {None, one.json.get("action")}]


@dataclass
class Stage:
    """A private repository with people and an installed App, as a team would set it up."""

    sandbox: Sandbox
    repository: int
    app: dict[str, Any]
    installation: int
    private_key: str
    secret: str = "s3cret"
    name: str = "example/reports"
    held: dict[str, str] = field(default_factory=dict)
    """Tokens a test keeps for several requests."""

    @property
    def github(self) -> Any:
        return self.sandbox.github

    @property
    def app_auth(self) -> Auth.AppAuth:
        return Auth.AppAuth(self.app["id"], self.private_key)

    def client(self, auth: Auth.Auth | None = None) -> Github:
        """PyGithub as the App's installation, or with other credentials; without its own retries and pauses."""
        return Github(
            auth=auth or self.app_auth.get_installation_auth(self.installation),
            base_url=self.sandbox.url,
            lazy=True,
            retry=None,
            per_page=100,
            seconds_between_requests=0,
            seconds_between_writes=0,
        )

    def person(self, login: str) -> Github:
        """PyGithub with a person's classic token."""
        return self.client(Auth.Token(self.github.create_token(login)))

    def scoped(self, permissions: dict[str, str] | None = None, repositories: list[int] | None = None) -> str:
        """An installation token with the permissions and repositories asked for."""
        body = {"permissions": permissions or {}, "repository_ids": repositories or [self.repository]}
        _, answer = self.client(self.app_auth).requester.requestJsonAndCheck(
            "POST", f"/app/installations/{self.installation}/access_tokens", input=body
        )
        return str(answer["token"])

    def issue(self, number: int, client: Github | None = None) -> Any:
        return (client or self.client()).get_repo(self.repository).get_issue(number)

    def settled(self) -> None:
        assert self.sandbox.core.deliveries.wait_idle(10)
