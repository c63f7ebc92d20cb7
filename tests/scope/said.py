"""Short ways to write reports in tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import scope


def values(words: str) -> scope.Values:
    """Values as words: `"yes no"`; an empty text is a conflict."""
    return scope.Values(words.split())


def report(
    *paths: Mapping[str, str], efforts: Iterable[str] = (), not_sure: Iterable[str] = (), **facts: str
) -> scope.Report:
    """A report from words; no path = one path of which nothing is known."""
    return scope.Report(
        paths=tuple({fact: values(words) for fact, words in path.items()} for path in paths or ({},)),
        facts={fact: values(words) for fact, words in facts.items()},
        efforts=frozenset(efforts),
        not_sure=frozenset(not_sure),
    )


def path(source: str, effect: str, target: str, **facts: str) -> dict[str, str]:
    """One path from words."""
    return {"source": source, "effect": effect, "target": target, **facts}
