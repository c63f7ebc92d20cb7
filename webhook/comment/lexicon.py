"""The policy's words for facts and values, as Markdown that shows exactly these words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from webhook.comment import words
from webhook.comment.disarm import prose

if TYPE_CHECKING:
    import scope

OPERATING_SYSTEM = "os_"
"""Facts whose names begin so are answered with `/scope os`."""


class Lexicon:
    """Looks up one policy's words."""

    def __init__(self, policy: scope.Policy) -> None:
        self._facts = policy.facts
        self._readings = policy.readings

    def title(self, fact: str) -> str:
        """Return a fact's short name."""
        return prose(self._facts[fact].title)

    def attack(self, fact: str, path: int | None, count: int) -> str:
        """Return a fact's short name, with the attack it is about where there are several."""
        return self.title(fact) if path is None or count == 1 else f"{self.title(fact)} of attack {path + 1}"

    def values(self, fact: str, values: Collection[str]) -> str:
        """Return what is known of a fact: its possible values in words."""
        known = self._facts[fact]
        if not values:
            return words.CONTRADICTORY
        if len(values) == len(known.values):
            return words.NOTHING_SAID
        return listed((prose(known.meanings[v]) for v in known.values if v in values), "or")

    def answers(self, answers: Iterable[scope.Answer]) -> str:
        """Return answers as `Title: words; Title: words`."""
        return "; ".join(self._answer(answer) for answer in answers)

    def _answer(self, answer: scope.Answer) -> str:
        presumed = f" {words.PRESUMED_MARK}" if answer.presumed else ""
        return f"{self.title(answer.fact)}: {self.values(answer.fact, answer.values)}{presumed}"

    def reading(self, name: str) -> str:
        """Return one reading with its strength and what it rests on; its wording is a quotation."""
        found = self._readings[name]
        return (
            f"{name} ({found.strength}): “{prose(found.question)}” “{prose(found.reading)}”, "
            f"resting on “{prose(found.rests_on)}”"
        )


def listed(items: Iterable[str], link: str) -> str:
    """Join words as people do: `a, b or c`."""
    *before, last = items
    return f"{', '.join(before)} {link} {last}" if before else last


def command(fact: scope.Fact, value: str, path: int | None = None) -> str:
    """Return the command that records a finding, as a code span."""
    if fact.name.startswith(OPERATING_SYSTEM):
        system = fact.name.removeprefix(OPERATING_SYSTEM)
        return f"`/scope os {system} {value.replace('_', '-')} because …`"
    number = "" if path is None else f"{path + 1}."
    return f"`/scope set {number}{fact.name} {value} because …`"
