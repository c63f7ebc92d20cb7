"""Routes about the labels of a project, by id or name, the name in the path or in the body."""

from __future__ import annotations

from webhook.sandbox import gitlab_rights as rights
from webhook.sandbox import gitlab_shapes
from webhook.sandbox.exchange import Call, Reply
from webhook.sandbox.gitlab_answers import Params, forbidden, not_found, page, refusal, wrong_parameter
from webhook.sandbox.gitlab_gate import PREFIX, Gate
from webhook.sandbox.gitlab_labels import LabelBook, LabelFaultError, LabelTakenError, colour
from webhook.sandbox.gitlab_nouns import Label, Project
from webhook.sandbox.gitlab_world import World, find_label
from webhook.sandbox.routes import Router

CHANGEABLE = ("new_name", "color", "description", "priority", "archived")


class LabelRoutes:
    """`/projects/:id/labels`."""

    def __init__(self, world: World, gate: Gate, book: LabelBook, router: Router) -> None:
        self.world, self.gate, self.book = world, gate, book
        router.add_all(
            (method, f"{PREFIX}projects/{{id}}/labels{template}", handler)
            for method, template, handler in (
                ("GET", "", self.labels),
                ("POST", "", self.create),
                ("PUT", "", self.change),
                ("DELETE", "", self.delete),
                ("GET", "/{label}", self.label),
                ("PUT", "/{label}", self.change),
                ("DELETE", "/{label}", self.delete),
            )
        )

    def labels(self, call: Call) -> Reply:
        """All labels by name; `search` looks into names and descriptions, `archived` filters."""
        self.gate.someone(call)
        project, params = self.gate.project(call), Params(call)
        rows = sorted(project.labels.values(), key=lambda label: label.title)
        if words := params.text("search"):
            rows = [r for r in rows if words.lower() in f"{r.title}\n{r.description or ''}".lower()]
        if (archived := params.flag("archived")) is not None:
            rows = [r for r in rows if r.archived == archived]
        return page(call, params, rows, gitlab_shapes.label)

    def _named(self, call: Call, params: Params) -> tuple[Project, Label]:
        project = self.gate.project(call)
        key = call.args.get("label") or params.text("label_id") or params.text("name")
        if key is None:
            raise wrong_parameter("label_id, name are missing, exactly one parameter must be provided")
        label = find_label(project, key)
        if label is None:
            raise not_found("Label")
        return project, label

    def label(self, call: Call) -> Reply:
        """One label."""
        self.gate.someone(call)
        return Reply(200, gitlab_shapes.label(self._named(call, Params(call))[1]))

    def create(self, call: Call) -> Reply:
        """A new label: 409 if the name is taken, 400 for a comma or a colour that is none."""
        user, project, params = self.gate.someone(call), self.gate.project(call), Params(call)
        if not rights.sets_metadata(user, project):
            raise forbidden()
        name, color = params.required("name"), params.required("color")
        try:
            label = self.book.create(project, name, color, params.text("description"))
        except LabelTakenError as error:
            raise refusal(409, "Label already exists") from error
        except LabelFaultError as error:
            raise refusal(400, error.errors) from error
        label.archived, label.priority = bool(params.flag("archived")), params.integer("priority")
        return Reply(201, gitlab_shapes.label(label))

    def change(self, call: Call) -> Reply:
        """Another name, colour, description, priority or whether it is archived. No hook hears of it."""
        user, params = self.gate.someone(call), Params(call)
        project, label = self._named(call, params)
        if not rights.sets_metadata(user, project):
            raise forbidden()
        if not params.any_of(*CHANGEABLE):
            raise wrong_parameter(f"{', '.join(CHANGEABLE)} are missing, at least one parameter must be provided")
        try:
            if new_name := params.text("new_name"):
                self.book.rename(project, label, new_name)
            if color := params.text("color"):
                label.color = colour(color)
        except LabelFaultError as error:
            raise refusal(400, error.errors) from error
        if "description" in params:
            label.description = params.text("description") or None
        if "priority" in params:
            label.priority = params.integer("priority")
        label.archived = label.archived if (flag := params.flag("archived")) is None else flag
        label.updated_at = self.world.now()
        return Reply(200, gitlab_shapes.label(label))

    def delete(self, call: Call) -> Reply:
        """Gone, from all issues too."""
        user = self.gate.someone(call)
        project, label = self._named(call, Params(call))
        if not rights.sets_metadata(user, project):
            raise forbidden()
        self.book.delete(project, label)
        return Reply(204)
