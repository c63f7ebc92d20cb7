"""The two forges of the sandbox with everything the reconciler's tests need people to do there."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from tests.webhook.forges.worlds import PROJECT, GitHubWorld, GitLabWorld, World
from webhook import comment
from webhook.issue import ForgeKind


class Place(World):
    """A forge, its people, and the words for what it was asked."""

    words: ClassVar[Mapping[str, str]]
    """By regular expression on `METHOD path`: what the request asks for."""

    @property
    def forge_kind(self) -> ForgeKind:
        return ForgeKind(self.kind)

    def word(self, method: str, path: str) -> str:
        """The request as the tests name it."""
        request = f"{method} {path.partition('?')[0]}"
        return next((word for pattern, word in self.words.items() if re.fullmatch(pattern, request)), request)

    def ours(self, number: int) -> list[tuple[int, str]]:
        """(id, text) of the comments we wrote, oldest first."""
        return [(c["id"], c["body"]) for c in self.said(number) if self.author(c) == self.us]

    def said_by_us(self, number: int) -> str:
        """The text of our one comment."""
        ((_, body),) = self.ours(number)
        assert comment.is_ours(body)
        return body

    @abstractmethod
    def said(self, number: int) -> list[dict[str, Any]]: ...

    @abstractmethod
    def author(self, said: dict[str, Any]) -> int: ...

    @abstractmethod
    def edit(self, number: int, body: str) -> None:
        """The reporter corrects the report."""

    @abstractmethod
    def edit_comment(self, comment_id: int, person: str, body: str) -> None: ...

    @abstractmethod
    def delete_comment(self, comment_id: int, person: str) -> None: ...

    @abstractmethod
    def repeat(self, number: int) -> None:
        """Our comment stands there a second time, as if we had written it twice."""

    @abstractmethod
    def undefine(self, name: str) -> None:
        """The tracker has no such label, and no event tells of it."""

    @abstractmethod
    def unlabel(self, number: int, person: str, *names: str) -> None: ...

    @abstractmethod
    def machine(self) -> str:
        """The name of another machine that may set labels here."""

    @abstractmethod
    def reactions(self, number: int, comment_id: int) -> set[str]:
        """What a comment was answered with."""

    @abstractmethod
    def definitions(self) -> dict[str, tuple[str, str]]:
        """The tracker's labels: name -> colour without `#`, description."""

    @abstractmethod
    def expose(self, number: int) -> None:
        """From now on the public can read the issue."""

    @abstractmethod
    def withdraw(self, number: int) -> None:
        """From now on the public cannot read it any more."""

    @abstractmethod
    def open_to_insiders(self, number: int) -> None:
        """From now on everybody who is signed in can read the issue."""


class Hub(GitHubWorld, Place):
    """GitHub."""

    words: ClassVar[Mapping[str, str]] = {
        r"GET /repositories/\d+": "visibility",
        r"GET .*/issues/\d+": "issue",
        r"GET .*/issues/\d+/comments": "comments",
        r"GET .*/issues/\d+/events": "label events",
        r"GET .*/collaborators/[^/]+/permission": "role",
        r"GET /repositories/\d+/labels": "definitions",
        r"POST /repositories/\d+/labels": "define label",
        r"POST .*/issues/\d+/labels": "add labels",
        r"DELETE .*/issues/\d+/labels/[^/]+": "remove label",
        r"POST .*/issues/\d+/comments": "write comment",
        r"PATCH .*/issues/comments/\d+": "edit comment",
        r"DELETE .*/issues/comments/\d+": "delete comment",
        r"POST .*/issues/comments/\d+/reactions": "react",
    }

    def said(self, number: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.forge.read_issue(PROJECT, number)["comments"]
        return found

    def author(self, said: dict[str, Any]) -> int:
        return int(said["user"]["id"])

    def edit(self, number: int, body: str) -> None:
        self.forge.edit_issue(PROJECT, number, "rita", body=body)

    def edit_comment(self, comment_id: int, person: str, body: str) -> None:
        self.forge.edit_comment(comment_id, person, body)

    def delete_comment(self, comment_id: int, person: str) -> None:
        self.forge.delete_comment(comment_id, person)

    def repeat(self, number: int) -> None:
        self.forge.comment(PROJECT, number, "xsa-scope[bot]", self.said_by_us(number))

    def undefine(self, name: str) -> None:
        self.forge.world.the_repository(PROJECT).labels.pop(name, None)

    def unlabel(self, number: int, person: str, *names: str) -> None:
        self.forge.remove_labels(PROJECT, number, person, list(names))

    def machine(self) -> str:
        return self.forge.world.account("janitor[bot]", "Bot").login

    def reactions(self, number: int, comment_id: int) -> set[str]:
        (found,) = [c["reactions"] for c in self.said(number) if c["id"] == comment_id]
        return {name for name in ("+1", "confused") if found[name]}

    def definitions(self) -> dict[str, tuple[str, str]]:
        labels = self.forge.read_repository(PROJECT)["labels"]
        return {label["name"]: (label["color"], label["description"] or "") for label in labels}

    def expose(self, number: int) -> None:
        del number  # on GitHub it is the repository that is public
        self.publish()

    def withdraw(self, number: int) -> None:
        del number
        self.forge.set_visibility(PROJECT, "root", "private")

    def open_to_insiders(self, number: int) -> None:
        del number
        self.forge.set_visibility(PROJECT, "root", "internal")


class Lab(GitLabWorld, Place):
    """GitLab."""

    words: ClassVar[Mapping[str, str]] = {
        r"GET /api/v4/projects/\d+": "visibility",
        r"GET .*/issues/\d+": "issue",
        r"GET .*/issues/\d+/notes": "comments",
        r"GET .*/issues/\d+/resource_label_events": "label events",
        r"GET .*/members/all/\d+": "role",
        r"GET /api/v4/projects/\d+/labels": "definitions",
        r"POST /api/v4/projects/\d+/labels": "define label",
        r"PUT .*/issues/\d+": "change issue",
        r"POST .*/issues/\d+/notes": "write comment",
        r"PUT .*/issues/\d+/notes/\d+": "edit comment",
        r"DELETE .*/issues/\d+/notes/\d+": "delete comment",
        r"POST .*/notes/\d+/award_emoji": "react",
    }

    def said(self, number: int) -> list[dict[str, Any]]:
        return [note for note in self.forge.read_issue(PROJECT, number)["notes"] if not note["system"]]

    def author(self, said: dict[str, Any]) -> int:
        return int(said["author"]["id"])

    def edit(self, number: int, body: str) -> None:
        self.forge.edit_issue(PROJECT, number, "rita", description=body)

    def edit_comment(self, comment_id: int, person: str, body: str) -> None:
        self.forge.edit_comment(comment_id, person, body)

    def delete_comment(self, comment_id: int, person: str) -> None:
        self.forge.delete_comment(comment_id, person)

    def repeat(self, number: int) -> None:
        (us,) = [user.username for user in self.forge.world.users.values() if user.id == self.us]
        self.forge.comment(PROJECT, number, us, self.said_by_us(number))

    def undefine(self, name: str) -> None:
        if name in self.definitions():
            self.forge.delete_label(PROJECT, name)

    def unlabel(self, number: int, person: str, *names: str) -> None:
        self.forge.remove_labels(PROJECT, number, person, list(names))

    def machine(self) -> str:
        return str(self.forge.create_bot(PROJECT)["username"])

    def reactions(self, number: int, comment_id: int) -> set[str]:
        (found,) = [note["awards"] for note in self.said(number) if note["id"] == comment_id]
        return {{"thumbsup": "+1"}.get(name, name) for name in found}

    def definitions(self) -> dict[str, tuple[str, str]]:
        labels = self.forge.read_project(PROJECT)["labels"]
        return {label["name"]: (label["color"].lstrip("#"), label["description"] or "") for label in labels}

    def expose(self, number: int) -> None:
        self.publish()
        self.forge.set_confidential(PROJECT, number, "mia", confidential=False)

    def withdraw(self, number: int) -> None:
        self.forge.set_confidential(PROJECT, number, "mia", confidential=True)

    def open_to_insiders(self, number: int) -> None:
        self.forge.set_visibility(PROJECT, "internal")
        self.forge.set_confidential(PROJECT, number, "mia", confidential=False)


only_github = pytest.mark.parametrize("place", [Hub], ids=["github"], indirect=True)
"""GitHub's own way."""
only_gitlab = pytest.mark.parametrize("place", [Lab], ids=["gitlab"], indirect=True)
"""GitLab's own way."""
both_databases = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
"""What the store has a part in."""
