"""What happens on the sandbox's GitLab when somebody files, edits, labels, comments, moves or deletes.

Each act changes the records, writes label events and system notes, and tells the hooks. Whether the actor may do
it is asked before (`gitlab_rights`), except where GitLab drops what is not allowed without a word: labels and
confidentiality from people outside the team, archived labels, unknown labels that the actor may not create.
Sources: GitLab's services (`Issues::UpdateService`, `Notes::CreateService` …), gitlab#30791, gitlab#554226.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from webhook.sandbox import gitlab_payloads as payloads
from webhook.sandbox import gitlab_quick as quick
from webhook.sandbox import gitlab_rights as rights
from webhook.sandbox.gitlab_edits import Actor, Draft, Edit, check_note, check_texts, edit_of
from webhook.sandbox.gitlab_hooks import Doorman, Trigger
from webhook.sandbox.gitlab_labels import LabelBook
from webhook.sandbox.gitlab_nouns import Issue, Label, LabelEvent, Note, Project, User
from webhook.sandbox.gitlab_world import World


class Acts:
    """The verbs. One per sandbox; used under the core's lock."""

    def __init__(self, world: World, doorman: Doorman, labels: LabelBook) -> None:
        self.world = world
        self.doorman = doorman
        self.labels = labels
        self.noop_update_fires = True
        """An update that changes nothing tells the hooks all the same (gitlab#30791)."""
        self.commands_run: list[tuple[str, str, str]] = []
        """Quick actions that ran: where, who, which. A service's note must never add to it."""

    @property
    def _base(self) -> str:
        return self.world.core.base_url

    def file_issue(self, project: Project, by: Actor, draft: Draft) -> Issue:
        """A new issue. Quick actions in the description run before it is saved, so the first event knows of them."""
        text, commands = quick.extract(draft.description) if draft.description else (draft.description, [])
        asked = edit_of(commands)
        check_texts(draft.title, text)
        project.last_iid += 1
        now = self.world.now()
        issue = Issue(
            self.world.core.next_id(),
            project.last_iid,
            project.id,
            draft.author or by.user,
            now,
            now,
            draft.title,
            text,
            confidential=draft.confidential or bool(asked.confidential),
            type=draft.type,
            assignees=list(draft.assignees),
        )
        project.issues[issue.iid] = issue
        self._ran(f"issue {project.id}#{issue.iid}", by, commands)
        if rights.sets_metadata_of_new(by.user, project):
            names = [*draft.labels, *asked.add_labels]
            self._attach(issue, self.labels.wanted(project, by.user, names), by)
        self._tell(project, issue, by, "open", payloads.changes_of_new(project, issue, self._base))
        return issue

    def change_issue(self, project: Project, issue: Issue, by: Actor, edit: Edit) -> None:
        """An update by somebody who may edit the issue. Closing and reopening speak first, in an event of their own."""
        check_texts(edit.title, edit.description)
        if edit.state_event and (edit.state_event == "close") != issue.closed:
            self._switch_state(project, issue, by, close=edit.state_event == "close")
            if edit.only_state:
                return
        before = issue.snapshot()
        notes = self._edit_texts(issue, by, edit)
        if rights.sets_metadata(by.user, project):
            notes += self._edit_metadata(project, issue, by, edit)
        changed = payloads.changes(project, before, issue, self._base)
        if changed:
            issue.updated_at, issue.updated_by, issue.before = self.world.now(), by.user, before
            changed = payloads.changes(project, before, issue, self._base)
        for text in notes:
            self._system_note(issue, by.user, text)
        if changed or self.noop_update_fires:
            self._tell(project, issue, by, "update", changed)

    def _edit_texts(self, issue: Issue, by: Actor, edit: Edit) -> list[str]:
        notes = []
        if edit.title is not None and edit.title != issue.title:
            issue.title = edit.title
            notes.append("changed title")
        if edit.description is not None and edit.description != issue.description:
            issue.description = edit.description
            issue.last_edited_at, issue.last_edited_by = self.world.now(), by.user
            notes.append("changed the description")
        if edit.discussion_locked is not None:
            issue.discussion_locked = edit.discussion_locked
        return notes

    def _edit_metadata(self, project: Project, issue: Issue, by: Actor, edit: Edit) -> list[str]:
        notes = []
        if edit.confidential is not None and edit.confidential != issue.confidential:
            issue.confidential = edit.confidential
            how = "confidential" if edit.confidential else "visible to everyone"
            notes.append(f"made the issue {how}")
        if edit.assignees is not None:
            issue.assignees = list(edit.assignees)
        if edit.labels is not None:
            keep = self.labels.wanted(project, by.user, edit.labels, also=issue.labels)
            self._detach(issue, [label for label in issue.labels if label not in keep], by)
            self._attach(issue, keep, by)
        self._attach(issue, self.labels.wanted(project, by.user, edit.add_labels), by)
        unwanted = set(edit.remove_labels)
        self._detach(issue, [label for label in issue.labels if label.title in unwanted], by)
        return notes

    def _switch_state(self, project: Project, issue: Issue, by: Actor, *, close: bool) -> None:
        before, now = issue.snapshot(), self.world.now()
        issue.closed_at, issue.closed_by = (now, by.user) if close else (None, None)
        issue.updated_at, issue.updated_by, issue.before = now, by.user, before
        changed = payloads.changes(project, before, issue, self._base)
        self._tell(project, issue, by, "close" if close else "reopen", changed)

    def _attach(self, issue: Issue, labels: Iterable[Label], by: Actor) -> None:
        for label in labels:
            if label not in issue.labels:
                issue.labels.append(label)
                self._label_event(issue, label, by, "add")

    def _detach(self, issue: Issue, labels: Iterable[Label], by: Actor) -> None:
        for label in labels:
            issue.labels.remove(label)
            self._label_event(issue, label, by, "remove")

    def _label_event(self, issue: Issue, label: Label, by: Actor, action: Literal["add", "remove"]) -> None:
        event = LabelEvent(self.world.core.next_id(), by.user, self.world.now(), label.id, action)
        issue.label_events.append(event)

    def move_issue(self, project: Project, issue: Issue, by: Actor, target: Project) -> Issue:
        """A move: a new issue there, with its notes and the labels known there; this one is closed."""
        titles = [label.title for label in issue.labels if self.labels.by_title(target, label.title)]
        draft = Draft(
            issue.title,
            issue.description,
            issue.confidential,
            titles,
            tuple(issue.assignees),
            issue.type,
            issue.author,
        )
        moved = self.file_issue(target, by, draft)
        for note in issue.notes.values():
            copy = replace(note, id=self.world.core.next_id(), awards={})
            moved.notes[copy.id] = copy
        issue.moved_to_id = moved.id
        self._switch_state(project, issue, by, close=True)
        return moved

    def delete_issue(self, project: Project, issue: Issue) -> None:
        """Gone, without an event."""
        del project.issues[issue.iid]

    def add_note(
        self, project: Project, issue: Issue, by: Actor, body: str, *, internal: bool = False
    ) -> Note | list[quick.Command]:
        """A comment, or the commands that ran if it held nothing else: then there is no comment.

        The hooks of a note are told by a job that knows nothing of the request's chain.
        """
        text, commands = self._commands(project, issue, by, body)
        if commands and not text:
            return commands
        check_note(text)
        now = self.world.now()
        note = Note(self.world.core.next_id(), text, by.user, now, now, internal=internal)
        issue.notes[note.id] = note
        issue.updated_at = now
        self._tell_note(project, issue, note, "create", "")
        return note

    def edit_note(self, project: Project, issue: Issue, note: Note, by: Actor, body: str) -> None:
        """A changed comment. Quick actions run on edits too (`UpdateService`): if nothing else is left, it goes."""
        text, commands = self._commands(project, issue, by, body)
        if commands and not text:
            self.delete_note(issue, note)
            return
        check_note(text)
        if text == note.body:
            return
        note.body, note.updated_by = text, by.user
        note.updated_at = issue.updated_at = self.world.now()
        self._tell_note(project, issue, note, "update", by.chain)

    def delete_note(self, issue: Issue, note: Note) -> None:
        """Gone, without an event."""
        del issue.notes[note.id]

    def _commands(self, project: Project, issue: Issue, by: Actor, body: str) -> tuple[str, list[quick.Command]]:
        text, commands = quick.extract(body)
        self._ran(f"note on {project.id}#{issue.iid}", by, commands)
        if commands and rights.edits_issue(by.user, project, issue):
            edit = edit_of(commands)
            if edit != Edit():
                self.change_issue(project, issue, by, edit)
        return text, commands

    def _ran(self, where: str, by: Actor, commands: Iterable[quick.Command]) -> None:
        self.commands_run += [(where, by.user.username, name) for name, _ in commands]

    def _system_note(self, issue: Issue, author: User, body: str) -> None:
        now = self.world.now()
        note = Note(self.world.core.next_id(), body, author, now, now, system=True)
        issue.notes[note.id] = note

    def _tell(self, project: Project, issue: Issue, by: Actor, action: str, changed: payloads.Changes) -> None:
        body = payloads.issue_event(project, issue, payloads.Happening(by.user, action, changed), self._base)
        trigger: Trigger = "confidential_issue_hooks" if issue.confidential else "issue_hooks"
        self.doorman.send(project, trigger, body, by.chain)

    def _tell_note(self, project: Project, issue: Issue, note: Note, action: str, chain: str) -> None:
        body = payloads.note_event(project, issue, note, action, self._base)
        secret = note.internal or issue.confidential
        self.doorman.send(project, "confidential_note_hooks" if secret else "note_hooks", body, chain)
