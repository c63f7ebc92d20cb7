"""Puts the one sticky comment together, keeps it within the forge's limit, and tells whether it needs an edit.

The same Markdown serves both forges. Labels stand in plain code spans, on GitLab too: `~"label"` would be a live
reference, which notifies nobody but is looked up in the project, and the comment needs no more than the name.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from webhook.comment import words
from webhook.comment.details import details, folded, help_wanted, refusals, shown_attack
from webhook.comment.disarm import disarm
from webhook.comment.opening import opening
from webhook.comment.parts import counterfactuals, criteria, next_question, presumptions, systems

if TYPE_CHECKING:
    from webhook.comment.page import Page, PolicyStamp

MARKER = "<!-- xsa-scope:comment v1 -->"
"""First line of every comment of ours, whatever release wrote it."""

LONGEST = 60_000
"""Characters. GitHub's limit is 65,536; the rest is left for what the forge adds."""

SHORT_DIGEST = 12
"""Hexadecimal digits of a policy's digest that are shown."""


class UnsafeCommentError(Exception):
    """A line of our comment could be taken for a quick action or the marker stands twice."""


def render(page: Page) -> str:
    """Return the comment in Markdown, at most `LONGEST` characters. Raises `UnsafeCommentError` on our own mistakes."""
    head = [
        MARKER,
        *opening(page),
        *next_question(page),
        criteria(page, shown_attack(page)),
        *systems(page),
        *presumptions(page),
        *counterfactuals(page),
    ]
    tail = [words.CORRECT, *help_wanted(page), *refusals(page), _policy_line(page.verdict_policy), words.CLOSING]
    folds = [folded(title, text) for title, text in details(page)]
    return _checked(_within(head, folds, tail))


def digest(body: str) -> str:
    """Return what decides whether a comment needs an edit: its text without the policy line and without quotations.

    So a policy change that moves nothing on an issue writes nothing on it, and neither do line ends or blanks that a
    forge changes on the way.
    """
    lines = [line.rstrip() for line in body.replace("\r\n", "\n").strip().split("\n")]
    kept = "\n".join(line for line in lines if not line.startswith(words.POLICY))
    return "sha256:" + hashlib.sha256(_QUOTATION.sub("“”", kept).encode()).hexdigest()


_QUOTATION = re.compile("“[^”\n]*”")


def is_ours(body: str) -> bool:
    """Tell whether a comment begins with our marker. Whether we wrote it is the author's name to say."""
    return body.lstrip().startswith(MARKER)


def _policy_line(stamp: PolicyStamp) -> str:
    short = stamp.digest.removeprefix("sha256:")[:SHORT_DIGEST]
    return f"{words.POLICY} {disarm(stamp.id)} version {disarm(stamp.version)}, digest {disarm(short)}"


def _within(head: list[str], folds: list[str], tail: list[str]) -> str:
    """The comment, folded parts left out from the last on until it fits; the verdict is never shortened."""
    for kept in range(len(folds), -1, -1):
        note = [words.SHORTENED] if kept < len(folds) else []
        text = "\n\n".join([*head, *folds[:kept], *note, *tail])
        if len(text) <= LONGEST:
            return text
    raise UnsafeCommentError(f"{len(text)} characters although every folded part was left out")


def _checked(text: str) -> str:
    """The text itself, if it cannot act: no line may begin with a slash, for that is GitLab's quick action."""
    if any(_acts(line) for line in text.splitlines()):
        raise UnsafeCommentError("a line begins with a slash")
    if text.count(MARKER) != 1:
        raise UnsafeCommentError("the marker stands more than once")
    return text


def _acts(line: str) -> bool:
    return line.lstrip().startswith("/")
