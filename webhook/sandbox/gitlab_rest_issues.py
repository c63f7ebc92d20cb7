"""Routes about issues: list, read, create, change, move, delete, and the events of their labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, cast

from webhook.sandbox import gitlab_limits, gitlab_shapes
from webhook.sandbox import gitlab_rights as rights
from webhook.sandbox.exchange import Call, Reply
from webhook.sandbox.faults import FaultKind
from webhook.sandbox.gitlab_acts import Acts
from webhook.sandbox.gitlab_answers import (
    Params,
    forbidden,
    not_found,
    number,
    page,
    refusal,
    wrong_parameter,
)
from webhook.sandbox.gitlab_edits import Draft, Edit, InvalidError
from webhook.sandbox.gitlab_filters import TYPES, matching
from webhook.sandbox.gitlab_gate import PREFIX, Gate
from webhook.sandbox.gitlab_nouns import Issue, IssueType, Project, User
from webhook.sandbox.gitlab_world import World, id_in
from webhook.sandbox.routes import Router

CHANGEABLE = (
    "title", "description", "confidential", "labels", "add_labels", "remove_labels", "assignee_ids",
    "discussion_locked", "state_event", "created_at", "due_date", "milestone_id", "issue_type", "updated_at",
    "assignee_id", "weight",
)  # fmt: skip


class IssueRoutes:
    """`/projects/:id/issues` and `/projects/:id/issues/:iid`."""

    def __init__(self, world: World, gate: Gate, acts: Acts, router: Router) -> None:
        self.world, self.gate, self.acts = world, gate, acts
        router.add_all(
            (method, f"{PREFIX}projects/{{id}}/issues{template}", handler)
            for method, template, handler in (
                ("GET", "", self.issues),
                ("POST", "", self.create),
                ("GET", "/{iid}", self.issue),
                ("PUT", "/{iid}", self.change),
                ("DELETE", "/{iid}", self.delete),
                ("POST", "/{iid}/move", self.move),
                ("GET", "/{iid}/resource_label_events", self.label_events),
                ("GET", "/{iid}/resource_label_events/{event}", self.label_event),
            )
        )

    def issues(self, call: Call) -> Reply:
        """The issues one sees, filtered, newest first unless asked otherwise."""
        user, project, params = self.gate.user(call), self.gate.project(call), Params(call)
        seen = [i for i in project.issues.values() if rights.sees_issue(user, project, i)]
        order = params.choice("order_by", ("created_at", "updated_at", "title"), "created_at")
        backwards = params.choice("sort", ("asc", "desc"), "desc") == "desc"
        rows = sorted(matching(seen, params), key=lambda i: (getattr(i, order), i.id), reverse=backwards)
        details = bool(params.flag("with_labels_details"))
        return page(call, params, rows, lambda i: self._list_row(call, project, i, user, details=details))

    def _list_row(self, call: Call, project: Project, issue: Issue, user: User | None, *, details: bool) -> object:
        return gitlab_shapes.issue(project, as_read(call, issue), user, call.base_url, details=details, single=False)

    def _shown(self, call: Call, project: Project, issue: Issue, status: int = 200) -> Reply:
        return Reply(status, gitlab_shapes.issue(project, issue, self.gate.user(call), call.base_url))

    def issue(self, call: Call) -> Reply:
        """One issue."""
        project, issue = self.gate.issue(call)
        return self._shown(call, project, as_read(call, issue))

    def create(self, call: Call) -> Reply:
        """A new issue."""
        actor, project, params = self.gate.actor(call), self.gate.project(call), Params(call)
        if not rights.creates_in(actor.user, project):
            raise forbidden()
        gitlab_limits.count(self.world.core.limits, gitlab_limits.ISSUES, str(actor.user.id), call)
        kind = cast("IssueType", params.choice("issue_type", TYPES, "issue"))
        with _Validated():
            draft = Draft(
                params.required("title"),
                params.text("description"),
                bool(params.flag("confidential")),
                params.names("labels") or (),
                self._users(params.names("assignee_ids") or ()),
                kind,
            )
            issue = self.acts.file_issue(project, actor, draft)
        return self._shown(call, project, issue, 201)

    def change(self, call: Call) -> Reply:
        """A change. Hidden issues are 403 here, not 404: `find_by!` comes before the permission in GitLab."""
        actor, project, params = self.gate.actor(call), self.gate.project(call), Params(call)
        issue = project.issues.get(number(call, "iid"))
        if issue is None:
            raise not_found()
        if not rights.edits_issue(actor.user, project, issue):
            raise forbidden()
        if not params.any_of(*CHANGEABLE):
            raise wrong_parameter(f"{', '.join(CHANGEABLE)} are missing, at least one parameter must be provided")
        edit = self._edit(params)
        with _Validated():
            self.acts.change_issue(project, issue, actor, edit)
        return self._shown(call, project, issue)

    def _edit(self, params: Params) -> Edit:
        event = params.choice("state_event", ("close", "reopen"), "close") if "state_event" in params else None
        people = params.names("assignee_ids")
        return Edit(
            title=params.text("title"),
            description=params.text("description"),
            confidential=params.flag("confidential"),
            labels=params.names("labels"),
            add_labels=params.names("add_labels") or (),
            remove_labels=params.names("remove_labels") or (),
            assignees=None if people is None else self._users(people),
            discussion_locked=params.flag("discussion_locked"),
            state_event=cast("Literal['close', 'reopen'] | None", event),
        )

    def _users(self, numbers: Iterable[str]) -> list[User]:
        return [self.world.users[found] for key in numbers if (found := id_in(key)) in self.world.users]

    def delete(self, call: Call) -> Reply:
        """Gone: 404 from now on, and no hook hears of it."""
        user = self.gate.someone(call)
        project, issue = self.gate.issue(call, "Issue")
        if not rights.deletes_issue(user, project):
            raise forbidden()
        self.acts.delete_issue(project, issue)
        return Reply(204)

    def move(self, call: Call) -> Reply:
        """To another project; answers with the new issue."""
        actor = self.gate.actor(call)
        project, issue = self.gate.issue(call, "Issue")
        target = self.world.project(Params(call).required("to_project_id"))
        if target is None or not rights.sees_project(actor.user, target):
            raise not_found("Project")
        if not (rights.on_the_team(actor.user, project) and rights.on_the_team(actor.user, target)):
            raise refusal(400, "Cannot move issue due to insufficient permissions!")
        if target is project:
            raise refusal(400, "Cannot move issue to project it originates from!")
        return self._shown(call, target, self.acts.move_issue(project, issue, actor, target), 201)

    def label_events(self, call: Call) -> Reply:
        """Who attached and detached which label, oldest first."""
        self.gate.someone(call)
        project, issue = self.gate.issue(call, "Issue")
        show = gitlab_shapes.label_event
        return page(call, Params(call), issue.label_events, lambda e: show(project, issue, e, call.base_url))

    def label_event(self, call: Call) -> Reply:
        """One of them."""
        self.gate.someone(call)
        project, issue = self.gate.issue(call, "Issue")
        wanted = number(call, "event")
        found = next((event for event in issue.label_events if event.id == wanted), None)
        if found is None:
            raise not_found("ResourceLabelEvent")
        return Reply(200, gitlab_shapes.label_event(project, issue, found, call.base_url))


class _Validated:
    """Turns a failed validation into GitLab's 400."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, InvalidError):
            raise refusal(400, error.errors) from error


def as_read(call: Call, issue: Issue) -> Issue:
    """The issue, or with a stale read what it was before its last change."""
    stale = call.fault is not None and call.fault.kind is FaultKind.STALE
    return issue.before if stale and issue.before is not None else issue
