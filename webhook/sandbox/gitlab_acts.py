"""What happens on the sandbox's GitLab when somebody files, edits, labels, comments, moves or deletes.

Each act changes the records, writes label events and system notes, and tells the hooks. Whether the actor may do
it is asked before (`gitlab_rights`), except where GitLab drops what is not allowed without a word: labels and
confidentiality from people outside the team, archived labels, unknown labels that the actor may not create.
Sources: GitLab's services (`Issues::UpdateService`, `Notes::CreateService` …), gitlab#30791, gitlab#554226.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from webhook.sandbox import gitlab_payloads as payloads
from webhook.sandbox import gitlab_quick as quick
from webhook.sandbox import gitlab_rights as rights
from webhook.sandbox.gitlab_hooks import Doorman, Trigger
from webhook.sandbox.gitlab_labels import LabelBook
from webhook.sandbox.gitlab_nouns import Issue, IssueType, Label, LabelEvent, Note, Project, User
from webhook.sandbox.gitlab_world import World

LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_NOTE = 255, 1_048_576, 1_000_000


class InvalidError(Exception):
    """A record did not pass its validations; `errors` names the attribute and what is wrong with it."""

    def __init__(self, **errors: str) -> None:
        super().__init__(", ".join(f"{name} {text}" for name, text in errors.items()))
        self.errors = {name: [text] for name, text in errors.items()}


class Actor(NamedTuple):
    """Who does it, and the chain of hooks (`X-Gitlab-Event-UUID`) the request says it belongs to."""

    user: User
    chain: str = ""


@dataclass(frozen=True)
class Edit:
    """A wished change of an issue. None leaves an attribute alone; `labels` replaces the whole set."""

    title: str | None = None
    description: str | None = None
    confidential: bool | None = None
    labels: Sequence[str] | None = None
    add_labels: Sequence[str] = ()
    remove_labels: Sequence[str] = ()
    assignees: Sequence[User] | None = None
    discussion_locked: bool | None = None
    state_event: Literal["close", "reopen"] | None = None

    @property
    def only_state(self) -> bool:
        """Whether nothing but closing or reopening is asked for."""
        return self.state_event is not None and self == Edit(state_event=self.state_event)


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

    def file_issue(
        self,
        project: Project,
        by: Actor,
        title: str,
        description: str | None = None,
        *,
        confidential: bool = False,
        labels: Iterable[str] = (),
        assignees: Iterable[User] = (),
        type_: IssueType = "issue",
    ) -> Issue:
        """A new issue. Quick actions in the description run before it is saved, so the first event knows of them."""
        text, commands = quick.extract(description) if description else (description, [])
        names = dict(commands)
        wanted = [*labels, *quick.labels_in(names.get("label", "") or names.get("labels", ""))]
        _check_texts(title, text)
        project.last_iid += 1
        now = self.world.now()
        issue = Issue(
            self.world.core.next_id(), project.last_iid, project.id, by.user, now, now, title, text,
            confidential=confidential or "confidential" in names, type=type_, assignees=list(assignees),
        )  # fmt: skip
        project.issues[issue.iid] = issue
        self._note_commands(f"issue {project.id}#{issue.iid}", by, commands)
        if rights.sets_metadata_of_new(by.user, project):
            self._attach(issue, self.labels.wanted(project, by.user, wanted), by, now)
        base = self.world.core.base_url
        self._tell(project, issue, by, "open", payloads.changes_of_new(project, issue, base))
        return issue

    def change_issue(self, project: Project, issue: Issue, by: Actor, edit: Edit) -> None:
        """An update by somebody who may edit the issue. Closing and reopening speak first, in an event of their own."""
        _check_texts(edit.title, edit.description)
        if edit.state_event and (edit.state_event == "close") != issue.closed:
            self._switch_state(project, issue, by, close=edit.state_event == "close")
            if edit.only_state:
                return
        before, notes = issue.snapshot(), list[str]()
        now = self.world.now()
        self._edit_texts(issue, by, edit, now, notes)
        if rights.sets_metadata(by.user, project):
            self._edit_metadata(project, issue, by, edit, now, notes)
        base = self.world.core.base_url
        changed = payloads.changes(project, before, issue, base)
        if changed:
            issue.updated_at, issue.updated_by, issue.before = now, by.user, before
            changed = payloads.changes(project, before, issue, base)
        for text in notes:
            self._system_note(issue, by.user, text)
        if changed or self.noop_update_fires:
            self._tell(project, issue, by, "update", changed)

    def _edit_texts(self, issue: Issue, by: Actor, edit: Edit, now: float, notes: list[str]) -> None:
        if edit.title is not None and edit.title != issue.title:
            issue.title = edit.title
            notes.append("changed title")
        if edit.description is not None and edit.description != issue.description:
            issue.description, issue.last_edited_at, issue.last_edited_by = edit.description, now, by.user
            notes.append("changed the description")
        if edit.discussion_locked is not None:
            issue.discussion_locked = edit.discussion_locked

    def _edit_metadata(
        self, project: Project, issue: Issue, by: Actor, edit: Edit, now: float, notes: list[str]
    ) -> None:
        if edit.confidential is not None and edit.confidential != issue.confidential:
            issue.confidential = edit.confidential
            notes.append("made the issue confidential" if edit.confidential else "made the issue visible to everyone")
        if edit.assignees is not None:
            issue.assignees = list(edit.assignees)
        if edit.labels is not None:
            keep = self.labels.wanted(project, by.user, edit.labels, also=issue.labels)
            self._detach(issue, [label for label in issue.labels if label not in keep], by, now)
            self._attach(issue, keep, by, now)
        self._attach(issue, self.labels.wanted(project, by.user, edit.add_labels), by, now)
        self._detach(issue, [label for label in issue.labels if label.title in set(edit.remove_labels)], by, now)

    def _switch_state(self, project: Project, issue: Issue, by: Actor, *, close: bool) -> None:
        before, now = issue.snapshot(), self.world.now()
        issue.closed_at, issue.closed_by = (now, by.user) if close else (None, None)
        issue.updated_at, issue.updated_by, issue.before = now, by.user, before
        changed = payloads.changes(project, before, issue, self.world.core.base_url)
        self._tell(project, issue, by, "close" if close else "reopen", changed)

    def _attach(self, issue: Issue, labels: Iterable[Label], by: Actor, now: float) -> None:
        for label in labels:
            if label not in issue.labels:
                issue.labels.append(label)
                issue.label_events.append(LabelEvent(self.world.core.next_id(), by.user, now, label.id, "add"))

    def _detach(self, issue: Issue, labels: Iterable[Label], by: Actor, now: float) -> None:
        for label in labels:
            issue.labels.remove(label)
            issue.label_events.append(LabelEvent(self.world.core.next_id(), by.user, now, label.id, "remove"))

    def move_issue(self, project: Project, issue: Issue, by: Actor, target: Project) -> Issue:
        """A move: a new issue there with labels of the same names, this one closed and pointing to it."""
        titles = [label.title for label in issue.labels if self.labels.by_title(target, label.title)]
        moved = self.file_issue(
            target, by, issue.title, issue.description, confidential=issue.confidential, labels=titles,
            assignees=issue.assignees, type_=issue.type,
        )  # fmt: skip
        moved.author = issue.author
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
        _check_note(text)
        now = self.world.now()
        note = Note(self.world.core.next_id(), text, by.user, now, now, internal=internal)
        issue.notes[note.id] = note
        issue.updated_at = now
        self._tell_note(project, issue, note, "create", "")
        return note

    def edit_note(self, project: Project, issue: Issue, note: Note, by: Actor, body: str) -> None:
        """A changed comment. Quick actions run on edits too (`Notes::UpdateService`); one that holds nothing else goes."""
        text, commands = self._commands(project, issue, by, body)
        if commands and not text:
            self.delete_note(issue, note)
            return
        _check_note(text)
        if text == note.body:
            return
        note.body, note.updated_by = text, by.user
        note.updated_at = issue.updated_at = self.world.now()
        self._tell_note(project, issue, note, "update", by.chain)

    def delete_note(self, issue: Issue, note: Note) -> None:
        """Gone, without an event."""
        del issue.notes[note.id]

    def _commands(
        self, project: Project, issue: Issue, by: Actor, body: str
    ) -> tuple[str, list[quick.Command]]:
        text, commands = quick.extract(body)
        self._note_commands(f"note on {project.id}#{issue.iid}", by, commands)
        if commands and rights.edits_issue(by.user, project, issue):
            edit = _edit_of(commands)
            if edit != Edit():
                self.change_issue(project, issue, by, edit)
        return text, commands

    def _note_commands(self, where: str, by: Actor, commands: Iterable[quick.Command]) -> None:
        self.commands_run += [(where, by.user.username, name) for name, _ in commands]

    def _system_note(self, issue: Issue, author: User, body: str) -> None:
        now = self.world.now()
        note = Note(self.world.core.next_id(), body, author, now, now, system=True)
        issue.notes[note.id] = note

    def _tell(self, project: Project, issue: Issue, by: Actor, action: str, changed: payloads.Changes) -> None:
        body = payloads.issue_event(project, issue, by.user, action, changed, self.world.core.base_url)
        trigger: Trigger = "confidential_issue_hooks" if issue.confidential else "issue_hooks"
        self.doorman.send(project, trigger, body, by.chain)

    def _tell_note(self, project: Project, issue: Issue, note: Note, action: str, chain: str) -> None:
        body = payloads.note_event(project, issue, note, action, self.world.core.base_url)
        secret = note.internal or issue.confidential
        self.doorman.send(project, "confidential_note_hooks" if secret else "note_hooks", body, chain)


def _edit_of(commands: Iterable[quick.Command]) -> Edit:
    """What the commands of one text ask for, taken together."""
    add, remove = list[str](), list[str]()
    fields: dict[str, object] = {}
    for name, argument in commands:
        if name in {"close", "reopen"}:
            fields["state_event"] = name
        elif name == "confidential":
            fields["confidential"] = True
        elif name == "title" and argument:
            fields["title"] = argument
        elif name in {"label", "labels"}:
            add += quick.labels_in(argument)
        elif name in {"unlabel", "remove_label"}:
            remove += quick.labels_in(argument)
        elif name == "relabel":
            fields["labels"] = tuple(quick.labels_in(argument))
    return Edit(add_labels=tuple(add), remove_labels=tuple(remove), **fields)  # type: ignore[arg-type]  # by name above


def _check_texts(title: str | None, description: str | None) -> None:
    if title is not None and not title.strip():
        raise InvalidError(title="can't be blank")
    if title is not None and len(title) > LONGEST_TITLE:
        raise InvalidError(title=f"is too long (maximum is {LONGEST_TITLE} characters)")
    if description is not None and len(description) > LONGEST_DESCRIPTION:
        raise InvalidError(description=f"is too long (maximum is {LONGEST_DESCRIPTION} characters)")


def _check_note(body: str) -> None:
    if not body.strip():
        raise InvalidError(note="can't be blank")
    if len(body) > LONGEST_NOTE:
        raise InvalidError(note=f"is too long (maximum is {LONGEST_NOTE} characters)")
