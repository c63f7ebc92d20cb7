"""The rulebook's nouns, as frozen values: what can be known, asked, said and concluded.

How a policy file becomes these is in `policy`; how a report is decided is in `assess`; why, in `explain`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, TypeAlias

Values: TypeAlias = frozenset[str]
"""The values of one fact that are not ruled out. All of them = nothing known; none = a conflict."""

PathFacts: TypeAlias = Mapping[str, Values]
"""One path: `source`, `effect`, `target` and any fact the path states for itself. A missing key = not stated here."""

NOTHING: Mapping[str, Values] = MappingProxyType({})


def _nothing() -> Mapping[str, Values]:
    return NOTHING


def _no_parents() -> Mapping[str, str]:
    return MappingProxyType({})


class Outcome(StrEnum):
    """What the policy says of a report, in the words of the `decide` interface."""

    IN_SCOPE = "in-scope"
    OUT_OF_SCOPE = "out-of-scope"
    NEEDS_OS_CHECK = "needs-os-check"
    NEEDS_TRIAGE = "needs-triage"
    NEEDS_INFO = "needs-info"


class Standing(StrEnum):
    """How firm an outcome is: nothing can flip it, only a named presumption can, or it is not decided."""

    SETTLED = "settled"
    PRESUMED = "presumed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer as people read it, and the values it leaves possible."""

    text: str
    values: Values
    not_sure: bool = False
    """True for "Not sure": any value, and nobody asks this person again."""
    note: str = ""
    """A remark for the team that the choice carries (say: "the team judges the argument")."""
    effort: bool = False
    """True for an answer that records that somebody looked into it without a result."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A question with finitely many answers. There is no `unknown` value: unknown is the set of all values."""

    name: str
    values: tuple[str, ...]
    meanings: Mapping[str, str]
    """For each value, the words for it in running text ("guest kernel")."""
    title: str
    """The fact's short name for people ("Source")."""
    question: str
    hint: str
    options: tuple[Option, ...]
    """The answers offered to the reporter, "Not sure" last; empty where the form asks it another way or not at all."""
    team_question: str
    team_options: tuple[Option, ...]
    answered_by: tuple[Literal["reporter", "team", "support"], ...]
    cost: int
    """Relative cost of finding out, 1 = the reporter knows it by heart."""
    on_path: bool = False
    default: str | None = None
    """For a fact that an earlier version did not have: the value under which that version is compared with this one."""
    parents: Mapping[str, str] = field(default_factory=_no_parents)
    """For values that an earlier version did not have: the value of that version under which each is compared."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered sentence of the source text: our summary, and short verbatim citations by key."""

    id: str
    summary: str
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading chosen where the text leaves room, how strong it is, and what it rests on."""

    id: str
    question: str
    reading: str
    rests_on: str
    strength: Literal["explicit", "inferred", "contested"]
    where: str = ""
    """Where the strength holds only in part: the other part, in words."""
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Presumption:
    """What the text itself supposes of a fact of which nothing is known, until somebody says otherwise."""

    fact: str
    value: str
    says: str
    """The presumption and what ends it, in a sentence."""
    cites: tuple[str, ...]
    quote: str
    readings: tuple[str, ...]
    contested: bool = False
    effort: bool = False
    """True where it holds only once somebody looked into the fact without a result."""
    unless: Mapping[str, Values] = field(default_factory=_nothing)
    """Derived results (`pair` = `1c`) none of which may be possible, or the presumption does not apply."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label the service manages: how it looks, what it says, and what it was called before."""

    name: str
    colour: str
    """Six hexadecimal digits without `#`."""
    description: str
    """At most 100 characters, and fit for everybody's eyes: label descriptions can be public."""
    former: tuple[str, ...] = ()
    code: str | None = None
    """The out-of-scope code this label stands for, if any."""
    outcome: Outcome | None = None
    """The outcome this label stands for, if any (for `out-of-scope`: where no code is certain)."""
    mark: Literal["contested", "overridden"] | None = None
    """What this label says beside a verdict label, if it is not one itself."""

    @property
    def meaning(self) -> str:
        """The one thing the label stands for: its code, its outcome or its mark."""
        return self.code or self.outcome or self.mark or ""


@dataclass(frozen=True, slots=True)
class FieldOption:
    """One choice of a form field. `sets` = what it says of which facts; empty = it says nothing ("Does not apply")."""

    text: str
    sets: Mapping[str, Values] = field(default_factory=_nothing)
    not_sure: bool = False
    note: str = ""
    """The remark for the team that the choice carries, as on `Option`."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of the form as it is laid out: a choice, check boxes, a line or a text area."""

    id: str
    kind: Literal["choice", "ticks", "line", "text"]
    label: str
    hint: str = ""
    options: tuple[FieldOption, ...] = ()
    fact: str | None = None
    """The one fact a choice answers; None for check boxes that speak of several facts, lines and texts."""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of fields."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """The report form: structured answers first, free text last, in the order people meet them."""

    name: str
    description: str
    intro: str
    sections: tuple[Section, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields in order."""
        return tuple(f for s in self.sections for f in s.fields)


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of one bug: its paths, the facts that hold for all of them, and how hard people have looked.

    `facts` holds the report-level facts (never source, effect, target); a missing key = nothing known.
    `efforts` names facts somebody looked into without a result; `not_sure` those the reporter said they do not know.
    """

    paths: tuple[PathFacts, ...] = (NOTHING,)
    facts: Mapping[str, Values] = field(default_factory=_nothing)
    efforts: frozenset[str] = frozenset()
    not_sure: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PathVerdict:
    """The verdict on one path alone. `in_scope` is None while the path is open."""

    in_scope: bool | None
    standing: Standing
    codes: tuple[str, ...] = ()
    contested: bool = False
    missing: tuple[str, ...] = ()
    presumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a report: what `decide` prints, and the verdict of each path it rests on."""

    outcome: Outcome
    standing: Standing
    codes: tuple[str, ...] = ()
    contested: bool = False
    missing: tuple[str, ...] = ()
    presumptions: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    paths: tuple[PathVerdict, ...] = field(default=(), repr=False)
