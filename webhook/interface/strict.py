"""JSON to the letter: UTF-8, each key once, no NaN; and how a word somebody sent is shown back to them.

What the value means is left to `reports`.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from typing import Any, NoReturn

SHOWN = 60
"""How much of an unknown word is repeated back, in characters."""


class BadReportError(Exception):
    """A report that cannot be read: which field (None: the whole), why, and the nearest valid word if there is one."""

    def __init__(self, field: str | None, message: str, nearest: str | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.message = message
        self.nearest = nearest


def parse(text: str | bytes) -> object:
    """The value of a JSON text. Raises `BadReportError`."""
    try:
        text = text.decode() if isinstance(text, bytes) else text
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BadReportError(None, f"is not UTF-8: byte {error.start + 1} cannot be read") from None
    except json.JSONDecodeError as error:
        raise BadReportError(None, f"is not JSON: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise BadReportError(None, "is nested too deeply to be a report") from None
    except ValueError:  # Python refuses to convert integers of thousands of digits
        raise BadReportError(None, "is no report: a number of thousands of digits") from None
    if _HALF.search(text):
        _check_characters(value)
    return value


_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""An escape that is half of a character beyond U+FFFF; alone it is none."""


def _check_characters(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadReportError(None, "holds half of a surrogate pair, which is no character") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BadReportError(plain(twice), "stands more than once in the same object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise BadReportError(None, f"is not JSON: {name} is no JSON value")


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The valid word a mistyped one most likely meant; None where nothing is near."""
    folded = {_folded(w): w for w in words}
    close = difflib.get_close_matches(_folded(word), folded, n=1)
    return folded[close[0]] if close else None


def _folded(word: str) -> str:
    return word[:SHOWN].strip().casefold().replace("-", "_").replace(" ", "_")


def shown(value: object) -> str:
    """Return a value somebody sent as JSON, short enough for a sentence."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def plain(key: str) -> str:
    """A key somebody sent, as `shown` but without the quotes."""
    return shown(key).strip('"')
