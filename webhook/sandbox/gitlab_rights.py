"""Who may see and change what on the sandbox's GitLab.

Pure questions about records. Sources: GitLab's policies (`project_policy`, `issuable_policy`, `issue_policy`,
`note_policy`), read file by file, with Planner standing beside Reporter as since 17.7. Groups, custom roles and
instance settings are left out: a member is a direct member of the project.
"""

from __future__ import annotations

from webhook.sandbox.gitlab_nouns import Access, Issue, Note, Project, User


def level(user: User | None, project: Project) -> Access:
    """The user's role in the project, `Access.NONE` for everybody who is not a member."""
    if user is None:
        return Access.NONE
    if user.admin:
        return Access.OWNER
    return project.members.get(user.id, Access.NONE)


def on_the_team(user: User | None, project: Project) -> bool:
    """Planner or higher: sees confidential issues and internal notes, sets labels and confidentiality."""
    return level(user, project) >= Access.PLANNER


def sees_project(user: User | None, project: Project) -> bool:
    """Public: everybody. Internal: everybody signed in but external users. Private: members."""
    if project.visibility == "public" or level(user, project) > Access.NONE:
        return True
    return project.visibility == "internal" and user is not None and not user.external


def has_part_in(user: User | None, issue: Issue) -> bool:
    """Whether the user is the issue's author or one of its assignees."""
    return user is not None and (issue.author is user or user in issue.assignees)


def sees_issue(user: User | None, project: Project, issue: Issue) -> bool:
    """A confidential issue is seen by its author, its assignees and the team; guests see only their own."""
    if not sees_project(user, project):
        return False
    return not issue.confidential or has_part_in(user, issue) or on_the_team(user, project)


def edits_issue(user: User | None, project: Project, issue: Issue) -> bool:
    """Title, description and state: the team, and the issue's author and assignees."""
    if project.archived or user is None or not sees_issue(user, project, issue):
        return False
    return on_the_team(user, project) or has_part_in(user, issue)


def sets_metadata(user: User | None, project: Project) -> bool:
    """Labels and confidentiality of an existing issue: the team only; from others they are dropped silently."""
    return on_the_team(user, project) and not project.archived


def sets_metadata_of_new(user: User | None, project: Project) -> bool:
    """Labels of an issue being created: any member, guests included (gitlab#300100)."""
    return level(user, project) >= Access.GUEST


def creates_in(user: User | None, project: Project) -> bool:
    """New issues, and reactions: everybody signed in who sees the project, while it is not archived."""
    return user is not None and sees_project(user, project) and not project.archived


def comments_on(user: User | None, project: Project, issue: Issue) -> bool:
    """New notes: whoever may write here and sees the issue; on a locked discussion members only."""
    if not creates_in(user, project) or not sees_issue(user, project, issue):
        return False
    return not issue.discussion_locked or level(user, project) > Access.NONE


def deletes_issue(user: User | None, project: Project) -> bool:
    """Deleting an issue is for owners (`destroy_issue`)."""
    return level(user, project) >= Access.OWNER and not project.archived


def administers(user: User | None, project: Project) -> bool:
    """Hooks, their health and their log: Maintainer and higher."""
    return level(user, project) >= Access.MAINTAINER


def sees_note(user: User | None, project: Project, note: Note) -> bool:
    """An internal note is for the team: neither the issue's author nor the note's own, if not on the team."""
    return not note.internal or on_the_team(user, project)


def edits_note(user: User | None, project: Project, note: Note) -> bool:
    """A note is edited and deleted by its author or a Maintainer; a system note by nobody."""
    if note.system or project.archived or not sees_note(user, project, note):
        return False
    return note.author is user or administers(user, project)
