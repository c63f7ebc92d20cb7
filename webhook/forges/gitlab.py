"""The port on GitLab: one project, addressed by its number, over python-gitlab.

Labels change by one PUT with `add_labels` and `remove_labels`, so that nobody else's label can be lost, and the
labels of the answer are checked. No object is ever saved whole. Notes are normal ones (`internal` stays false:
reporters could not see an internal one, and it cannot be changed later).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from webhook.forges import fields
from webhook.forges import gitlab_nouns as nouns
from webhook.forges.access import GitLabAccess
from webhook.forges.exchange import Exchange
from webhook.forges.failures import Call, answered_failure
from webhook.forges.gitlab_line import Line
from webhook.forges.labelled import defined, verified
from webhook.forges.limits import gitlab_wait, moment_of_answer
from webhook.forges.memo import Memo
from webhook.forges.port import (
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

EMOJI: Final[Mapping[str, str]] = {"+1": "thumbsup", "confused": "confused"}

REMEMBER_ROLES: Final = 3600.0
"""Seconds for which a role is not asked for again."""

OK, MOVED, NOT_FOUND = 200, 301, 404
_TAKEN: Final = (400, 404, 409, 422)
"""Statuses GitLab has for "has already been taken"; a doubled reaction is a 404."""

_BY_NUMBER: Final = re.compile(r"/projects/([0-9]+)(?=[/?]|$)")
_QUICK_ACTION: Final = re.compile(r"^/", re.MULTILINE)


class Shared:
    """What the adapters of one project share: its number, our account, people's roles.

    Two threads may both ask at first and will hear the same; no lock is held while asking.
    """

    def __init__(self, access: GitLabAccess) -> None:
        self.project: int | None = None
        self.own: int | None = None
        self.roles: Memo[int, Role] = Memo(REMEMBER_ROLES, access.clock)


class GitLab:
    """One project on a GitLab instance; see `port.Forge` for what each method means."""

    def __init__(self, access: GitLabAccess, shared: Shared) -> None:
        self._access = access
        self._shared = shared
        self._line = Line(access)
        self._exchange = Exchange(self._line.transmit, self._judge)

    def us(self) -> frozenset[int]:
        """The token's user, asked once, and configured former ones: each new token is a new bot user."""
        if self._shared.own is None:
            self._shared.own = self._exchange.read("own account", "/user", nouns.number_of)
        return self._access.identities | {self._shared.own}

    def visibility(self) -> Visibility:
        """PRIVATE where the project is; an internal one is open to everybody who is signed in."""
        return self._exchange.read("project", self._path(), partial(nouns.visibility, self._project))

    def issue(self, number: int) -> Issue:
        """The issue as it is now; a moved one is a `MovedError` though GitLab still shows its husk."""
        issue = self._exchange.read("issue", self._path("issues", number), self._named(number))
        if issue is None:
            raise MovedError("GET issue: moved to another project")
        return issue

    def comments(self, number: int) -> Sequence[Comment]:
        """All notes people and bots wrote, oldest first."""
        query = {"sort": "asc", "order_by": "created_at"}
        path = self._path("issues", number, "notes")
        notes = self._exchange.pages("notes", path, query, partial(nouns.note, number))
        return tuple(note for note in notes if note is not None)

    def label_events(self, number: int) -> Sequence[LabelEvent]:
        """All label events, oldest first; those of labels deleted since are left out, GitLab names them no more."""
        path = self._path("issues", number, "resource_label_events")
        events = [e for e in self._exchange.pages("label events", path, {}, nouns.label_event) if e is not None]
        return tuple(sorted(events, key=lambda event: (event.at, event.id or 0)))

    def role(self, person: Person) -> Role:
        """From the access level, inherited ones included, remembered for an hour.

        Who is no member has `Role.NONE`, in a public project too: that they see an issue gives them no say in it.
        """
        return self._shared.roles.get(person.id, lambda: self._ask_role(person))

    def change_labels(self, number: int, add: Iterable[str], remove: Iterable[str], guard: Guard) -> frozenset[str]:
        """One PUT for both."""
        added, removed = sorted(set(add)), sorted(set(remove))
        changes = {key: value for key, value in (("add_labels", added), ("remove_labels", removed)) if value}
        if not changes:
            return self.issue(number).labels
        after = self._put_issue(number, "labels of an issue", changes, guard).labels
        return verified(after, added=added, removed=removed)

    def create_comment(self, number: int, body: str, guard: Guard) -> int:
        """POST a note."""
        _no_quick_action(body)
        call = Call("POST", "note")
        path = self._path("issues", number, "notes")
        reply = self._exchange.write(call, path, {"body": body, "internal": False}, guard)
        return self._exchange.built(call, reply, nouns.number_of)

    def edit_comment(self, number: int, comment_id: int, body: str, guard: Guard) -> None:
        """PUT our note."""
        _no_quick_action(body)
        call = Call("PUT", "note")
        reply = self._exchange.write(call, self._note_path(number, comment_id), {"body": body}, guard)
        if self._exchange.built(call, reply, nouns.number_of) != comment_id:
            raise MovedError("PUT note: another one answered")

    def delete_comment(self, number: int, comment_id: int, guard: Guard) -> None:
        """DELETE our note."""
        path = self._note_path(number, comment_id)
        self._exchange.write(Call("DELETE", "note"), path, None, guard, fine=(NOT_FOUND,))

    def react(self, number: int, comment_id: int, reaction: Reaction, guard: Guard) -> None:
        """POST an emoji; that it has been given already is fine."""
        call = Call("POST", "emoji")
        path = f"{self._note_path(number, comment_id)}/award_emoji"
        reply = self._exchange.write(call, path, {"name": EMOJI[reaction]}, guard, fine=_TAKEN)
        if reply.status in _TAKEN and not _says_taken(reply):
            raise self._exchange.refusal(call, reply)

    def label_definitions(self) -> Sequence[LabelDefinition]:
        """The project's labels and those it inherits from its groups."""
        return tuple(self._exchange.pages("labels", self._path("labels"), {}, nouns.label_definition))

    def create_label(self, label: LabelDefinition, guard: Guard) -> None:
        """POST a label; where GitLab refuses, one that is there under this name in whatever case is as good."""
        call = Call("POST", "label")
        body = {"name": label.name, "color": f"#{label.colour}", "description": label.description}
        reply = self._exchange.write(call, self._path("labels"), body, guard, fine=_TAKEN)
        if reply.status in _TAKEN and not defined(label.name, self.label_definitions()):
            raise self._exchange.refusal(call, reply)

    def change_label(self, name: str, label: LabelDefinition, guard: Guard) -> None:
        """PUT a label of the project's own; one that it inherits is not found here."""
        body = {"color": f"#{label.colour}", "description": label.description}
        if name != label.name:  # GitLab refuses a new name that is the old one
            body["new_name"] = label.name
        self._exchange.write(Call("PUT", "label"), self._path("labels", quote(name, safe="")), body, guard)

    def make_confidential(self, number: int, guard: Guard) -> None:
        """PUT the flag and nothing else."""
        if not self._put_issue(number, "confidentiality of an issue", {"confidential": True}, guard).confidential:
            raise RefusedError("PUT confidentiality of an issue: not made confidential")

    def issues_updated_since(self, since: datetime | None, *, open_only: bool = False) -> Iterator[Issue]:
        """Walks the project's issues by their last change; moved ones are left out."""
        return by_last_change(partial(self._issues_page, "opened" if open_only else "all"), since)

    def project(self) -> Project:
        """The project."""
        return self._exchange.read("project", self._path(), partial(nouns.project, self._project))

    def hooks(self) -> Sequence[Hook]:
        """The project's hooks, which only a Maintainer may see."""
        return tuple(self._exchange.pages("hooks", self._path("hooks"), {}, nouns.hook))

    def deliveries(self) -> Iterator[Delivery] | None:
        """GitLab keeps a log for each hook, but what it dropped stands in none: the sweep finds it."""
        return None

    def redeliver(self, delivery_id: int) -> None:
        """Nothing to deliver again."""
        raise RefusedError(f"delivery {delivery_id}: no delivery log is used here")

    def close(self) -> None:
        """Close the connection."""
        self._line.close()

    @property
    def _project(self) -> int:
        """The project's number, looked up by its path once."""
        if self._shared.project is None:
            self._shared.project = self._look_up()
        return self._shared.project

    def _look_up(self) -> int:
        call = Call("GET", "project")
        reply = self._line.transmit(call, f"/projects/{quote(self._access.project, safe='')}", None, None)
        # The path of a renamed project answers with the address by number.
        renamed = _BY_NUMBER.search(reply.headers.get("location", "")) if reply.status == MOVED else None
        if renamed:
            return int(renamed[1])
        if reply.status != OK:
            raise self._judge(call, reply)
        return self._exchange.built(call, reply, nouns.number_of)

    def _path(self, *parts: object) -> str:
        return "/".join(("/projects", str(self._project), *map(str, parts)))

    def _note_path(self, number: int, note: int) -> str:
        return self._path("issues", number, "notes", note)

    def _named(self, number: int | None) -> Callable[[Any], Issue | None]:
        """Reads the issue of that number, or any of the project."""
        return partial(nouns.issue, self._access.project, self._project, number)

    def _put_issue(self, number: int, what: str, changes: Mapping[str, Any], guard: Guard) -> Issue:
        call = Call("PUT", what)
        reply = self._exchange.write(call, self._path("issues", number), changes, guard)
        issue = self._exchange.built(call, reply, self._named(number))
        if issue is None:
            raise MovedError(f"{call}: moved to another project")
        return issue

    def _issues_page(self, state: str, since: datetime | None, page: int) -> Batch:
        query: dict[str, Any] = {"state": state, "order_by": "updated_at", "sort": "asc"}
        if since is not None:
            query["updated_after"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if page > 1:
            query["page"] = page
        found, following = self._exchange.page("issues", self._path("issues"), query, self._changed)
        return Batch(found, following is not None)

    def _changed(self, row: Any) -> tuple[datetime, Issue | None]:
        """When a row of the list changed, and its issue if it is of a type that is asked for."""
        types, kind = self._access.item_types, fields.text(row, "issue_type").casefold()
        wanted = not types or not kind or kind in types
        return fields.moment(row, "updated_at"), self._named(None)(row) if wanted else None

    def _ask_role(self, person: Person) -> Role:
        path = self._path("members", "all", person.id)
        try:
            return self._exchange.read("member", path, partial(nouns.role, person))
        except NotFoundError:
            return Role.NONE

    def _judge(self, call: Call, reply: Reply) -> ForgeError:
        now = moment_of_answer(reply.headers, self._access.clock())
        return answered_failure(call, reply.status, gitlab_wait(reply.status, reply.headers, now))


def _no_quick_action(body: str) -> None:
    """The last look before a text goes out: a line that starts with `/` would be run with our rights."""
    if _QUICK_ACTION.search(body):
        raise RefusedError("a note with a line that starts with a slash is not sent")


def _says_taken(reply: Reply) -> bool:
    return "already" in reply.text.casefold()
