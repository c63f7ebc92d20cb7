"""Words of other people (logins, names of systems, anything typed) made harmless before they stand in our comment.

Both forges act on comments: mentions notify, references leave notes on other issues, GitLab's quick actions run, an
HTML comment could pose as our marker. `disarm` is the one door for such words: its result is an inline code span, in
which neither forge looks for references, and beyond that every trigger is taken apart, because "code is ignored" is
the forge's habit and not its promise. It goes on a line that starts with fixed text: a quick action needs the start
of a line, also inside a `~~~` fence or `<details>`. `prose` does the smaller thing for the policy's own sentences.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200
"""How much of one fragment is shown, in characters."""

JOINER = "\u2060"
"""U+2060 WORD JOINER: invisible, no line break, and no part of any reference's syntax."""

_REPLACED = str.maketrans(
    {
        "`": "'",
        "<": "\u2039",
        ">": "\u203a",
        "|": "\u00a6",
        "\\": "\uff3c",
        "$": "\uff04",
        "[": "\uff3b",
        "]": "\uff3d",
        "“": '"',
        "”": '"',
    }
)
"""Characters that open HTML, code, table cells, links, maths, GitLab's `[epic:1]` or our own quotations, as
look-alikes that do not."""

_SIGILS = re.compile(r"([@#!&~%^*:+{}=/])(?=\S)|(-)(?=[\d-])")
"""What starts or joins a reference: @user #1 !1 &1 ~label %milestone ^alert :emoji: a/b#1 GH-1 {+ +} http://."""

_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{7,}")
"""What either forge could take for a commit."""

_HOST = re.compile(r"(?i)\bwww\.")

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, formats (zero width, direction), lone surrogates, private, unassigned, line and paragraph separators."""

_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~$^])")


def disarm(text: str) -> str:
    """Return somebody's words as one inline code span that neither notifies, refers, links nor acts."""
    return f"`{_apart(_line(text)[:LONGEST].translate(_REPLACED)).strip() or '?'}`"


def prose(text: str) -> str:
    """Return a sentence of the policy as Markdown that shows exactly that sentence, on one line."""
    return _REFERENCE.sub(rf"\1{JOINER}", _MARKDOWN.sub(r"\\\1", _line(text)))


_REFERENCE = re.compile(r"([@#!&%])(?=\w)")


def _line(text: str) -> str:
    """One line without invisible characters; whatever separated words is one space."""
    if text.isprintable():  # the usual case: nothing of what is left out is printable
        return " ".join(text.split())
    shown = (" " if unicodedata.category(c) in _INVISIBLE else c for c in text)
    return " ".join("".join(shown).split())


def _apart(text: str) -> str:
    """Every trigger taken apart by a word joiner."""
    text = _HEXADECIMAL.sub(lambda run: JOINER.join(_pieces(run.group())), text)
    return _HOST.sub(lambda host: host.group()[:-1] + JOINER + ".", _SIGILS.sub(rf"\g<0>{JOINER}", text))


def _pieces(run: str) -> list[str]:
    return [run[at : at + 6] for at in range(0, len(run), 6)]
