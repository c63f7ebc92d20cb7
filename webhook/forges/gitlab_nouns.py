"""GitLab's answers read into the nouns common to all forges. Pure; a field that is missing is a `ShapeError`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from webhook.forges import fields
from webhook.forges.fields import GHOST, ShapeError
from webhook.forges.upkeep import Hook, HookState, Project
from webhook.issue import Comment, ForgeKind, Issue, IssueRef, LabelDefinition, LabelEvent, Person, Role, Visibility

_HOOK_STATES: Final[Mapping[str, HookState]] = {
    "executable": "executable",
    "temporarily_disabled": "temporarily_disabled",
}

_BOT: Final = re.compile(r"(project|group)_\d+_bot(_|\d*$)|service_account_")
"""User names that GitLab gives such accounts (https://docs.gitlab.com/user/project/settings/project_access_tokens/#bot-users-for-projects,
https://docs.gitlab.com/user/profile/service_accounts/)."""

GUEST, PLANNER, MAINTAINER = 10, 15, 40
"""Access levels (https://docs.gitlab.com/api/members/#roles). Planner is the least that sees and labels
confidential issues; what lies between Guest and it is custom."""


def issue(name: str, project: int, number: int | None, data: Any) -> Issue | None:
    """The issue of an answer, which must be the one asked for; None for one moved to another project."""
    found = fields.take(data, "iid", int)
    if number not in {None, found} or fields.take(data, "project_id", int) != project:
        raise ShapeError("another issue")
    if data.get("moved_to_id") is not None:
        return None
    return Issue(
        ref=IssueRef(ForgeKind.GITLAB, name, found),
        author=fields.person(data.get("author"), "username") or GHOST,
        body=fields.text(data, "description"),
        labels=fields.names(data, "labels"),
        open=fields.take(data, "state", str) == "opened",
        confidential=data.get("confidential") is True,
        created_at=fields.moment(data, "created_at"),
        updated_at=fields.moment(data, "updated_at"),
    )


def number_of(data: Any) -> int:
    """The id of whatever an answer describes."""
    return fields.take(data, "id", int)


def visibility(project: int, data: Any) -> Visibility:
    """PRIVATE where the project is; an internal one is open to everybody who is signed in."""
    if number_of(data) != project:
        raise ShapeError("another project")
    return Visibility.PRIVATE if fields.text(data, "visibility") == "private" else Visibility.PUBLIC


def project(number: int, data: Any) -> Project:
    """The project as a whole."""
    return Project(
        id=number,
        name=fields.take(data, "path_with_namespace", str),
        visibility=visibility(number, data),
        archived=data.get("archived") is True,
    )


def hook(data: Any) -> Hook:
    """A webhook of the project. GitLabs that tell no `alert_status` disable no hook."""
    said = fields.text(data, "alert_status") or "executable"
    return Hook(
        id=number_of(data),
        url=fields.text(data, "url"),
        issues=data.get("issues_events") is True or data.get("confidential_issues_events") is True,
        state=_HOOK_STATES.get(said, "disabled"),
    )


def note(number: int, data: Any) -> Comment | None:
    """The note of an answer; None for a system note."""
    system = fields.take(data, "system", bool)
    if data.get("noteable_iid", number) != number:
        raise ShapeError("a note on another issue")
    if system:
        return None
    return Comment(
        id=number_of(data),
        author=fields.person(data.get("author"), "username") or GHOST,
        body=fields.text(data, "body"),
        created_at=fields.moment(data, "created_at"),
        updated_at=fields.moment(data, "updated_at"),
        internal=data.get("internal") is True or data.get("confidential") is True,
    )


def label_event(data: Any) -> LabelEvent | None:
    """The label event of an answer; None where the label is gone and has no name any more."""
    label = data.get("label") if isinstance(data, dict) else None
    if label is None:
        return None
    return LabelEvent(
        label=fields.take(label, "name", str),
        added=fields.take(data, "action", str) == "add",
        actor=_actor(data.get("user")),
        at=fields.moment(data, "created_at"),
        id=number_of(data),
    )


def _actor(data: Any) -> Person | None:
    """Who did something, and whether it is the account of an access token or a service."""
    found = fields.person(data, "username")
    return found and replace(found, bot=_BOT.match(found.login) is not None)


def label_definition(data: Any) -> LabelDefinition:
    """The label an answer defines."""
    return LabelDefinition(
        name=fields.take(data, "name", str),
        colour=fields.text(data, "color").removeprefix("#").lower(),
        description=fields.text(data, "description"),
        archived=data.get("archived") is True,
    )


def role(person: Person, data: Any) -> Role:
    """What the access level allows; nothing for a member who is blocked or still waiting to be let in."""
    if number_of(data) != person.id:
        raise ShapeError("another member")
    level = fields.take(data, "access_level", int)
    if data.get("state", "active") != "active" or data.get("membership_state", "active") != "active":
        return Role.NONE
    if level >= MAINTAINER:
        return Role.MAINTAIN
    if level >= PLANNER:
        return Role.TRIAGE
    return Role.READ if level >= GUEST else Role.NONE
