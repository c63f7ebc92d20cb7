"""GitHub's answers read into the nouns common to all forges. Pure; a field that is missing is a `ShapeError`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from webhook.forges import fields
from webhook.forges.fields import GHOST, ShapeError
from webhook.forges.github_answers import Home
from webhook.forges.upkeep import Delivery, Project
from webhook.issue import Comment, ForgeKind, Issue, IssueRef, LabelDefinition, LabelEvent, Person, Role, Visibility

_ARRIVED: Final = range(200, 300)

ROLES: Final[Mapping[str, Role]] = {
    "none": Role.NONE,
    "read": Role.READ,
    "triage": Role.TRIAGE,
    "write": Role.TRIAGE,
    "maintain": Role.MAINTAIN,
    "admin": Role.MAINTAIN,
}
"""GitHub's role names. A custom role goes by the `permission` it is given with, which never says more than it has."""


def home(data: Any) -> Home:
    """The repository an answer describes."""
    return Home(fields.take(data, "id", int), fields.take(data, "full_name", str))


def account_id(data: Any) -> int:
    """An account's id."""
    return fields.take(data, "id", int)


def issue(project: str, data: Any) -> Issue | None:
    """The issue of an answer; None for a pull request."""
    if isinstance(data, dict) and data.get("pull_request") is not None:
        return None
    return Issue(
        ref=IssueRef(ForgeKind.GITHUB, project, fields.take(data, "number", int)),
        author=fields.person(data.get("user"), "login") or GHOST,
        body=fields.text(data, "body"),
        labels=fields.names(data, "labels"),
        open=fields.take(data, "state", str) == "open",
        confidential=False,
        created_at=fields.moment(data, "created_at"),
        updated_at=fields.moment(data, "updated_at"),
    )


def home_and_privacy(data: Any) -> tuple[Home, bool]:
    """The repository, and whether it is private: GitHub must say so in both fields."""
    return home(data), data.get("private") is True and data.get("visibility") == "private"


def project(data: Any) -> Project:
    """The repository as a whole."""
    named, private = home_and_privacy(data)
    return Project(
        id=named.id,
        name=named.name,
        visibility=Visibility.PRIVATE if private else Visibility.PUBLIC,
        archived=data.get("archived") is True,
    )


def delivery(data: Any) -> Delivery:
    """One line of an App's delivery log. A delivery without any answer has the status 0."""
    repository = data.get("repository_id") if isinstance(data, dict) else None
    return Delivery(
        id=fields.take(data, "id", int),
        guid=fields.take(data, "guid", str),
        at=fields.moment(data, "delivered_at"),
        arrived=fields.take(data, "status_code", int) in _ARRIVED,
        event=fields.take(data, "event", str),
        repository=repository if isinstance(repository, int) else None,
    )


def _about(number: int, data: Any) -> None:
    """Refuse a comment that says it belongs to another issue."""
    address = fields.text(data, "issue_url")
    if address and address.rpartition("/")[2] != str(number):
        raise ShapeError("a comment on another issue")


def comment(number: int, data: Any) -> Comment:
    """The comment of an answer."""
    _about(number, data)
    return Comment(
        id=fields.take(data, "id", int),
        author=fields.person(data.get("user"), "login") or GHOST,
        body=fields.text(data, "body"),
        created_at=fields.moment(data, "created_at"),
        updated_at=fields.moment(data, "updated_at"),
    )


def label_event(data: Any) -> LabelEvent | None:
    """The label event of an answer; None for an event of another kind."""
    kind = fields.text(data, "event")
    if kind not in {"labeled", "unlabeled"}:
        return None
    return LabelEvent(
        label=fields.take(fields.take(data, "label", dict), "name", str),
        added=kind == "labeled",
        actor=_actor(data.get("actor")),
        at=fields.moment(data, "created_at"),
        id=fields.take(data, "id", int),
    )


def _actor(data: Any) -> Person | None:
    """Who did something, and whether it is the account of an App."""
    found = fields.person(data, "login")
    return found and replace(found, bot=fields.text(data, "type") == "Bot")


def role(person: Person, data: Any) -> Role:
    """The role an answer gives, if it is about this very account: a login can pass to somebody else."""
    if fields.take(fields.take(data, "user", dict), "id", int) != person.id:
        return Role.NONE
    by_name = ROLES.get(fields.text(data, "role_name").casefold())
    return by_name if by_name is not None else ROLES.get(fields.text(data, "permission"), Role.NONE)


def name(data: Any) -> str:
    """The name of whatever an answer describes."""
    return fields.take(data, "name", str)


def label_names(data: Any) -> frozenset[str]:
    """The names in a list of labels."""
    return frozenset(map(name, fields.rows(data)))


def label_definition(data: Any) -> LabelDefinition:
    """The label an answer defines."""
    return LabelDefinition(
        name=name(data), colour=fields.text(data, "color").lower(), description=fields.text(data, "description")
    )
