"""What can be done to issues and comments, whoever does it, and what follows: history lines, times, webhooks.

Whether somebody may do it was asked before; whether a value is acceptable too. A label put on an issue that the
repository does not define yet is defined, in grey.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from webhook.sandbox.github_news import News
from webhook.sandbox.github_nouns import (
    Account,
    App,
    Comment,
    Happening,
    Issue,
    Label,
    Reaction,
    Repository,
)
from webhook.sandbox.github_world import World

GREY = "ededed"
"""Colour of a label that came into being by being put on an issue."""


@dataclass(frozen=True, slots=True)
class By:
    """Who does something: an account, and the App it goes through."""

    account: Account
    app: App | None = None


class Deeds:
    """Changes issues, comments and their labels."""

    def __init__(self, world: World, news: News) -> None:
        self._world = world
        self._news = news

    @property
    def _now(self) -> float:
        return self._world.core.clock.now()

    def open(self, repository: Repository, by: By, title: str, body: str | None, labels: Iterable[str] = ()) -> Issue:
        """File an issue. `opened` is told, and one `labeled` per label at once (so does a form with `labels:`)."""
        now = self._now
        number = repository.next_number
        repository.next_number += 1
        issue = Issue(self._world.core.next_id(), number, by.account, title, body, now, now, by.app)
        repository.issues[number] = issue
        issue.labels = [self.defined(repository, by, name) for name in dict.fromkeys(labels)]
        self._tell(repository, issue, by, "opened")
        for label in issue.labels:
            self._labelled(repository, issue, by, label, added=True)
        return issue

    def edit(
        self, repository: Repository, issue: Issue, by: By, *, title: str | None = None, **body: str | None
    ) -> None:
        """Change title, body (`body=…`, which may be None) or both; the former texts are told as `changes`."""
        changes: dict[str, Any] = {}
        if title is not None and title != issue.title:
            changes["title"] = {"from": issue.title}
        if "body" in body and body["body"] != issue.body:
            changes["body"] = {"from": issue.body or ""}
        if not changes:
            return
        self._touch(issue)
        if "title" in changes:
            self._happened(issue, by, "renamed", rename={"from": issue.title, "to": title})
            issue.title = title or ""
        if "body" in changes:
            issue.body = body["body"]
        self._tell(repository, issue, by, "edited", changes=changes)

    def set_state(self, repository: Repository, issue: Issue, by: By, state: str, reason: str | None = None) -> None:
        """Close or reopen."""
        if state == issue.state:
            return
        self._touch(issue)
        closing = state == "closed"
        issue.state = state
        issue.state_reason = (reason or "completed") if closing else "reopened"
        issue.closed_at = issue.updated_at if closing else None
        issue.closed_by = by.account if closing else None
        details = {"state_reason": issue.state_reason if closing else None}
        self._happened(issue, by, "closed" if closing else "reopened", **details)
        self._tell(repository, issue, by, "closed" if closing else "reopened")

    def add_labels(self, repository: Repository, issue: Issue, by: By, names: Iterable[str]) -> None:
        """Put labels on; those already there change nothing."""
        for name in names:
            label = self.defined(repository, by, name)
            if label not in issue.labels:
                self._touch(issue)
                issue.labels.append(label)
                self._labelled(repository, issue, by, label, added=True)

    def remove_labels(self, repository: Repository, issue: Issue, by: By, labels: Iterable[Label]) -> None:
        """Take labels off that are on the issue."""
        for label in list(labels):
            self._touch(issue)
            issue.labels.remove(label)
            self._labelled(repository, issue, by, label, added=False)

    def replace_labels(self, repository: Repository, issue: Issue, by: By, names: Iterable[str]) -> None:
        """Make the set be this one."""
        wanted = [self.defined(repository, by, name) for name in names]
        self.remove_labels(repository, issue, by, [label for label in issue.labels if label not in wanted])
        self.add_labels(repository, issue, by, [label.name for label in wanted])

    def defined(self, repository: Repository, by: By, name: str) -> Label:
        """The definition of a label, made in grey if there is none, in whatever case."""
        found = repository.labels.get(name.casefold())
        if found is None:
            found = self.define(repository, by, name, GREY, None)
        return found

    def define(self, repository: Repository, by: By, name: str, colour: str, description: str | None) -> Label:
        """Define a label."""
        label = Label(self._world.core.next_id(), name, colour, description)
        repository.labels[name.casefold()] = label
        self._news.tell("label", "created", repository, by.account, label=self._news.show.label(repository, label))
        return label

    def redefine(  # noqa: PLR0913  # all of a definition at once
        self, repository: Repository, label: Label, by: By, *, name: str, colour: str, description: str | None
    ) -> None:
        """Change a definition; issues keep the label under its new name."""
        changes = {
            key: {"from": old}
            for key, old, new in (
                ("name", label.name, name),
                ("color", label.colour, colour),
                ("description", label.description or "", description or ""),
            )
            if old != new
        }
        del repository.labels[label.name.casefold()]
        label.name, label.colour, label.description = name, colour, description
        repository.labels[name.casefold()] = label
        shown = self._news.show.label(repository, label)
        self._news.tell("label", "edited", repository, by.account, label=shown, changes=changes)

    def undefine(self, repository: Repository, label: Label, by: By) -> None:
        """Delete a definition, which takes the label off every issue, with a history line on each."""
        del repository.labels[label.name.casefold()]
        for issue in repository.issues.values():
            if label in issue.labels:
                self.remove_labels(repository, issue, by, [label])
        shown = self._news.show.label(repository, label)
        self._news.tell("label", "deleted", repository, by.account, label=shown)

    def comment(self, repository: Repository, issue: Issue, by: By, body: str) -> Comment:
        """Write a comment."""
        self._touch(issue)
        now = issue.updated_at
        comment = Comment(self._world.core.next_id(), by.account, body, now, now, by.app)
        issue.comments[comment.id] = comment
        self._world.comment_issue[comment.id] = (repository.id, issue.number)
        self._tell_comment(repository, issue, comment, by, "created")
        return comment

    def edit_comment(self, repository: Repository, issue: Issue, comment: Comment, by: By, body: str) -> None:
        """Replace a comment's text."""
        self._touch(issue)
        before, comment.body, comment.updated_at = comment.body, body, issue.updated_at
        self._tell_comment(repository, issue, comment, by, "edited", changes={"body": {"from": before}})

    def delete_comment(self, repository: Repository, issue: Issue, comment: Comment, by: By) -> None:
        """Delete a comment."""
        self._touch(issue)
        del issue.comments[comment.id]
        del self._world.comment_issue[comment.id]
        self._tell_comment(repository, issue, comment, by, "deleted")

    def react(self, comment: Comment, by: By, content: str) -> tuple[Reaction, bool]:
        """React to a comment; the second value is False if that account had done so already."""
        for reaction in comment.reactions:
            if reaction.account.id == by.account.id and reaction.content == content:
                return reaction, False
        reaction = Reaction(self._world.core.next_id(), by.account, content, self._now)
        comment.reactions.append(reaction)
        return reaction, True

    def lock(self, repository: Repository, issue: Issue, by: By, *, locked: bool, reason: str | None = None) -> None:
        """Lock or unlock the conversation."""
        self._touch(issue)
        issue.locked, issue.lock_reason = locked, reason if locked else None
        kind = "locked" if locked else "unlocked"
        self._happened(issue, by, kind, lock_reason=issue.lock_reason)
        self._tell(repository, issue, by, kind)

    def delete(self, repository: Repository, issue: Issue, by: By) -> None:
        """Delete an issue: 410 to those who can read the repository."""
        self._tell(repository, issue, by, "deleted")
        issue.deleted = True
        for comment in issue.comments:
            self._world.comment_issue.pop(comment, None)

    def transfer(self, repository: Repository, issue: Issue, by: By, target: Repository) -> Issue:
        """Move an issue to another repository. Its address leads there; labels go along where the target has them."""
        moved = Issue(
            self._world.core.next_id(),
            target.next_number,
            issue.author,
            issue.title,
            issue.body,
            issue.created_at,
            self._now,
            issue.app,
        )
        target.next_number += 1
        moved.state, moved.comments, issue.comments = issue.state, issue.comments, {}
        moved.labels = [target.labels[key] for label in issue.labels if (key := label.name.casefold()) in target.labels]
        moved.history = [*issue.history, self._line(by, "transferred")]
        for comment in moved.comments:
            self._world.comment_issue[comment] = (target.id, moved.number)
        target.issues[moved.number] = moved
        self._tell_transfer(repository, issue, by, target, moved)
        issue.moved_to = (target.id, moved.number)
        return moved

    def _tell_transfer(self, repository: Repository, issue: Issue, by: By, target: Repository, moved: Issue) -> None:
        show = self._news.show
        new = {
            "new_issue": show.issue(target, moved, webhook=True),
            "new_repository": show.repository(target),
        }
        old = {
            "old_issue": show.issue(repository, issue, webhook=True),
            "old_repository": show.repository(repository),
        }
        self._tell(repository, issue, by, "transferred", changes=new)
        self._tell(target, moved, by, "opened", changes=old)

    def _touch(self, issue: Issue) -> None:
        issue.remember()
        issue.updated_at = self._now

    def _line(self, by: By, kind: str, **details: Any) -> Happening:
        return Happening(self._world.core.next_id(), kind, by.account, self._now, by.app, details)

    def _happened(self, issue: Issue, by: By, kind: str, **details: Any) -> None:
        issue.history.append(self._line(by, kind, **details))

    def _labelled(self, repository: Repository, issue: Issue, by: By, label: Label, *, added: bool) -> None:
        kind = "labeled" if added else "unlabeled"
        self._happened(issue, by, kind, label={"name": label.name, "color": label.colour})
        self._tell(repository, issue, by, kind, label=self._news.show.label(repository, label))

    def _tell(self, repository: Repository, issue: Issue, by: By, action: str, **parts: Any) -> None:
        shown = self._news.show.issue(repository, issue, webhook=True)
        self._news.tell("issues", action, repository, by.account, issue=shown, **parts)

    def _tell_comment(
        self, repository: Repository, issue: Issue, comment: Comment, by: By, action: str, **parts: Any
    ) -> None:
        show = self._news.show
        self._news.tell(
            "issue_comment",
            action,
            repository,
            by.account,
            issue=show.issue(repository, issue, webhook=True),
            comment=show.comment(repository, issue, comment),
            **parts,
        )
