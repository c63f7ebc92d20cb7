"""How GitLab keeps a filled template: `## label`, and a box per option. The body is the reporter's own Markdown.

The rich-text editor rewrites it on saving (blank lines, `*` for bullets, escapes, emphasis; HTML comments vanish), so
words are compared as people see them, without regard to case and white space.
"""

from __future__ import annotations

from webhook.forms.description import FieldDescription
from webhook.forms.locate import Marks
from webhook.forms.page import items, plain
from webhook.forms.reading import FieldReading, Grammar, Region

CONFIDENTIAL = "/confidential"
"""The quick action that makes an issue confidential while it is being created."""

_MARKS = frozenset("\\*_`[]<>&!~")
_LONGEST = 1000
"""Nobody's label or option is longer; parsing inline Markdown of any length would be an attack's work."""


def seen(text: str) -> str:
    """Words as people see them: no inline marks, one blank between words, no case."""
    if len(text) > _LONGEST or _MARKS.isdisjoint(text):
        return " ".join(text.split()).casefold()
    return plain(text).casefold()


def _choose(asked: FieldDescription, region: Region) -> FieldReading:
    options = {seen(option): option for option in asked.options}
    boxes = [_box(item.text) for item in items(region.page.blocks(region.start, region.end))]
    labels = [seen(label) for mark, label in boxes if mark]
    known = [label for label in labels if label in options]
    if not known:
        return FieldReading("unanswered", warnings=("none of its boxes can be read",))
    ticked = [seen(label) for mark, label in boxes if mark == "x"]
    for label in ticked:
        if label not in options:
            return FieldReading("unanswered", warnings=(f'"{label}" is not one of the options',))
        if labels.count(label) > 1:
            return FieldReading("ambiguous", warnings=(f'the box "{options[label]}" stands there twice',))
    if asked.kind == "single" and len(ticked) > 1:
        return FieldReading("ambiguous", warnings=(f"{len(ticked)} boxes are ticked where one can be",))
    if not ticked:
        return FieldReading("unanswered")
    chosen = [option for label, option in options.items() if label in ticked]
    return FieldReading("answered", chosen[0] if asked.kind == "single" else chosen)


def _box(text: str) -> tuple[str, str]:
    """The mark in a box (`x`, a blank, `~` for inapplicable; empty where there is no box) and its label."""
    for mark in ("x", "X", " ", "~"):
        if text.startswith(f"[{mark}] "):
            return mark.lower(), text.removeprefix(f"[{mark}] ").strip()
    return "", text


def _write(asked: FieldDescription, text: str) -> str:
    lines = text.split("\n")
    while lines and lines[-1].strip() in ("", CONFIDENTIAL):
        lines.pop()
    end = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    if asked.hint and seen(" ".join(lines[:end])) == seen(asked.hint):
        lines = lines[end:]
    return "\n".join(lines).strip()


GITLAB = Grammar(Marks(level=2, underlined=True, same=seen), _choose, _write)
