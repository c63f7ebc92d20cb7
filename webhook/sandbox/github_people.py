"""What people do on the sandbox's GitHub in their browsers: file issues, edit, comment, label. No rights are asked.

These are controls (see `webhook.sandbox.core`): they take names and numbers and return plain values. Who acts is
given by login; accounts come into being when they are first named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from webhook.sandbox.core import ControlError, Core, control
from webhook.sandbox.github_deeds import By, Deeds
from webhook.sandbox.github_nouns import Comment, Issue, Repository
from webhook.sandbox.github_show import Show
from webhook.sandbox.github_world import World


class People:
    """The part of `GitHub` that people are."""

    core: Core
    world: World
    deeds: Deeds

    @control
    def file_issue(
        self, repository: str, person: str, title: str, body: str | None = None, labels: Sequence[str] = ()
    ) -> int:
        """File an issue; returns its number. `labels` are those of the form, set even if the person may not label."""
        found = self.world.the_repository(repository)
        return self.deeds.open(found, self._by(person), title, body, labels).number

    @control
    def file_pull_request(self, repository: str, person: str, title: str, body: str | None = None) -> int:
        """Open something that shows up among the issues but is none; returns its number."""
        found = self.world.the_repository(repository)
        now = self.core.clock.now()
        number = found.next_number
        found.next_number += 1
        pull = Issue(self.core.next_id(), number, self.world.account(person), title, body, now, now)
        pull.pull_request = True
        found.issues[number] = pull
        return number

    @control
    def edit_issue(
        self, repository: str, number: int, person: str, title: str | None = None, body: str | None = None
    ) -> None:
        """Change an issue's title, text or both (None leaves it)."""
        found, issue = self.world.the_issue(repository, number)
        texts = {} if body is None else {"body": body}
        self.deeds.edit(found, issue, self._by(person), title=title, **texts)

    @control
    def set_state(self, repository: str, number: int, person: str, state: str) -> None:
        """Close (`closed`) or reopen (`open`) an issue."""
        found, issue = self.world.the_issue(repository, number)
        if state not in {"open", "closed"}:
            raise ControlError("state is open or closed")
        self.deeds.set_state(found, issue, self._by(person), state)

    @control
    def comment(self, repository: str, number: int, person: str, body: str) -> int:
        """Comment on an issue; returns the comment's id."""
        found, issue = self.world.the_issue(repository, number)
        return self.deeds.comment(found, issue, self._by(person), body).id

    @control
    def edit_comment(self, comment: int, person: str, body: str) -> None:
        """Replace a comment's text."""
        found, issue, one = self._comment(comment)
        self.deeds.edit_comment(found, issue, one, self._by(person), body)

    @control
    def delete_comment(self, comment: int, person: str) -> None:
        """Delete a comment."""
        found, issue, one = self._comment(comment)
        self.deeds.delete_comment(found, issue, one, self._by(person))

    @control
    def add_labels(self, repository: str, number: int, person: str, labels: Sequence[str]) -> None:
        """Put labels on an issue."""
        found, issue = self.world.the_issue(repository, number)
        self.deeds.add_labels(found, issue, self._by(person), labels)

    @control
    def remove_labels(self, repository: str, number: int, person: str, labels: Sequence[str]) -> None:
        """Take labels off an issue; those it does not carry change nothing."""
        found, issue = self.world.the_issue(repository, number)
        names = {label.casefold() for label in labels}
        on_it = [label for label in issue.labels if label.name.casefold() in names]
        self.deeds.remove_labels(found, issue, self._by(person), on_it)

    @control
    def lock_issue(self, repository: str, number: int, person: str, *, locked: bool = True) -> None:
        """Lock or unlock an issue's conversation."""
        found, issue = self.world.the_issue(repository, number)
        self.deeds.lock(found, issue, self._by(person), locked=locked)

    @control
    def delete_issue(self, repository: str, number: int, person: str) -> None:
        """Delete an issue."""
        found, issue = self.world.the_issue(repository, number)
        self.deeds.delete(found, issue, self._by(person))

    @control
    def transfer_issue(self, repository: str, number: int, person: str, to: str) -> int:
        """Transfer an issue; returns its number there. Private to public is refused, as by GitHub."""
        found, issue = self.world.the_issue(repository, number)
        target = self.world.the_repository(to)
        if found.private and not target.private:
            raise ControlError("an issue of a private repository cannot be transferred to a public one")
        return self.deeds.transfer(found, issue, self._by(person), target).number

    @control
    def read_issue(self, repository: str, number: int) -> dict[str, Any]:
        """Everything about an issue: `issue`, `labels` (names), `comments` and `events`, as GitHub's JSON."""
        found, issue = self.world.the_issue(repository, number)
        show = Show(self.core.base_url)
        return {
            "issue": show.issue(found, issue),
            "labels": [label.name for label in issue.labels],
            "comments": [show.comment(found, issue, comment) for comment in issue.comments.values()],
            "events": [show.happening(found, line) for line in issue.history],
        }

    @control
    def issue_numbers(self, repository: str) -> list[int]:
        """Numbers of all issues that are there."""
        issues = self.world.the_repository(repository).issues.values()
        return [one.number for one in issues if not (one.deleted or one.moved_to or one.pull_request)]

    def _by(self, login: str) -> By:
        return By(self.world.account(login))

    def _comment(self, comment: int) -> tuple[Repository, Issue, Comment]:
        if comment not in self.world.comment_issue:
            raise ControlError(f"no comment {comment}")
        repository, number = self.world.comment_issue[comment]
        found = self.world.repositories[repository]
        issue = found.issues[number]
        return found, issue, issue.comments[comment]
