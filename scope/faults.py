"""What is wrong with a policy file, told so that its editor finds the spot: file, place, nearest word, witness.

Who finds a fault raises it here; nothing else is decided in this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches


class PolicyError(Exception):
    """The policy file cannot be used; `str()` of it says where and why, and names no more than the file says."""

    def __init__(
        self,
        problem: str,
        *,
        place: str = "",
        nearest: str | None = None,
        witness: Mapping[str, str] | None = None,
        file: str = "",
    ) -> None:
        """`witness` is one assignment of the facts for which the fault shows; `nearest` the word perhaps meant."""
        super().__init__(problem)
        self.problem = problem
        self.place = place
        self.nearest = nearest
        self.witness = dict(witness) if witness else None
        self.file = file

    def __str__(self) -> str:
        told = ": ".join(part for part in (self.file, self.place, self.problem) if part)
        if self.nearest is not None:
            told += f"; did you mean {self.nearest!r}?"
        if self.witness is not None:
            told += "; witness: " + ", ".join(f"{fact}={value}" for fact, value in self.witness.items())
        return told


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is probably a slip of; None where none is near."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return str(close[0]) if close else None
