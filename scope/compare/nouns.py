"""What a comparison is made of: what two policies decide differently, and what else differs between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["fact", "presumption", "routing", "label", "reading", "form", "order"]
"""What a difference beside the tables is about."""


@dataclass(frozen=True, slots=True)
class Concerned:
    """One fact and the values of it that a difference is about, in the new policy's order."""

    fact: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What some tables say of certain answers."""

    codes: tuple[str, ...] = ()
    """Out-of-scope codes; empty where these tables are passed."""
    contested: bool = False
    """All of them by contested readings."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Answers that the tables judge differently: as many as possible in one line."""

    answers: tuple[Concerned, ...]
    """The answers concerned, any other fact may have any value. Empty = all answers."""
    before: Judgement
    after: Judgement
    says: str
    """The same in a line for people."""


@dataclass(frozen=True, slots=True)
class Change:
    """A difference beside the tables, in a sentence."""

    kind: Kind
    name: str
    """The fact, label, reading or field it is about."""
    says: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs in meaning between two policies. Empty (false) = they differ in wording at most."""

    decisions: tuple[Difference, ...] = ()
    changes: tuple[Change, ...] = ()
    reworded: bool = False
    """Wording, citations, readings' text, form or colours differ (`text_digest`)."""

    def __bool__(self) -> bool:
        return bool(self.decisions or self.changes)

    @property
    def lines(self) -> tuple[str, ...]:
        """Every difference in a line for people."""
        return (*(d.says for d in self.decisions), *(f"{c.kind} {c.name}: {c.says}" for c in self.changes))

    @property
    def editorial(self) -> bool:
        """Whether nothing but wording differs."""
        return self.reworded and not self
