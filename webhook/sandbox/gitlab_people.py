"""What people do on the sandbox's GitLab in their browsers: file issues, edit, comment, label, open to the public.

Controls (see `webhook.sandbox.core`): they take names and numbers and return plain values. People come into being
when they are first named, without any role. Rights are asked: what GitLab would refuse or drop is a `ControlError`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast, get_args

from webhook.sandbox import gitlab_rights as rights
from webhook.sandbox import gitlab_shapes as shapes
from webhook.sandbox.core import ControlError, Core, control
from webhook.sandbox.gitlab_acts import Acts
from webhook.sandbox.gitlab_edits import Actor, Draft, Edit, InvalidError
from webhook.sandbox.gitlab_nouns import Award, Issue, IssueType, Note, Project, User
from webhook.sandbox.gitlab_world import World


class HasCore(Protocol):
    """Anything that belongs to a sandbox."""

    core: Core


P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound=HasCore)


def deed(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """A control that takes the sandbox's lock itself, so that Python code may call it beside running requests."""

    @wraps(method)
    def locked(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.core.lock:
            try:
                return method(self, *args, **kwargs)
            except InvalidError as error:
                raise ControlError(str(error)) from error

    return control(locked)


class People:
    """The part of `GitLab` that people are. A project is named by id or full path, a person by username."""

    core: Core
    world: World
    acts: Acts

    @deed
    def file_issue(  # noqa: PLR0913  # the fields of the form
        self,
        project: str | int,
        person: str,
        title: str,
        description: str | None = None,
        *,
        confidential: bool = False,
        labels: Sequence[str] = (),
        issue_type: str = "issue",
    ) -> int:
        """File an issue; returns its iid. A line `/confidential` in the description works as it does on GitLab."""
        found, user = self._project(project), self._person(person)
        if not rights.creates_in(user, found):
            raise ControlError(f"{person} may not file issues in {found.path_with_namespace}")
        if issue_type not in get_args(IssueType):
            raise ControlError(f"no issue type {issue_type}")
        draft = Draft(title, description, confidential, labels, (), cast("IssueType", issue_type))
        return self.acts.file_issue(found, Actor(user), draft).iid

    @deed
    def edit_issue(
        self, project: str | int, number: int, person: str, title: str | None = None, description: str | None = None
    ) -> None:
        """Change an issue's title, description or both (None leaves it)."""
        self._change(project, number, person, Edit(title=title, description=description))

    @deed
    def set_state(self, project: str | int, number: int, person: str, state: str) -> None:
        """Close (`closed`) or reopen (`opened`) an issue."""
        if state not in {"opened", "closed"}:
            raise ControlError("state is opened or closed")
        self._change(project, number, person, Edit(state_event="close" if state == "closed" else "reopen"))

    @deed
    def set_confidential(self, project: str | int, number: int, person: str, *, confidential: bool) -> None:
        """Hide an issue from the public, or show it."""
        self._change(project, number, person, Edit(confidential=confidential), team=True)

    @deed
    def add_labels(self, project: str | int, number: int, person: str, labels: Sequence[str]) -> None:
        """Put labels on an issue."""
        self._change(project, number, person, Edit(add_labels=labels), team=True)

    @deed
    def remove_labels(self, project: str | int, number: int, person: str, labels: Sequence[str]) -> None:
        """Take labels off an issue."""
        self._change(project, number, person, Edit(remove_labels=labels), team=True)

    @deed
    def assign(self, project: str | int, number: int, person: str, assignees: Sequence[str]) -> None:
        """Set an issue's assignees, who then see it even if it is confidential."""
        users = [self._person(name) for name in assignees]
        self._change(project, number, person, Edit(assignees=users), team=True)

    @deed
    def comment(self, project: str | int, number: int, person: str, body: str, *, internal: bool = False) -> int | None:
        """Comment on an issue; returns the note's id, None if the text was nothing but quick actions."""
        found, issue, user = self._seen(project, number, person)
        if not rights.comments_on(user, found, issue) or (internal and not rights.on_the_team(user, found)):
            raise ControlError(f"{person} may not write this comment")
        made = self.acts.add_note(found, issue, Actor(user), body, internal=internal)
        return made.id if isinstance(made, Note) else None

    @deed
    def edit_comment(self, note: int, person: str, body: str) -> None:
        """Replace a comment's text."""
        found, issue, one, user = self._own_note(note, person)
        self.acts.edit_note(found, issue, one, Actor(user), body)

    @deed
    def delete_comment(self, note: int, person: str) -> None:
        """Delete a comment."""
        _, issue, one, _ = self._own_note(note, person)
        self.acts.delete_note(issue, one)

    @deed
    def react(self, note: int, person: str, name: str = "thumbsup") -> int:
        """Put an emoji on a comment; returns the award's id."""
        _, _, one, user = self._note(note, person)
        award = Award(self.core.next_id(), name, user, self.world.now())
        one.awards[award.id] = award
        return award.id

    @deed
    def delete_issue(self, project: str | int, number: int) -> None:
        """Delete an issue, as an owner may. No hook hears of it."""
        found, issue = self._issue(project, number)
        self.acts.delete_issue(found, issue)

    @deed
    def move_issue(self, project: str | int, number: int, person: str, to: str | int) -> int:
        """Move an issue to another project; returns its iid there."""
        found, issue, user = self._seen(project, number, person)
        target = self._project(to)
        if not (rights.on_the_team(user, found) and rights.on_the_team(user, target)):
            raise ControlError(f"{person} is not on the team of both projects")
        return self.acts.move_issue(found, issue, Actor(user), target).iid

    @deed
    def read_issue(self, project: str | int, number: int) -> dict[str, Any]:
        """Everything about an issue as its team sees it: `issue`, `labels`, `notes` (oldest first), `label_events`."""
        found, issue = self._issue(project, number)
        base = self.core.base_url
        return {
            "issue": shapes.issue(found, issue, issue.author, base),
            "labels": sorted(label.title for label in issue.labels),
            "notes": [
                shapes.note(found, issue, note, base) | {"awards": [award.name for award in note.awards.values()]}
                for note in issue.notes.values()
            ],
            "label_events": [shapes.label_event(found, issue, event, base) for event in issue.label_events],
        }

    @deed
    def issue_numbers(self, project: str | int) -> list[int]:
        """The iids of all issues that are there."""
        return list(self._project(project).issues)

    def _change(self, project: str | int, number: int, person: str, edit: Edit, *, team: bool = False) -> None:
        found, issue, user = self._seen(project, number, person)
        allowed = rights.sets_metadata(user, found) if team else rights.edits_issue(user, found, issue)
        if not allowed:
            raise ControlError(f"{person} may not make this change in {found.path_with_namespace}")
        self.acts.change_issue(found, issue, Actor(user), edit)

    def _person(self, username: str) -> User:
        return self.world.user(username) or self.world.add_user(username)

    def _project(self, key: str | int) -> Project:
        found = self.world.project(key)
        if found is None:
            raise ControlError(f"no project {key}")
        return found

    def _issue(self, project: str | int, number: int) -> tuple[Project, Issue]:
        found = self._project(project)
        if number not in found.issues:
            raise ControlError(f"no issue {number} in {found.path_with_namespace}")
        return found, found.issues[number]

    def _seen(self, project: str | int, number: int, person: str) -> tuple[Project, Issue, User]:
        found, issue = self._issue(project, number)
        user = self._person(person)
        if not rights.sees_issue(user, found, issue):
            raise ControlError(f"{person} does not see issue {number} of {found.path_with_namespace}")
        return found, issue, user

    def _note(self, number: int, person: str) -> tuple[Project, Issue, Note, User]:
        user = self._person(person)
        for project in self.world.projects.values():
            for issue in project.issues.values():
                note = issue.notes.get(number)
                if note and rights.sees_issue(user, project, issue) and rights.sees_note(user, project, note):
                    return project, issue, note, user
        raise ControlError(f"no note {number} that {person} sees")

    def _own_note(self, number: int, person: str) -> tuple[Project, Issue, Note, User]:
        project, issue, note, user = self._note(number, person)
        if not rights.edits_note(user, project, note):
            raise ControlError(f"{person} may not change note {number}")
        return project, issue, note, user
