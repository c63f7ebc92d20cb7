"""What a form must keep to so that both forges take it and the grammar can read it back. Checked before it is written.

GitHub's own rules that no schema holds (unique labels, reserved words), and ours: nothing a person types may stand
before a structured answer, and no option may look like another or like two.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import scope
from webhook.forms.github import SEPARATOR
from webhook.forms.gitlab import seen
from webhook.forms.page import heading_text

FORBIDDEN_IN_LABELS = ("password",)
"""GitHub refuses forms with labels that ask for secrets."""
RANKS = {"choice": 0, "ticks": 0, "line": 1, "text": 2}
"""Structured fields, then lines, then text areas."""


def problems(form: scope.Form) -> tuple[str, ...]:
    """Every rule the form breaks, in words; empty for a good form."""
    return tuple(_problems(form))


def _problems(form: scope.Form) -> Iterator[str]:
    if len(form.name) <= len("xen"):
        yield "the form's name is too short: GitHub would not show it"
    if not form.fields:
        yield "the form asks nothing"
    ranks = [RANKS[field.kind] for field in form.fields]
    if ranks != sorted(ranks):
        yield "fields must come in the order: choices and check boxes, lines, text areas"
    for field in form.fields:
        yield from (f"field {field.id}: {problem}" for problem in _field_problems(field))
    boxes = [option.text for field in form.fields if field.kind == "ticks" for option in field.options]
    labels = [field.label for field in form.fields] + boxes
    yield from (f"two labels look the same to GitHub: {label!r}" for label in _twice(map(parameterized, labels)))
    on_gitlab = _twice(seen(field.label) for field in form.fields)
    yield from (f"two labels look the same on GitLab: {label!r}" for label in on_gitlab)


def _field_problems(field: scope.Field) -> Iterator[str]:
    if not re.fullmatch(r"[a-zA-Z0-9_-]+", field.id):
        yield "an id has letters, digits, `_` and `-` only"
    if heading_text(f"### {field.label}") != field.label:
        yield "its label does not come back from a Markdown heading as it is"
    if any(word in field.label.casefold() for word in FORBIDDEN_IN_LABELS):
        yield "its label holds a word that GitHub refuses"
    texts = [option.text for option in field.options]
    yield from (f"two options look the same: {text!r}" for text in _twice(map(seen, texts)))
    for text in texts:
        if not text.strip() or text != text.strip() or "\n" in text:
            yield f"the option {text!r} is empty, has blanks around it or more than one line"
        if SEPARATOR.strip() in text:
            yield f"the option {text!r} holds a comma: GitHub joins choices with commas"
        if text.casefold() == "none":
            yield "`None` is reserved by GitHub"


def _twice(texts: Iterable[str]) -> list[str]:
    return [text for text, times in Counter(texts).items() if times > 1]


def parameterized(label: str) -> str:
    """A label as GitHub compares labels: lower case, everything but letters, digits, `-` and `_` as one `-`."""
    return re.sub(r"[^a-z0-9_-]+", "-", label.lower()).strip("-")
