"""What somebody wants of an issue, as values: drafts, edits, who it is; and what GitLab's validations make of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from webhook.sandbox import gitlab_quick as quick
from webhook.sandbox.gitlab_nouns import IssueType, User

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
class Draft:
    """An issue as somebody wants to file it."""

    title: str = field(repr=False)
    description: str | None = field(default=None, repr=False)
    confidential: bool = False
    labels: Sequence[str] = ()
    assignees: Sequence[User] = ()
    type: IssueType = "issue"
    author: User | None = None
    """Somebody else than who files it: a moved issue keeps its author."""


@dataclass(frozen=True)
class Edit:
    """A wished change of an issue. None leaves an attribute alone; `labels` replaces the whole set."""

    title: str | None = field(default=None, repr=False)
    description: str | None = field(default=None, repr=False)
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


def edit_of(commands: Iterable[quick.Command]) -> Edit:
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


def check_texts(title: str | None, description: str | None) -> None:
    """Title and description of an issue; None is not checked. Raises `InvalidError`."""
    if title is not None and not title.strip():
        raise InvalidError(title="can't be blank")
    if title is not None and len(title) > LONGEST_TITLE:
        raise InvalidError(title=f"is too long (maximum is {LONGEST_TITLE} characters)")
    if description is not None and len(description) > LONGEST_DESCRIPTION:
        raise InvalidError(description=f"is too long (maximum is {LONGEST_DESCRIPTION} characters)")


def check_note(body: str) -> None:
    """The text of a note. Raises `InvalidError`."""
    if not body.strip():
        raise InvalidError(note="can't be blank")
    if len(body) > LONGEST_NOTE:
        raise InvalidError(note=f"is too long (maximum is {LONGEST_NOTE} characters)")
