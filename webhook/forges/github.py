"""The port on GitHub: one repository, addressed by its number, over PyGithub's requester.

Labels are added by POST and taken off by DELETE, never replaced; the lists both answer with are checked. Every read
is compared with what was asked for. Authorisation is in `github_auth`, GitHub's ways of refusing in `github_answers`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from webhook.forges import fields, github_answers
from webhook.forges import github_nouns as nouns
from webhook.forges.access import GitHubAppAccess, GitHubTokenAccess
from webhook.forges.exchange import Exchange
from webhook.forges.failures import Call
from webhook.forges.fields import GHOST
from webhook.forges.github_answers import Home
from webhook.forges.github_app import AppCredentials
from webhook.forges.github_auth import Credentials, TokenCredentials
from webhook.forges.github_line import Line
from webhook.forges.labelled import defined, verified
from webhook.forges.memo import Memo
from webhook.forges.port import (
    CredentialsError,
    ForgeError,
    Guard,
    MovedError,
    NotFoundError,
    Reaction,
    RefusedError,
)
from webhook.forges.sweep import Batch, by_last_change
from webhook.forges.upkeep import Delivery, Hook, Project
from webhook.forges.wire import Reply
from webhook.issue import (
    Comment,
    Issue,
    LabelDefinition,
    LabelEvent,
    Person,
    Role,
    Visibility,
)

REMEMBER_ROLES: Final = 3600.0
"""Seconds for which a role is not asked for again."""

FORBIDDEN, NOT_FOUND, GONE, UNPROCESSABLE = 403, 404, 410, 422


class Shared:
    """What the adapters of one repository share: credentials and people's roles. Thread-safe."""

    def __init__(self, access: GitHubAppAccess | GitHubTokenAccess) -> None:
        self.credentials: Credentials = (
            AppCredentials(access) if isinstance(access, GitHubAppAccess) else TokenCredentials(access)
        )
        self.roles: Memo[int, Role] = Memo(REMEMBER_ROLES, access.clock)


class GitHub:
    """One repository on GitHub or GitHub Enterprise Server; see `port.Forge` for what each method means."""

    def __init__(
        self,
        access: GitHubAppAccess | GitHubTokenAccess,
        shared: Shared,
    ) -> None:
        self._access = access
        self._credentials = credentials = shared.credentials
        self._roles = shared.roles
        self._renamed: Home | None = None
        self._line = Line(
            access.api_url, credentials.auth(), timeouts=access.timeouts, run_id=access.run_id, sent=access.sent
        )
        self._exchange = Exchange(self._line.transmit, self._judge, credentials.ready)

    def us(self) -> frozenset[int]:
        """Our App's bot or our token's user, and configured ones. No request once it is known."""
        return self._access.identities | self._credentials.own_ids()

    def visibility(self) -> Visibility:
        """PRIVATE only where GitHub says so twice: old servers that do not state `visibility` are not trusted."""
        return self.project().visibility

    def issue(self, number: int) -> Issue:
        """The issue as it is now."""
        issue, address = self._exchange.read("issue", self._path("issues", number), self._addressed)
        if issue is None:
            raise NotFoundError("GET issue: a pull request")
        if issue.ref.number != number or not self._is_ours(address):
            raise MovedError("GET issue: another one answered")
        return issue

    def comments(self, number: int) -> Sequence[Comment]:
        """All comments, oldest first."""
        build = partial(nouns.comment, number)
        said = tuple(self._exchange.pages("comments", self._path("issues", number, "comments"), {}, build))
        # Before anybody asks which of them are ours: GitHub may not show our account's page.
        self._credentials.meet(comment.author for comment in said)
        return said

    def label_events(self, number: int) -> Sequence[LabelEvent]:
        """All label events from the issue's events, oldest first."""
        path = self._path("issues", number, "events")
        events = [e for e in self._exchange.pages("issue events", path, {}, nouns.label_event) if e is not None]
        return tuple(sorted(events, key=lambda event: (event.at, event.id or 0)))

    def role(self, person: Person) -> Role:
        """From `role_name`, remembered for an hour; NONE for people GitHub does not know here."""
        return self._roles.get(person.id, lambda: self._ask_role(person))

    def change_labels(self, number: int, add: Iterable[str], remove: Iterable[str], guard: Guard) -> frozenset[str]:
        """One POST for all additions, then a DELETE for each removal."""
        added, removed = sorted(set(add)), sorted(set(remove))
        after: frozenset[str] | None = None
        if added:
            call = Call("POST", "labels of an issue")
            path = self._path("issues", number, "labels")
            reply = self._exchange.write(call, path, {"labels": added}, guard)
            # Checked against this very answer: what a person does a moment later is no refusal.
            after = verified(self._exchange.built(call, reply, nouns.label_names), added=added)
        for name in removed:
            after = self._remove_label(number, name, guard)
        return self._labels(number) if after is None else after

    def create_comment(self, number: int, body: str, guard: Guard) -> int:
        """POST a comment; its author is us from now on."""
        call = Call("POST", "comment")
        path = self._path("issues", number, "comments")
        reply = self._exchange.write(call, path, {"body": body}, guard)
        comment = self._exchange.built(call, reply, partial(nouns.comment, number))
        if comment.author != GHOST:
            self._credentials.learn(comment.author.id)
        return comment.id

    def edit_comment(self, number: int, comment_id: int, body: str, guard: Guard) -> None:
        """PATCH our comment."""
        call = Call("PATCH", "comment")
        reply = self._exchange.write(call, self._comment_path(comment_id), {"body": body}, guard)
        comment = self._exchange.built(call, reply, partial(nouns.comment, number))
        if comment.id != comment_id:
            raise MovedError("PATCH comment: another one answered")

    def delete_comment(self, number: int, comment_id: int, guard: Guard) -> None:  # noqa: ARG002  # GitLab needs it
        """DELETE our comment."""
        call = Call("DELETE", "comment")
        self._exchange.write(call, self._comment_path(comment_id), None, guard, fine=(NOT_FOUND, GONE))

    def react(self, number: int, comment_id: int, reaction: Reaction, guard: Guard) -> None:  # noqa: ARG002  # as above
        """POST a reaction; GitHub answers 200 where it is there already."""
        path = f"{self._comment_path(comment_id)}/reactions"
        self._exchange.write(Call("POST", "reaction"), path, {"content": reaction}, guard)

    def label_definitions(self) -> Sequence[LabelDefinition]:
        """The repository's labels."""
        return tuple(self._exchange.pages("labels", self._path("labels"), {}, nouns.label_definition))

    def create_label(self, label: LabelDefinition, guard: Guard) -> None:
        """POST a label; where GitHub refuses, one that is there under this name in whatever case is as good."""
        call = Call("POST", "label")
        body = {"name": label.name, "color": label.colour, "description": label.description}
        reply = self._exchange.write(call, self._path("labels"), body, guard, fine=(UNPROCESSABLE,))
        if reply.status == UNPROCESSABLE and not defined(label.name, self.label_definitions()):
            raise self._exchange.refusal(call, reply)

    def change_label(self, name: str, label: LabelDefinition, guard: Guard) -> None:
        """PATCH a label; on issues it goes by its new name at once."""
        body = {"new_name": label.name, "color": label.colour, "description": label.description}
        self._exchange.write(Call("PATCH", "label"), self._path("labels", quote(name, safe="")), body, guard)

    def make_confidential(self, number: int, guard: Guard) -> None:  # noqa: ARG002  # GitLab's
        """GitHub has no confidential issues."""
        raise RefusedError("GitHub has no confidential issues")

    def issues_updated_since(self, since: datetime | None, *, open_only: bool = False) -> Iterator[Issue]:
        """Walks the repository's issues by their last change."""
        return by_last_change(partial(self._issues_page, "open" if open_only else "all"), since)

    def project(self) -> Project:
        """The repository."""
        found = self._exchange.read("repository", self._path(), nouns.project)
        if found.id != self._home.id:
            raise MovedError("GET repository: another one answered")
        self._renamed = Home(found.id, found.name)
        return found

    def hooks(self) -> Sequence[Hook]:
        """GitHub disables no hook; what failed is in the delivery log."""
        return ()

    def deliveries(self) -> Iterator[Delivery] | None:
        """The App's log; a token has none."""
        return self._credentials.deliveries()

    def redeliver(self, delivery_id: int) -> None:
        """POST an attempt."""
        self._credentials.redeliver(delivery_id)

    def close(self) -> None:
        """Close the connection."""
        self._line.close()

    @property
    def _home(self) -> Home:
        return self._renamed or self._credentials.home()

    def _path(self, *parts: object) -> str:
        return "/".join(("/repositories", str(self._home.id), *map(str, parts)))

    def _comment_path(self, comment_id: int) -> str:
        return self._path("issues", "comments", comment_id)

    def _is_ours(self, address: str) -> bool:
        """Whether an issue's address lies in our repository; its name may have changed since we looked."""
        if not address or self._home.holds(address):
            return True
        self.visibility()
        return self._home.holds(address)

    def _addressed(self, data: Any) -> tuple[Issue | None, str]:
        return nouns.issue(self._access.project, data), fields.text(data, "repository_url")

    def _changed(self, row: Any) -> tuple[datetime, Issue | None]:
        return fields.moment(row, "updated_at"), nouns.issue(self._access.project, row)

    def _issues_page(self, state: str, since: datetime | None, page: int) -> Batch:
        query: dict[str, Any] = {"state": state, "sort": "updated", "direction": "asc"}
        if since is not None:
            query["since"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if page > 1:
            query["page"] = page
        found, following = self._exchange.page("issues", self._path("issues"), query, self._changed)
        return Batch(found, following is not None)

    def _labels(self, number: int) -> frozenset[str]:
        path = self._path("issues", number, "labels")
        return frozenset(self._exchange.pages("labels of an issue", path, {}, nouns.name))

    def _remove_label(self, number: int, name: str, guard: Guard) -> frozenset[str] | None:
        """The labels that are left; None where GitHub does not say, because the label was not there."""
        call = Call("DELETE", "label of an issue")
        path = self._path("issues", number, "labels", quote(name, safe=""))
        reply = self._exchange.write(call, path, None, guard, fine=(NOT_FOUND,))
        if reply.status == NOT_FOUND:
            return None
        return verified(self._exchange.built(call, reply, nouns.label_names), removed=(name,))

    def _ask_role(self, person: Person) -> Role:
        if not person.login:
            return Role.NONE
        path = self._path("collaborators", quote(person.login, safe=""), "permission")
        try:
            return self._exchange.read("permission", path, partial(nouns.role, person))
        except NotFoundError:
            return Role.NONE

    def _judge(self, call: Call, reply: Reply) -> ForgeError:
        failure = github_answers.refusal(call, reply, self._access.clock(), self._home)
        if isinstance(failure, CredentialsError):
            fresh = self._credentials.fresh()
            if not fresh:
                self._credentials.discard()
            return CredentialsError(str(failure), fresh=fresh)
        if reply.status == FORBIDDEN and isinstance(failure, RefusedError) and self._credentials.fresh():
            return CredentialsError(str(failure), fresh=True)
        return failure
