"""Both forges of the sandbox with one tracker each, and what people do there; in words that are the same for both.

GitHub's repository is private. GitLab's project is public, and its reports are confidential issues.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import scope
from webhook import comment
from webhook.cli.demo.reports import DemoReport
from webhook.issue import ForgeKind
from webhook.sandbox import Sandbox

GITHUB, GITLAB = ForgeKind.GITHUB, ForgeKind.GITLAB
PROJECTS: Final[Mapping[ForgeKind, str]] = {GITHUB: "xen-sec/private-reports", GITLAB: "xen-sec/reports"}
Ticks = Mapping[str, str | Sequence[str]]
REPORTER, TEAM = "rowena", "tamsin"
APP = "xsa-scope"


class Town:
    """A tracker on each forge, with a reporter, a member of the team, and us."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.policy = scope.load_policy("builtin:xen-rfc-v2")
        github, gitlab = sandbox.github, sandbox.gitlab
        github.create_repository(PROJECTS[GITHUB], roles={TEAM: "triage", REPORTER: "read", "root": "admin"})
        self.app = github.create_app(APP, "xen-sec")
        github.install_app(APP, [PROJECTS[GITHUB]])
        gitlab.create_project(PROJECTS[GITLAB], "public", roles={TEAM: "planner", REPORTER: "guest"})
        bot = gitlab.create_bot(PROJECTS[GITLAB])
        self.gitlab_token: str = bot["token"]
        self._names = {GITHUB: f"{APP}[bot]", GITLAB: str(bot["username"])}
        self._us = {GITHUB: self.app["bot_id"], GITLAB: bot["user_id"]}

    def connect(self, address: str, github_secret: str, gitlab_signing: str) -> None:
        """Webhooks to the service."""
        self.sandbox.github.change_app(APP, hook_url=f"{address}/webhooks/github", secret=github_secret)
        self.sandbox.gitlab.create_hook(PROJECTS[GITLAB], f"{address}/webhooks/gitlab", signing_token=gitlab_signing)

    def body(self, forge: ForgeKind, ticks: Ticks, typed: Mapping[str, str] | None = None) -> str:
        """A filled form: by fact what is ticked, by field id what is typed."""
        return DemoReport("", forge, ticks, typed or {}).body(self.policy)

    def file(self, forge: ForgeKind, title: str, body: str, *, public: bool = False) -> int:
        """The reporter files an issue."""
        with self.sandbox.core.lock:
            if forge is GITHUB:
                return self.sandbox.github.file_issue(PROJECTS[GITHUB], REPORTER, title, body)
            return self.sandbox.gitlab.file_issue(PROJECTS[GITLAB], REPORTER, title, body, confidential=not public)

    def edit(self, forge: ForgeKind, number: int, body: str, title: str | None = None) -> None:
        """The reporter corrects the report."""
        with self.sandbox.core.lock:
            if forge is GITHUB:
                self.sandbox.github.edit_issue(PROJECTS[GITHUB], number, REPORTER, title=title, body=body)
            else:
                self.sandbox.gitlab.edit_issue(PROJECTS[GITLAB], number, REPORTER, title=title, description=body)

    def say(self, forge: ForgeKind, number: int, person: str, words: str) -> None:
        """Somebody comments."""
        with self.sandbox.core.lock:
            self._half(forge).comment(PROJECTS[forge], number, person, words)

    def label(self, forge: ForgeKind, number: int, person: str, name: str) -> None:
        """Somebody puts a label on."""
        with self.sandbox.core.lock:
            self._half(forge).add_labels(PROJECTS[forge], number, person, [name])

    def expose(self, forge: ForgeKind, number: int) -> None:
        """The issue becomes public."""
        with self.sandbox.core.lock:
            if forge is GITHUB:
                self.sandbox.github.set_visibility(PROJECTS[GITHUB], "root", "public")
            else:
                self.sandbox.gitlab.set_confidential(PROJECTS[GITLAB], number, TEAM, confidential=False)

    def labels(self, forge: ForgeKind, number: int) -> set[str]:
        """What the issue carries."""
        return set(self._read(forge, number)["labels"])

    def ours(self, forge: ForgeKind, number: int) -> list[str]:
        """What we said there."""
        seen = self._read(forge, number)
        said = seen["comments"] if forge is GITHUB else seen["notes"]
        own = [c for c in said if (c["user"] if forge is GITHUB else c["author"])["id"] == self._us[forge]]
        return [c["body"] for c in own if comment.is_ours(c["body"])]

    def repeat(self, forge: ForgeKind, number: int) -> None:
        """Our comment stands there a second time."""
        (said,) = self.ours(forge, number)
        with self.sandbox.core.lock:
            self._half(forge).comment(PROJECTS[forge], number, self._names[forge], said)

    def writes(self) -> list[str]:
        """Everything that was written on the forges by anybody's token."""
        entries = self.sandbox.core.journal.entries(writes=True)
        return [f"{e.method} {e.path}" for e in entries if not e.path.endswith("/access_tokens")]

    def _half(self, forge: ForgeKind) -> Any:
        return self.sandbox.github if forge is GITHUB else self.sandbox.gitlab

    def _read(self, forge: ForgeKind, number: int) -> dict[str, Any]:
        with self.sandbox.core.lock:
            seen: dict[str, Any] = self._half(forge).read_issue(PROJECTS[forge], number)
            return seen
