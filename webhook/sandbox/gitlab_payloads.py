"""What GitLab says in a webhook: the bodies of issue and note events.

Keys and values after `Gitlab::HookData::IssueBuilder`, `NoteBuilder`, `IssuableBuilder`, GitLab's documented samples
and deliveries captured from GitLab in 2023 and 2026. Everything here is a copy of the moment it is called.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, NamedTuple, TypeAlias

from webhook.sandbox.clock import iso
from webhook.sandbox.gitlab_nouns import Issue, Label, Note, Project, User

Changes: TypeAlias = dict[str, dict[str, Any]]

LEVELS = {"private": 0, "internal": 10, "public": 20}
_RELATIVE_IMAGE = re.compile(r"(!\[[^\]]*\]\()(/[^)\s]*\))")


def moment(at: float | None) -> str | None:
    """A time as GitLab writes it since 2024; older captures have other formats."""
    return None if at is None else iso(at, milliseconds=True)


def avatar(user: User) -> str:
    """A Gravatar address. Nothing is ever fetched from it."""
    return f"https://www.gravatar.com/avatar/{hashlib.sha256(user.username.encode()).hexdigest()}?s=80&d=identicon"


def user_attrs(user: User) -> dict[str, Any]:
    """Who did it. The address is redacted unless the user made it public, which nobody here does."""
    return {
        "id": user.id,
        "name": user.name,
        "username": user.username,
        "avatar_url": avatar(user),
        "email": "[REDACTED]",
    }


def project_attrs(project: Project, base: str) -> dict[str, Any]:
    """The project, with the visibility as a number."""
    web = f"{base}/{project.path_with_namespace}"
    ssh = f"git@sandbox.invalid:{project.path_with_namespace}.git"
    return {
        "id": project.id,
        "name": project.name,
        "description": project.description,
        "web_url": web,
        "avatar_url": None,
        "git_ssh_url": ssh,
        "git_http_url": f"{web}.git",
        "namespace": project.namespace,
        "visibility_level": LEVELS[project.visibility],
        "path_with_namespace": project.path_with_namespace,
        "default_branch": "main",
        "ci_config_path": None,
        "homepage": web,
        "url": ssh,
        "ssh_url": ssh,
        "http_url": f"{web}.git",
    }


def label_attrs(label: Label) -> dict[str, Any]:
    """A label in full: deliveries say `title` where the REST API says `name`."""
    return {
        "id": label.id,
        "title": label.title,
        "color": label.color,
        "project_id": label.project_id,
        "created_at": moment(label.created_at),
        "updated_at": moment(label.updated_at),
        "template": False,
        "description": label.description,
        "type": "ProjectLabel",
        "group_id": None,
    }


def issue_url(project: Project, issue: Issue, base: str) -> str:
    """Where a browser finds the issue; types other than `issue` live among the work items."""
    part = "issues" if issue.type == "issue" else "work_items"
    return f"{base}/{project.path_with_namespace}/-/{part}/{issue.iid}"


def absolute_images(text: str | None, project: Project, base: str) -> str | None:
    """Image links made absolute: the text of a hook is not the text of the REST API."""
    return text and _RELATIVE_IMAGE.sub(rf"\g<1>{base}/-/project/{project.id}\g<2>", text)


def _id(user: User | None) -> int | None:
    return user.id if user else None


def _by_title(issue: Issue) -> list[dict[str, Any]]:
    return [label_attrs(label) for label in sorted(issue.labels, key=lambda label: label.title)]


def issue_attrs(project: Project, issue: Issue, base: str) -> dict[str, Any]:
    """`object_attributes` of an issue event without its action; `issue` of a note event."""
    return {
        "author_id": issue.author.id,
        "closed_at": moment(issue.closed_at),
        "confidential": issue.confidential,
        "created_at": moment(issue.created_at),
        "description": absolute_images(issue.description, project, base),
        "discussion_locked": issue.discussion_locked,
        "due_date": None,
        "id": issue.id,
        "iid": issue.iid,
        "last_edited_at": moment(issue.last_edited_at),
        "last_edited_by_id": _id(issue.last_edited_by),
        "milestone_id": None,
        "moved_to_id": issue.moved_to_id,
        "duplicated_to_id": None,
        "project_id": issue.project_id,
        "relative_position": None,
        "state_id": 2 if issue.closed else 1,
        "time_estimate": 0,
        "title": issue.title,
        "updated_at": moment(issue.updated_at),
        "updated_by_id": _id(issue.updated_by),
        "weight": None,
        "health_status": None,
        "type": issue.type.replace("_", " ").title(),
        "url": issue_url(project, issue, base),
        "total_time_spent": 0,
        "time_change": 0,
        "human_total_time_spent": None,
        "human_time_change": None,
        "human_time_estimate": None,
        "assignee_ids": [user.id for user in issue.assignees],
        "assignee_id": issue.assignees[0].id if issue.assignees else None,
        "labels": _by_title(issue),
        "state": "closed" if issue.closed else "opened",
        "severity": "unknown",
        "customer_relations_contacts": [],
    }


COMPARED = (
    "title", "description", "confidential", "discussion_locked", "state_id", "closed_at", "labels",
    "last_edited_at", "last_edited_by_id", "updated_at", "updated_by_id", "moved_to_id",
)  # fmt: skip


def changes(project: Project, before: Issue, after: Issue, base: str) -> Changes:
    """What is different, attribute by attribute; empty if nothing is (such deliveries are made all the same)."""
    old, new = issue_attrs(project, before, base), issue_attrs(project, after, base)
    found = {k: {"previous": old[k], "current": new[k]} for k in COMPARED if old[k] != new[k]}
    if before.assignees != after.assignees:
        found["assignees"] = {
            "previous": [user_attrs(user) for user in before.assignees],
            "current": [user_attrs(user) for user in after.assignees],
        }
    return found


def changes_of_new(project: Project, issue: Issue, base: str) -> Changes:
    """On creation every attribute set counts as changed from nothing (captured in 2026).

    `confidential` has a default in the database, so that a new confidential issue shows false to true: it looks
    like a public issue that was hidden a moment ago.
    """
    new = issue_attrs(project, issue, base)
    keys = ("author_id", "created_at", "description", "id", "iid", "project_id", "title", "updated_at")
    found: Changes = {key: {"previous": None, "current": new[key]} for key in keys}
    if issue.confidential:
        found["confidential"] = {"previous": False, "current": True}
    return found


class Happening(NamedTuple):
    """What was done to an issue: by whom, as which `action`, and what is different now."""

    actor: User
    action: str
    changes: Changes


def issue_event(project: Project, issue: Issue, done: Happening, base: str) -> dict[str, Any]:
    """The body of an issue event. Types other than `issue` come as `work_item` under the same header."""
    kind = "issue" if issue.type == "issue" else "work_item"
    described = project_attrs(project, base)
    body = {
        "object_kind": kind,
        "event_type": f"confidential_{kind}" if issue.confidential else kind,
        "user": user_attrs(done.actor),
        "project": described,
        "object_attributes": issue_attrs(project, issue, base) | {"action": done.action},
        "labels": _by_title(issue),
        "changes": done.changes,
        "repository": {key: described[key] for key in ("name", "url", "description", "homepage")},
    }
    if issue.assignees:
        body["assignees"] = [user_attrs(user) for user in issue.assignees]
    return body


def note_attrs(project: Project, issue: Issue, note: Note, base: str) -> dict[str, Any]:
    """`object_attributes` of a note event without its action; `internal` since 18.x."""
    digest = hashlib.sha1(f"note {note.id}".encode(), usedforsecurity=False).hexdigest()
    return {
        "attachment": None,
        "author_id": note.author.id,
        "change_position": None,
        "commit_id": None,
        "created_at": moment(note.created_at),
        "discussion_id": digest,
        "id": note.id,
        "internal": note.internal,
        "line_code": None,
        "note": note.body,
        "noteable_id": issue.id,
        "noteable_type": "Issue",
        "original_position": None,
        "position": None,
        "project_id": project.id,
        "resolved_at": None,
        "resolved_by_id": None,
        "resolved_by_push": None,
        "st_diff": None,
        "system": note.system,
        "type": None,
        "updated_at": moment(note.updated_at),
        "updated_by_id": _id(note.updated_by),
        "description": absolute_images(note.body, project, base),
        "url": f"{issue_url(project, issue, base)}#note_{note.id}",
    }


def note_event(project: Project, issue: Issue, note: Note, action: str, base: str) -> dict[str, Any]:
    """The body of a note event. Its user is the note's author, also when somebody else edited it (`UpdateService`)."""
    described = project_attrs(project, base)
    return {
        "object_kind": "note",
        "event_type": "confidential_note" if note.internal or issue.confidential else "note",
        "user": user_attrs(note.author),
        "project_id": project.id,
        "project": described,
        "object_attributes": note_attrs(project, issue, note, base) | {"action": action},
        "repository": {key: described[key] for key in ("name", "url", "description", "homepage")},
        "issue": issue_attrs(project, issue, base),
    }
