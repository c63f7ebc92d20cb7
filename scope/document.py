"""A policy file's nested tables, handed out typed: a missing, misspelt or misshapen entry is told with its place.

What the entries mean is not known here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeVar

from scope.faults import PolicyError, nearest

_Kind = TypeVar("_Kind")


class Entry:
    """One table of the file. Each getter notes the key it was asked for; `done` complains about all others."""

    __slots__ = ("_asked", "_raw", "place")

    def __init__(self, place: str, raw: object) -> None:
        self.place = place
        if not isinstance(raw, dict):
            raise PolicyError(f"a table was expected, not {_kind(raw)}", place=place)
        self._raw: dict[str, Any] = raw
        self._asked: dict[str, None] = {}

    def fault(self, problem: str, key: str = "", **more: Any) -> PolicyError:
        """A fault at this table, or at one of its keys."""
        return PolicyError(problem, place=self._at(key) if key else self.place, **more)

    def has(self, key: str) -> bool:
        """Whether the key is given."""
        self._asked[key] = None
        return key in self._raw

    def text(self, key: str, default: str | None = None) -> str:
        """A string; required unless there is a default."""
        return self._typed(key, str, "a string", default)

    def flag(self, key: str) -> bool:
        """A boolean, false where absent."""
        return self._typed(key, bool, "true or false", default=False)

    def number(self, key: str) -> int:
        """A whole number, required."""
        return self._typed(key, int, "a whole number", None)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of different strings, empty where absent."""
        given: list[Any] = self._typed(key, list, "a list", [])
        for text in given:
            if not isinstance(text, str):
                raise self.fault(f"a list of strings was expected, not {_kind(text)} in it", key)
        repeated = next((t for i, t in enumerate(given) if t in given[:i]), None)
        if repeated is not None:
            raise self.fault(f"{repeated!r} stands here twice", key)
        return tuple(given)

    def words(self, key: str, known: Collection[str], what: str) -> tuple[str, ...]:
        """A list of strings each of which must be a known word."""
        given = self.texts(key)
        for word in given:
            self.known(word, known, what, key)
        return given

    def word(self, key: str, known: Collection[str], what: str) -> str:
        """A string that must be a known word."""
        return self.known(self.text(key), known, what, key)

    def known(self, word: str, known: Collection[str], what: str, key: str = "") -> str:
        """The word itself, or a fault that names the nearest known one."""
        if word not in known:
            raise self.fault(f"unknown {what} {word!r}", key, nearest=nearest(word, known))
        return word

    def entry(self, key: str) -> Entry:
        """A table within this one, empty where absent."""
        return Entry(self._at(key), self._typed(key, dict, "a table", {}))

    def named(self, key: str) -> Iterator[tuple[str, Entry]]:
        """The tables within a table, with their names, in the order of the file."""
        for name, raw in self._typed(key, dict, "a table", {}).items():
            yield name, Entry(f"{self._at(key)}.{name}", raw)

    def entries(self, key: str) -> Iterator[Entry]:
        """A list of tables, empty where absent; places count from 1."""
        for number, raw in enumerate(self._typed(key, list, "a list of tables", []), 1):
            yield Entry(f"{self._at(key)}[{number}]", raw)

    def items(self) -> Iterator[tuple[str, str]]:
        """A table of strings, whole, with its keys in the order of the file."""
        for key in self._raw:
            yield key, self.text(key)

    def keys(self) -> tuple[str, ...]:
        """The keys given, in the order of the file; all count as asked for."""
        self._asked.update(dict.fromkeys(self._raw))
        return tuple(self._raw)

    def done(self) -> None:
        """Refuse keys nobody asked for."""
        for key in self._raw:
            if key not in self._asked:
                raise self.fault(f"unknown key {key!r}", nearest=nearest(key, self._asked))

    def _at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def _typed(self, key: str, kind: type[_Kind], words: str, default: _Kind | None) -> _Kind:
        self._asked[key] = None
        value: object = self._raw.get(key, default)
        if value is None:
            raise self.fault(f"{key!r} is missing", nearest=self._slip(key))
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fault(f"{words} was expected, not {_kind(value)}", key)
        return value

    def _slip(self, key: str) -> str | None:
        """The key that was probably meant to be the missing one."""
        return nearest(key, [given for given in self._raw if given not in self._asked])


def _kind(value: object) -> str:
    names: Mapping[type, str] = {str: "a string", bool: "a boolean", int: "a number", list: "a list", dict: "a table"}
    return names.get(type(value), f"a {type(value).__name__}")
