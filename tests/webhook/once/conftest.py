"""A private tracker on each forge, and our commands called as a CI job calls them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from click.testing import CliRunner, Result

import scope
from tests.webhook.forges.worlds import PROJECT
from tests.webhook.reconcile.places import Hub, Lab, Place
from webhook.cli import main
from webhook.cli.demo.reports import CRASH, DemoReport
from webhook.sandbox import Sandbox

HYPERVISOR = {**CRASH, "target": "hypervisor"}
ITSELF = {**CRASH, "target": "self"}


@pytest.fixture(scope="session")
def policy() -> scope.Policy:
    return scope.load_policy("builtin:xen-rfc-v2")


@pytest.fixture(params=[Hub, Lab], ids=["github", "gitlab"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with Sandbox(lifetime=60) as sandbox:
        yield request.param(sandbox)


class Job:
    """Runs `reconcile` and `sweep` with the variables that a CI job of the forge has."""

    def __init__(self, place: Place, policy: scope.Policy) -> None:
        self.place, self._policy = place, policy
        self.variables = {"XSA_SCOPE_CONFIG": ""}
        if isinstance(place, Hub):
            token = place.forge.create_token("wim")
            self.bot = place.forge.world.account("wim").id
            self.variables |= {"GITHUB_SERVER_URL": place.sandbox.url, "GITHUB_API_URL": place.sandbox.url}
            self.variables |= {"GITHUB_TOKEN": token}
        elif isinstance(place, Lab):
            self.bot = place.us
            self.variables |= {"CI_SERVER_URL": place.sandbox.url, "GITLAB_TOKEN": place.access.token}

    def file(self, ticks: dict[str, Any]) -> int:
        return self.place.file(DemoReport("", self.place.forge_kind, ticks, {}).body(self._policy))

    def correct(self, number: int, ticks: dict[str, Any]) -> None:
        self.place.edit(number, DemoReport("", self.place.forge_kind, ticks, {}).body(self._policy))

    def address(self, number: int | None = None) -> str:
        between = "" if isinstance(self.place, Hub) else "/-"
        path = f"{self.place.sandbox.url}/{PROJECT}"
        return path if number is None else f"{path}{between}/issues/{number}"

    def run(self, *words: str, expect: int = 0) -> Result:
        result = CliRunner().invoke(main, words, env=self.variables, catch_exceptions=False)
        assert result.exit_code == expect, result.output
        return result

    def told(self, *words: str, expect: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run(*words, "--json", expect=expect).stdout)
        return found

    def ours(self, number: int) -> list[dict[str, Any]]:
        return [c for c in self.place.said(number) if self.place.author(c) == self.bot]

    def app_token(self) -> str:
        """A token of our App that somebody else made, as a step before ours in the same CI job does."""
        assert isinstance(self.place, Hub)
        now = int(time.time())
        claims = {"iss": str(self.place.app["id"]), "iat": now - 30, "exp": now + 300}
        signed = jwt.encode(claims, self.place.app["private_key"], "RS256")
        address = f"{self.place.sandbox.url}/app/installations/{self.place.installation}/access_tokens"
        answer = requests.post(address, headers={"Authorization": f"Bearer {signed}"}, json={}, timeout=10)
        return str(answer.json()["token"])

    def writes(self) -> int:
        return len(self.place.asked(writes=True))


@pytest.fixture
def job(place: Place, policy: scope.Policy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Job:
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_TOKEN", "GITLAB_TOKEN", "GITHUB_SERVER_URL", "CI_SERVER_URL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return Job(place, policy)
