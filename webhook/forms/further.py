"""Further attacks with the same bug, one a line: `source -> effect -> target`, in values or the form's own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import scope

ROLES = ("source", "effect", "target")
"""The facts of a path, in the order in which a line names them."""

NOTHING = frozenset({"none", "no", "n/a", "-"})
"""Whole answers that people give where there is nothing to say."""

Paths: TypeAlias = tuple[Mapping[str, frozenset[str]], ...]


def further_paths(text: str, policy: scope.Policy, form: scope.Form) -> tuple[Paths, int]:
    """The paths that the lines of a text state, each once, and how many lines say nothing readable.

    A part that is no known word stands for any value. A line that is no path at all is an attack of which nothing is
    known: it is counted, never dropped and never guessed at.
    """
    if text.strip().rstrip(".").casefold() in NOTHING:
        return (), 0
    words = {role: _words(role, policy, form) for role in ROLES}
    paths: list[Mapping[str, frozenset[str]]] = []
    unreadable = 0
    for line in filter(None, (line.strip() for line in text.split("\n"))):
        parts = [_word(part) for part in line.replace("→", "->").split("->")]
        path: Mapping[str, frozenset[str]] = {}
        if len(parts) == len(ROLES):
            path = {role: words[role][part] for role, part in zip(ROLES, parts, strict=True) if part in words[role]}
        else:
            unreadable += 1
        if path not in paths:
            paths.append(path)
    return tuple(paths), unreadable


def _words(role: str, policy: scope.Policy, form: scope.Form) -> dict[str, frozenset[str]]:
    """What can be said for a role: option texts, the words for values in running text, values."""
    fact = policy.facts[role]
    words = {
        _word(option.text): option.sets[role]
        for field in form.fields
        for option in field.options
        if option.sets.keys() == {role} and option.sets[role] <= frozenset(fact.values)
    }
    words |= {_word(words_for): frozenset({value}) for value, words_for in fact.meanings.items()}
    return words | {_word(value): frozenset({value}) for value in fact.values}


def _word(text: str) -> str:
    """A part without what people put around it: bullets, back quotes, blanks; in one case."""
    return " ".join(text.strip(" \t*").removeprefix("- ").strip(" \t`*").split()).casefold()
