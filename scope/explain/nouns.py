"""What an explanation is made of: cited, still structured, no sentence joined and no Markdown.

Facts, values, clauses and readings stand here by name; their words are the policy's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from scope.model import Fact, Outcome, Verdict

State: TypeAlias = Literal["passed", "failed", "open", "moot"]
"""Of one criterion on one path. moot = an earlier criterion failed, so this one says nothing."""

Who: TypeAlias = Literal["reporter", "team"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One fact and the values of it that are not ruled out, in the policy's order."""

    fact: str
    values: tuple[str, ...]
    presumed: bool = False
    """Nobody said so: the policy presumes it."""


@dataclass(frozen=True, slots=True)
class Cited:
    """One clause as far as it bears on a criterion: its number and the short citation."""

    clause: str
    quote: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """What became of one numbered criterion on one path, and the fewest answers that already decide it."""

    id: str
    title: str
    state: State
    says: tuple[str, ...] = ()
    """The deciding rows in running text, where they are few."""
    answers: tuple[Answer, ...] = ()
    """What decided it; for an open criterion, what is known of the facts it turns on."""
    results: tuple[str, ...] = ()
    """What a passed criterion established, as the policy names it ("1a", "2b"): one of these."""
    codes: tuple[str, ...] = ()
    cited: tuple[Cited, ...] = ()
    readings: tuple[str, ...] = ()
    """Readings the deciding rows rest on, in the register's order."""
    contested: bool = False
    """It failed by a contested reading alone."""


@dataclass(frozen=True, slots=True)
class PathExplanation:
    """One path, criterion by criterion."""

    index: int
    """Position in the report, from 0."""
    said: tuple[Answer, ...]
    """The path's source, effect and target as far as known, and any other fact it states for itself."""
    in_scope: bool | None
    """None while open."""
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A missing fact that can still change the verdict, and who can answer it."""

    fact: Fact
    path: int | None
    """The path asked about, from 0; None = the whole report."""
    who: Who
    possible: tuple[str, ...]
    """Values not yet ruled out."""
    share: float
    """Share of the completions still possible (0 to 1) that an answer settles, counted on the diagram."""

    @property
    def score(self) -> float:
        """What an answer settles for what it costs to find out."""
        return self.share / self.fact.cost


@dataclass(frozen=True, slots=True)
class Presumed:
    """A presumption the verdict rests on, and what ends it."""

    fact: Fact
    value: str
    says: str
    """The presumption and what ends it, in a sentence of the policy."""
    rebutted_by: tuple[str, ...]
    """Answers that would end the verdict."""
    cited: tuple[Cited, ...]
    readings: tuple[str, ...] = ()
    contested: bool = False
    after_effort: bool = False
    """It holds only because somebody looked and found no certainty."""


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """The smallest change of answers that would change the verdict: each fact named with the values it would need."""

    changes: tuple[Answer, ...]
    outcome: Outcome
    path: int | None = None
    """The path it is told of, where the report has several."""
    certain: bool = True
    """False where those answers would only reopen the matter: others are still to be given."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict in cited parts."""

    verdict: Verdict
    decisive: tuple[int, ...]
    """Paths the verdict rests on, from 0: the ones in scope; or, open, the open ones; or all."""
    paths: tuple[PathExplanation, ...]
    questions: tuple[Question, ...] = ()
    """The next question first, then the others as the policy lists them."""
    presumptions: tuple[Presumed, ...] = ()
    counterfactuals: tuple[Counterfactual, ...] = ()
    conflicts: tuple[Fact, ...] = ()
    """Facts of which people of equal rank said contradictory things."""
    turn: Who | None = None
    """Who has to do something before the verdict can be reached; None where it is reached."""
    readings: tuple[str, ...] = field(default=())
    """All readings the verdict rests on."""
