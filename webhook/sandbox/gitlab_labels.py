"""The labels of a project: their rules, and which of those somebody names can be attached.

Sources: GitLab's `Label` model (no comma, at most 255, unique), `Labels::FindOrCreateService` (an unknown name is
created if the actor may, dropped in silence if not), gitlab#554226 (an archived label is not attached, and nobody
is told). Whether titles differing in case alone are the same label is not verified; here they are two.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from webhook.sandbox import gitlab_rights as rights
from webhook.sandbox.gitlab_nouns import Label, Project, User
from webhook.sandbox.gitlab_world import World

DEFAULT_COLOUR = "#6699cc"
LONGEST_TITLE = 255
NAMED_COLOURS = {
    "aqua": "#00FFFF", "black": "#000000", "blue": "#0000FF", "fuchsia": "#FF00FF", "gray": "#808080",
    "green": "#008000", "lime": "#00FF00", "maroon": "#800000", "navy": "#000080", "olive": "#808000",
    "orange": "#FFA500", "purple": "#800080", "red": "#FF0000", "silver": "#C0C0C0", "teal": "#008080",
    "white": "#FFFFFF", "yellow": "#FFFF00",
}  # fmt: skip
"""The seventeen names of CSS 2.1; GitLab knows the longer list of CSS 3 too."""
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_TAG = re.compile(r"<[^>]*>")


class LabelTakenError(Exception):
    """There is a label of that name."""


class LabelFaultError(Exception):
    """A label's title or colour is not acceptable; `errors` as the API tells it."""

    def __init__(self, attribute: str, text: str) -> None:
        super().__init__(f"{attribute} {text}")
        self.errors = {attribute: [text]}


def colour(text: str) -> str:
    """A colour as GitLab keeps it: `#rrggbb`, names turned into it. Raises `LabelFaultError`."""
    wanted = NAMED_COLOURS.get(text.strip().lower(), text.strip())
    if not _HEX.fullmatch(wanted):
        raise LabelFaultError("color", "must be a valid color code")
    return wanted


def title(text: str) -> str:
    """A title as GitLab keeps it: without markup and outer blanks. Raises `LabelFaultError`."""
    clean = _TAG.sub("", text).strip()
    if not clean:
        raise LabelFaultError("title", "can't be blank")
    if "," in clean:
        raise LabelFaultError("title", "is invalid")
    if len(clean) > LONGEST_TITLE:
        raise LabelFaultError("title", f"is too long (maximum is {LONGEST_TITLE} characters)")
    return clean


def split_names(names: Iterable[str]) -> list[str]:
    """Names as they come in a request: each is split again at its commas.

    >>> split_names(["a, b", "", "c"])
    ['a', 'b', 'c']
    """
    return [part.strip() for name in names for part in name.split(",") if part.strip()]


class LabelBook:
    """Creates, changes, finds and deletes labels."""

    def __init__(self, world: World) -> None:
        self.world = world

    def by_title(self, project: Project, name: str) -> Label | None:
        """The label of exactly that name."""
        return next((label for label in project.labels.values() if label.title == name), None)

    def create(self, project: Project, name: str, color: str = DEFAULT_COLOUR, description: str | None = None) -> Label:
        """A new label. Raises `LabelTakenError`, `LabelFaultError`."""
        clean, code = title(name), colour(color)
        if self.by_title(project, clean):
            raise LabelTakenError
        now = self.world.now()
        label = Label(self.world.core.next_id(), project.id, clean, code, now, now, description or None)
        project.labels[label.id] = label
        return label

    def rename(self, project: Project, label: Label, name: str) -> None:
        """Another title for the same label, also where it is attached. Raises as `create`, and tells no hook."""
        clean = title(name)
        if self.by_title(project, clean) not in (None, label):
            raise LabelFaultError("title", "has already been taken")
        label.title = clean
        label.updated_at = self.world.now()

    def delete(self, project: Project, label: Label) -> None:
        """The label disappears from every issue, without an event on any of them."""
        del project.labels[label.id]
        for issue in project.issues.values():
            if label in issue.labels:
                issue.labels.remove(label)

    def wanted(self, project: Project, user: User, names: Iterable[str], also: Collection[Label] = ()) -> list[Label]:
        """The labels that can be attached of those named; `also` lists those an issue has, archived or not."""
        found = (self._find_or_create(project, user, name) for name in split_names(names))
        return [label for label in found if label and (not label.archived or label in also)]

    def _find_or_create(self, project: Project, user: User, name: str) -> Label | None:
        label = self.by_title(project, name)
        if label is None and rights.on_the_team(user, project):
            try:
                return self.create(project, name)
            except (LabelTakenError, LabelFaultError):
                return None
        return label
