"""One finding of the doctor. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["well", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was looked at, how it is, why, and what to do."""

    check: str
    """The check's name, for monitors: it stays the same from release to release."""
    about: str = ""
    """A tracker's address or a file's name; empty where it concerns the whole installation."""
    level: Level = "well"
    cause: str = ""
    remedy: str = ""


def failure(check: str, about: str, cause: str, remedy: str) -> Diagnosis:
    """Something does not work."""
    return Diagnosis(check, about, "failure", cause, remedy)


def warning(check: str, about: str, cause: str, remedy: str) -> Diagnosis:
    """Something works and should not stay so."""
    return Diagnosis(check, about, "warning", cause, remedy)
