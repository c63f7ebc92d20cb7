"""How the sandbox's GitLab answers: the JSON of each entity of the REST API.

Key for key after answers of gitlab.com recorded by the ogr project (2019-2024) and GitLab's `API::Entities`;
attributes the sandbox does not model stand there with the value an untouched record has.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from webhook.sandbox import gitlab_rights as rights
from webhook.sandbox.gitlab_hooks import AlertStatus, Hook
from webhook.sandbox.gitlab_nouns import Award, Issue, Label, LabelEvent, Note, Project, Token, User
from webhook.sandbox.gitlab_payloads import avatar, issue_url, moment


def user_basic(user: User, base: str) -> dict[str, Any]:
    """A user as others see it."""
    return {
        "id": user.id,
        "username": user.username,
        "public_email": "",
        "name": user.name,
        "state": "active",
        "locked": False,
        "avatar_url": avatar(user),
        "web_url": f"{base}/{user.username}",
    }


def current_user(user: User, base: str) -> dict[str, Any]:
    """`GET /user`."""
    return (
        user_basic(user, base)
        | {
            "created_at": moment(user.created_at),
            "bio": "",
            "location": None,
            "linkedin": "",
            "twitter": "",
            "website_url": "",
            "organization": None,
            "job_title": "",
            "pronouns": None,
            "bot": user.bot,
            "work_information": None,
            "last_sign_in_at": None,
            "confirmed_at": moment(user.created_at),
            "last_activity_on": None,
            "email": f"{user.username}@sandbox.invalid",
            "commit_email": f"{user.username}@sandbox.invalid",
            "preferred_language": "en",
            "local_time": None,
            "scim_identities": [],
            "theme_id": 3,
            "color_scheme_id": 1,
            "projects_limit": 0 if user.bot else 100_000,
            "current_sign_in_at": None,
            "identities": [],
            "can_create_group": not user.bot,
            "can_create_project": not user.bot,
            "two_factor_enabled": False,
            "external": user.external,
            "private_profile": False,
        }
        | ({"is_admin": True} if user.admin else {})
    )


def member(user: User, project: Project, base: str) -> dict[str, Any]:
    """A member of a project with the role."""
    return user_basic(user, base) | {
        "access_level": int(project.members[user.id]),
        "created_at": moment(project.created_at),
        "expires_at": None,
        "membership_state": "active",
    }


def token(token: Token, now: float) -> dict[str, Any]:
    """An access token, without its secret."""
    ends = token.expires_at
    return {
        "id": token.id,
        "name": token.user.name,
        "revoked": token.revoked,
        "created_at": moment(token.created_at),
        "description": None,
        "scopes": list(token.scopes),
        "user_id": token.user.id,
        "last_used_at": moment(now),
        "active": token.active(now),
        "expires_at": None if ends is None else datetime.fromtimestamp(ends, UTC).date().isoformat(),
    }


def project(project: Project, user: User | None, base: str) -> dict[str, Any]:
    """A project, with what the asking user may do in it."""
    path, level = project.path_with_namespace, rights.level(user, project)
    own = {"access_level": int(level), "notification_level": 3} if level else None
    return {
        "id": project.id,
        "description": project.description,
        "name": project.name,
        "name_with_namespace": f"{project.namespace} / {project.name}",
        "path": project.path,
        "path_with_namespace": path,
        "created_at": moment(project.created_at),
        "default_branch": "main",
        "tag_list": [],
        "topics": [],
        "ssh_url_to_repo": f"git@sandbox.invalid:{path}.git",
        "http_url_to_repo": f"{base}/{path}.git",
        "web_url": f"{base}/{path}",
        "readme_url": None,
        "forks_count": 0,
        "avatar_url": None,
        "star_count": 0,
        "last_activity_at": moment(project.created_at),
        "namespace": {
            "name": project.namespace,
            "path": project.namespace.rpartition("/")[2],
            "kind": "group",
            "full_path": project.namespace,
            "parent_id": None,
            "avatar_url": None,
            "web_url": f"{base}/groups/{project.namespace}",
        },
        "_links": {
            "self": f"{base}/api/v4/projects/{project.id}",
            "issues": f"{base}/api/v4/projects/{project.id}/issues",
            "labels": f"{base}/api/v4/projects/{project.id}/labels",
            "members": f"{base}/api/v4/projects/{project.id}/members",
        },
        "archived": project.archived,
        "visibility": project.visibility,
        "issues_enabled": True,
        "issues_access_level": "enabled",
        "service_desk_enabled": False,
        "can_create_merge_request_in": False,
        "creator_id": project.creator.id,
        "open_issues_count": sum(not issue.closed for issue in project.issues.values()),
        "issues_template": None,
        "permissions": {"project_access": own, "group_access": None},
    }


def label_basic(label: Label) -> dict[str, Any]:
    """A label as label events and detailed issues show it."""
    return {
        "id": label.id,
        "name": label.title,
        "description": label.description,
        "description_html": label.description or "",
        "text_color": "#1F1E24" if _is_light(label.color) else "#FFFFFF",
        "color": label.color,
        "archived": label.archived,
    }


def _is_light(colour: str) -> bool:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])  # noqa: PLR2004  # #rrggbb
    return sum(int(digits[i : i + 2], 16) for i in (0, 2, 4)) > 500  # noqa: PLR2004  # as GitLab's `text_color_for_bg`


def label(label: Label) -> dict[str, Any]:
    """A label of a project."""
    return label_basic(label) | {"subscribed": False, "priority": label.priority, "is_project_label": True}


def issue(  # noqa: PLR0913  # each a part of what is shown or to whom
    project: Project, issue: Issue, user: User | None, base: str, *, details: bool = False, single: bool = True
) -> dict[str, Any]:
    """An issue; in a list (`single=False`) `subscribed` is left out. `details` gives labels as objects."""
    labels = sorted(issue.labels, key=lambda label: label.title)
    link = f"{base}/api/v4/projects/{project.id}/issues/{issue.iid}"
    people = [user_basic(one, base) for one in issue.assignees]
    boxes = _boxes(issue.description)
    shown = {
        "id": issue.id,
        "iid": issue.iid,
        "project_id": project.id,
        "title": issue.title,
        "description": issue.description,
        "state": "closed" if issue.closed else "opened",
        "created_at": moment(issue.created_at),
        "updated_at": moment(issue.updated_at),
        "closed_at": moment(issue.closed_at),
        "closed_by": user_basic(issue.closed_by, base) if issue.closed_by else None,
        "labels": [label_basic(one) if details else one.title for one in labels],
        "milestone": None,
        "assignees": people,
        "author": user_basic(issue.author, base),
        "type": issue.type.upper(),
        "assignee": people[0] if people else None,
        "user_notes_count": sum(not note.system for note in issue.notes.values()),
        "merge_requests_count": 0,
        "upvotes": sum(award.name == "thumbsup" for award in issue.awards.values()),
        "downvotes": sum(award.name == "thumbsdown" for award in issue.awards.values()),
        "due_date": None,
        "confidential": issue.confidential,
        "discussion_locked": issue.discussion_locked,
        "issue_type": issue.type,
        "web_url": issue_url(project, issue, base),
        "time_stats": {
            "time_estimate": 0,
            "total_time_spent": 0,
            "human_time_estimate": None,
            "human_total_time_spent": None,
        },
        "task_completion_status": {"count": sum(boxes), "completed_count": boxes[1]},
        "weight": None,
        "blocking_issues_count": 0,
        "has_tasks": bool(sum(boxes)),
        "_links": {
            "self": link,
            "notes": f"{link}/notes",
            "award_emoji": f"{link}/award_emoji",
            "project": f"{base}/api/v4/projects/{project.id}",
            "closed_as_duplicate_of": None,
        },
        "references": {
            "short": f"#{issue.iid}",
            "relative": f"#{issue.iid}",
            "full": f"{project.path_with_namespace}#{issue.iid}",
        },
        "severity": "UNKNOWN",
        "moved_to_id": issue.moved_to_id,
        "imported": False,
        "imported_from": "none",
        "service_desk_reply_to": None,
        "health_status": None,
    }
    if sum(boxes):
        shown["task_status"] = f"{boxes[1]} of {sum(boxes)} checklist items completed"
    return shown | ({"subscribed": user is issue.author} if single else {})


def _boxes(text: str | None) -> tuple[int, int]:
    """Check boxes in the text: open ones, ticked ones."""
    lines = [line.lstrip(" -*+") for line in (text or "").splitlines() if line.lstrip()[:1] in {"-", "*", "+"}]
    return sum(line.startswith("[ ]") for line in lines), sum(line[:3].lower() == "[x]" for line in lines)


def note(project: Project, issue: Issue, note: Note, base: str) -> dict[str, Any]:
    """A note, system or not."""
    return {
        "id": note.id,
        "type": None,
        "body": note.body,
        "author": user_basic(note.author, base),
        "created_at": moment(note.created_at),
        "updated_at": moment(note.updated_at),
        "system": note.system,
        "noteable_id": issue.id,
        "noteable_type": "Issue",
        "project_id": project.id,
        "resolvable": False,
        "confidential": note.internal,
        "internal": note.internal,
        "imported": False,
        "imported_from": "none",
        "noteable_iid": issue.iid,
        "commands_changes": {},
        "attachment": None,
    }


def award(award: Award, awardable_id: int, awardable_type: str, base: str) -> dict[str, Any]:
    """An emoji on a note or an issue."""
    return {
        "id": award.id,
        "name": award.name,
        "user": user_basic(award.user, base),
        "created_at": moment(award.at),
        "updated_at": moment(award.at),
        "awardable_id": awardable_id,
        "awardable_type": awardable_type,
        "url": None,
    }


def label_event(project: Project, issue: Issue, event: LabelEvent, base: str) -> dict[str, Any]:
    """Who attached or detached which label; a label deleted meanwhile is null."""
    known = project.labels.get(event.label_id)
    return {
        "id": event.id,
        "user": user_basic(event.user, base),
        "created_at": moment(event.at),
        "resource_type": "Issue",
        "resource_id": issue.id,
        "label": label_basic(known) if known else None,
        "action": event.action,
    }


def hook(hook: Hook, status: AlertStatus) -> dict[str, Any]:
    """A project hook. The secrets are write-only: only whether they are there is told."""
    return {
        "id": hook.id,
        "url": hook.url,
        "name": hook.name,
        "description": hook.description,
        "created_at": moment(hook.created_at),
        "enable_ssl_verification": hook.enable_ssl_verification,
        "alert_status": status,
        "disabled_until": moment(hook.disabled_until),
        "url_variables": [],
        "push_events_branch_filter": "",
        "branch_filter_strategy": "wildcard",
        "custom_webhook_template": None,
        "custom_headers": [],
        "project_id": hook.project_id,
        "token_present": bool(hook.token),
        "signing_token_present": bool(hook.signing_token),
        **hook.flags,
    }
