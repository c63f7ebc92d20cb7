"""Routes about notes (comments) and the emoji on notes and issues."""

from __future__ import annotations

import re

from webhook.sandbox import gitlab_limits, gitlab_shapes
from webhook.sandbox import gitlab_rights as rights
from webhook.sandbox.exchange import Call, Reply
from webhook.sandbox.gitlab_acts import Acts
from webhook.sandbox.gitlab_answers import Params, forbidden, not_found, number, page, refusal
from webhook.sandbox.gitlab_edits import InvalidError
from webhook.sandbox.gitlab_gate import PREFIX, Gate
from webhook.sandbox.gitlab_nouns import Award, Issue, Note, Project
from webhook.sandbox.gitlab_world import World
from webhook.sandbox.routes import Router

EMOJI_NAME = re.compile(r"[a-z0-9_+-]+")
ISSUE = f"{PREFIX}projects/{{id}}/issues/{{iid}}"


class NoteRoutes:
    """`…/issues/:iid/notes` and `…/award_emoji`."""

    def __init__(self, world: World, gate: Gate, acts: Acts, router: Router) -> None:
        self.world, self.gate, self.acts = world, gate, acts
        router.add_all(
            (method, ISSUE + template, handler)
            for method, template, handler in (
                ("GET", "/notes", self.notes),
                ("POST", "/notes", self.create),
                ("GET", "/notes/{note}", self.note),
                ("PUT", "/notes/{note}", self.change),
                ("DELETE", "/notes/{note}", self.delete),
                ("GET", "/notes/{note}/award_emoji", self.awards),
                ("POST", "/notes/{note}/award_emoji", self.award),
                ("DELETE", "/notes/{note}/award_emoji/{award}", self.take_back),
                ("GET", "/award_emoji", self.awards),
                ("POST", "/award_emoji", self.award),
                ("DELETE", "/award_emoji/{award}", self.take_back),
            )
        )

    def notes(self, call: Call) -> Reply:
        """All notes one may read, system notes among them, newest first unless asked otherwise.

        Pages are cut before the unreadable ones are left out, so that a page may be short (as `API::Notes` does).
        """
        user = self.gate.someone(call)
        project, issue = self.gate.issue(call, "Issue")
        params = Params(call)
        order = params.choice("order_by", ("created_at", "updated_at"), "created_at")
        backwards = params.choice("sort", ("asc", "desc"), "desc") == "desc"
        kinds = ("all_notes", "only_comments", "only_activity")
        filtered = params.choice("activity_filter", kinds, "all_notes")
        rows = [n for n in issue.notes.values() if filtered == "all_notes" or n.system == (filtered == kinds[2])]
        rows.sort(key=lambda note: (getattr(note, order), note.id), reverse=backwards)
        reply = page(call, params, rows, lambda note: note)
        readable = [note for note in reply.body if rights.sees_note(user, project, note)]
        reply.body = [gitlab_shapes.note(project, issue, note, call.base_url) for note in readable]
        return reply

    def note(self, call: Call) -> Reply:
        """One note."""
        project, issue, note = self.gate.note(call)
        return Reply(200, gitlab_shapes.note(project, issue, note, call.base_url))

    def create(self, call: Call) -> Reply:
        """A new note; the limit is asked before anything else. One of quick actions alone is 202 and no note."""
        actor = self.gate.actor(call)
        gitlab_limits.count(self.world.core.limits, gitlab_limits.NOTES, str(actor.user.id), call)
        project, issue = self.gate.issue(call, "Issue")
        params = Params(call)
        if not rights.comments_on(actor.user, project, issue):
            raise forbidden()
        internal = bool(params.flag("internal") or params.flag("confidential"))
        if internal and not rights.on_the_team(actor.user, project):
            raise forbidden()
        body = params.required("body")
        try:
            made = self.acts.add_note(project, issue, actor, body, internal=internal)
        except InvalidError as error:
            raise refusal(400, f"400 Bad request - Note {error.errors}") from error
        if isinstance(made, Note):
            return Reply(201, gitlab_shapes.note(project, issue, made, call.base_url))
        return Reply(202, {"commands_changes": {}, "summary": [f"Ran {name}" for name, _ in made]})

    def change(self, call: Call) -> Reply:
        """Another text. Whether it is internal cannot be changed, and a wish for it is not heard."""
        actor = self.gate.actor(call)
        project, issue, note = self.gate.note(call)
        params = Params(call)
        if not rights.edits_note(actor.user, project, note):
            raise forbidden()
        try:
            self.acts.edit_note(project, issue, note, actor, params.required("body"))
        except InvalidError as error:
            raise refusal(400, f"400 Bad request - Note {error.errors}") from error
        return Reply(200, gitlab_shapes.note(project, issue, note, call.base_url))

    def delete(self, call: Call) -> Reply:
        """Gone."""
        user = self.gate.someone(call)
        project, issue, note = self.gate.note(call)
        if not rights.edits_note(user, project, note):
            raise forbidden()
        self.acts.delete_note(issue, note)
        return Reply(204)

    def _awardable(self, call: Call) -> tuple[Project, Issue | Note, str]:
        self.gate.someone(call)
        if "note" in call.args:
            project, _, note = self.gate.note(call)
            return project, note, "Note"
        project, issue = self.gate.issue(call, "Issue")
        return project, issue, "Issue"

    def awards(self, call: Call) -> Reply:
        """The emoji on a note or an issue."""
        _, target, kind = self._awardable(call)
        rows = list(target.awards.values())
        return page(call, Params(call), rows, lambda a: gitlab_shapes.award(a, target.id, kind, call.base_url))

    def award(self, call: Call) -> Reply:
        """A new one. The same of the same user again is a 404 that says so (recorded in 2024)."""
        user = self.gate.someone(call)
        project, target, kind = self._awardable(call)
        name = Params(call).required("name")
        if not rights.creates_in(user, project):
            raise not_found("Award Emoji")
        if not EMOJI_NAME.fullmatch(name):
            raise not_found("Award Emoji Name is not a valid emoji name")
        if any(one.user is user and one.name == name for one in target.awards.values()):
            raise not_found("Award Emoji Name has already been taken")
        award = Award(self.world.core.next_id(), name, user, self.world.now())
        target.awards[award.id] = award
        return Reply(201, gitlab_shapes.award(award, target.id, kind, call.base_url))

    def take_back(self, call: Call) -> Reply:
        """One's own emoji, removed."""
        user = self.gate.someone(call)
        _, target, _ = self._awardable(call)
        found = target.awards.get(number(call, "award"))
        if found is None:
            raise not_found()
        if found.user is not user and not user.admin:
            raise forbidden()
        del target.awards[found.id]
        return Reply(204)
