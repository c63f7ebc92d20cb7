"""The sandbox's two forges as one suite speaks of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from tests.webhook.forges.scripted import Clock
from webhook.forges import ForgeFactory, GitHubAppAccess, GitLabAccess, forge_factory
from webhook.issue import Person
from webhook.sandbox import Sandbox

PROJECT = "octo/reports"


class World(ABC):
    """A private tracker with rita (may read), tom (may triage), mia (may maintain), and us."""

    kind: str
    factory: ForgeFactory
    us: int

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.clock = Clock()
        self.run = ""

    def asked(self, *, writes: bool = False) -> list[tuple[str, str]]:
        """What the forge was asked, without what is asked once (tokens, who we are, where things lie)."""
        entries = self.sandbox.core.journal.entries(forge=self.kind, writes=writes)
        return [(entry.method, entry.path) for entry in entries]

    def misbehave(self, kind: str, **rule: Any) -> None:
        self.sandbox.core.faults.add(kind, **rule)

    @abstractmethod
    def file(self, body: str = "text", labels: Sequence[str] = ()) -> int: ...

    @abstractmethod
    def comment(self, number: int, person: str, body: str) -> int: ...

    @abstractmethod
    def label(self, number: int, person: str, *names: str) -> None: ...

    @abstractmethod
    def labels(self, number: int) -> set[str]: ...

    @abstractmethod
    def comments(self, number: int) -> list[str]: ...

    @abstractmethod
    def person(self, name: str) -> Person: ...

    @abstractmethod
    def publish(self) -> None: ...

    @abstractmethod
    def delete(self, number: int) -> None: ...

    @abstractmethod
    def move(self, number: int) -> None: ...


class GitHubWorld(World):
    """GitHub, where we are an App."""

    kind = "github"

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.forge = sandbox.github
        roles = {"rita": "read", "tom": "triage", "mia": "maintain", "wim": "write", "root": "admin"}
        self.forge.create_repository(PROJECT, roles=roles)
        self.forge.create_repository("octo/archive", roles=roles)
        self.app = self.forge.create_app("xsa-scope", "octo")
        self.installation = self.forge.install_app("xsa-scope", [PROJECT, "octo/archive"])
        self.us = self.app["bot_id"]
        self.access = GitHubAppAccess(
            api_url=sandbox.url,
            project=PROJECT,
            app_id=self.app["id"],
            private_key=self.app["private_key"],
            timeouts=(1.5, 1.5),
            run_id=lambda: self.run,
        )
        self.factory = forge_factory(self.access)

    def file(self, body: str = "text", labels: Sequence[str] = ()) -> int:
        return self.forge.file_issue(PROJECT, "rita", "title", body, labels=list(labels))

    def comment(self, number: int, person: str, body: str) -> int:
        return self.forge.comment(PROJECT, number, person, body)

    def label(self, number: int, person: str, *names: str) -> None:
        self.forge.add_labels(PROJECT, number, person, list(names))

    def labels(self, number: int) -> set[str]:
        return set(self.forge.read_issue(PROJECT, number)["labels"])

    def comments(self, number: int) -> list[str]:
        return [comment["body"] for comment in self.forge.read_issue(PROJECT, number)["comments"]]

    def person(self, name: str) -> Person:
        return Person(self.forge.world.account(name).id, name)

    def publish(self) -> None:
        self.forge.set_visibility(PROJECT, "root", "public")

    def delete(self, number: int) -> None:
        self.forge.delete_issue(PROJECT, number, "root")

    def move(self, number: int) -> None:
        self.forge.transfer_issue(PROJECT, number, "root", "octo/archive")


class GitLabWorld(World):
    """GitLab, where we are a project's bot."""

    kind = "gitlab"

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.forge = sandbox.gitlab
        self.forge.create_project(PROJECT)
        self.forge.create_project("octo/archive")
        roles = {"rita": "guest", "tom": "planner", "mia": "maintainer", "wim": "developer", "root": "owner"}
        self.people = {name: self.forge.set_role(PROJECT, name, role) for name, role in roles.items()}
        self.forge.set_role("octo/archive", "root", "owner")
        bot = self.forge.create_bot(PROJECT, role="planner")
        self.us = bot["user_id"]
        self.access = GitLabAccess(
            api_url=sandbox.url,
            project=PROJECT,
            token=bot["token"],
            timeouts=(1.5, 1.5),
            run_id=lambda: self.run,
        )
        self.factory = forge_factory(self.access)

    def file(self, body: str = "text", labels: Sequence[str] = ()) -> int:
        number = self.forge.file_issue(PROJECT, "rita", "title", body, confidential=True)
        if labels:
            self.label(number, "tom", *labels)
        return number

    def comment(self, number: int, person: str, body: str) -> int:
        note = self.forge.comment(PROJECT, number, person, body)
        assert note is not None
        return note

    def label(self, number: int, person: str, *names: str) -> None:
        self.forge.add_labels(PROJECT, number, person, list(names))

    def labels(self, number: int) -> set[str]:
        return set(self.forge.read_issue(PROJECT, number)["labels"])

    def comments(self, number: int) -> list[str]:
        notes = self.forge.read_issue(PROJECT, number)["notes"]
        return [note["body"] for note in notes if not note["system"]]

    def person(self, name: str) -> Person:
        return Person(self.people.get(name, 999_999), name)

    def publish(self) -> None:
        self.forge.set_visibility(PROJECT, "public")

    def delete(self, number: int) -> None:
        self.forge.delete_issue(PROJECT, number)

    def move(self, number: int) -> None:
        self.forge.move_issue(PROJECT, number, "root", "octo/archive")
