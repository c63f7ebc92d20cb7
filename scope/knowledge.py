"""What is known of each path, as one integer: a field of bits for each fact, a bit for each value not ruled out.

Here reports become such integers and integers become words again. What follows from them is in `assess`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from scope.diagram import Known
from scope.faults import nearest
from scope.model import Fact, PathFacts, Report, Values

_Masks: TypeAlias = Mapping[str, tuple[Known, Mapping[Values, Known]]]
"""For each fact that may be stated, its field and the masks of frequent statements."""


class UnknownWordError(ValueError):
    """A report uses a word that the policy does not know."""

    def __init__(self, what: str, word: str, known: Iterable[str]) -> None:
        self.word = word
        self.nearest = nearest(word, known)
        super().__init__(f"unknown {what} {word!r}" + (f"; did you mean {self.nearest!r}?" if self.nearest else ""))


class Knowledge(NamedTuple):
    """What is known of one path: the values left of each fact, and the facts with contradictory statements."""

    known: Known
    conflicts: Known = 0
    """The fields of the facts in conflict: any value is possible, and none is presumed."""


class Layout:
    """Which bits belong to which fact and value. Levels number the facts in the policy's order."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self.facts = tuple(facts)
        self.level = {name: level for level, name in enumerate(self.facts)}
        """A fact's place in the policy's order."""
        self.bit: dict[str, dict[str, int]] = {}
        """For each fact, each value's bit."""
        self.field: dict[str, int] = {}
        """For each fact, the bits of all its values."""
        offset = 0
        for name, fact in facts.items():
            self.bit[name] = {value: 1 << offset + place for place, value in enumerate(fact.values)}
            self.field[name] = sum(self.bit[name].values())
            offset += len(fact.values)
        self.full: Known = (1 << offset) - 1
        """Nothing known of any fact."""
        self._path_masks: _Masks = {name: self._frequent(fact) for name, fact in facts.items()}
        self._report_masks: _Masks = {
            name: masks for name, masks in self._path_masks.items() if not facts[name].on_path
        }

    @property
    def bits(self) -> tuple[tuple[int, ...], ...]:
        """The bits of all values of all facts, by level."""
        return tuple(tuple(values.values()) for values in self.bit.values())

    @property
    def fields(self) -> tuple[int, ...]:
        """The bits of all facts, by level."""
        return tuple(self.field.values())

    def learn(self, known: Known, fact: str, values: Iterable[str]) -> Known:
        """What is known once the fact is known to have one of these values and nothing else was known of it."""
        return (known | self.field[fact]) & self.mask(fact, values)

    def narrow(self, given: Mapping[str, Iterable[str]]) -> Known:
        """What is known if these values are left of these facts and nothing is known of the others."""
        known = self.full
        for fact, values in given.items():
            known &= self.mask(fact, values)
        return known

    def values(self, known: Known, fact: str) -> Values:
        """The values left of a fact."""
        return Values(value for value, bit in self.bit[fact].items() if known & bit)

    def words(self, known: Known) -> dict[str, str]:
        """A single completion in words: for each fact its (first) value."""
        return {fact: next(value for value, bit in bits.items() if known & bit) for fact, bits in self.bit.items()}

    def names(self, levels: Iterable[int]) -> tuple[str, ...]:
        """The facts of these levels, in the policy's order."""
        return tuple(self.facts[level] for level in sorted(levels))

    def facts_in(self, fields: Known) -> tuple[str, ...]:
        """The facts whose bits these are, in the policy's order."""
        return tuple(name for name, field in self.field.items() if fields & field)

    def of_report(self, report: Report) -> tuple[Knowledge, tuple[Knowledge, ...]]:
        """What is known at report level, and of each path: its own statements first, else the report's."""
        if not report.paths:
            raise ValueError("a report has at least one path")
        common = self._common(report.facts)
        return common, tuple([self._read(path, common, self._path_masks) for path in report.paths])

    def mask(self, fact: str, values: Iterable[str]) -> Known:
        """All bits but those of the fact's values that are ruled out; an empty set (a conflict) rules out nothing."""
        bit = self.bit[fact]
        try:
            kept = sum([bit[value] for value in values])
        except KeyError as unknown:
            raise UnknownWordError(f"value of {fact}", unknown.args[0], bit) from None
        return self.full ^ self.field[fact] ^ kept if kept else self.full

    def _common(self, said: PathFacts) -> Knowledge:
        known, masks = self.full, self._report_masks
        try:
            for fact, values in said.items():
                known &= masks[fact][1][values]
        except KeyError:
            # Several values, a conflict or an unknown word: seldom enough to start again and look closely.
            return self._read(said, Knowledge(self.full), masks)
        return Knowledge(known)

    def _read(self, said: PathFacts, base: Knowledge, masks: _Masks) -> Knowledge:
        known, conflicts = base
        for fact, values in said.items():
            try:
                field, frequent = masks[fact]
            except KeyError:
                raise UnknownWordError("fact", fact, masks) from None
            # A path's own word wins over the report's, a full set and a conflict included.
            known = (known | field) & (frequent.get(values) or self.mask(fact, values))
            if not values:
                conflicts |= field
            elif conflicts:
                conflicts &= ~field
        return Knowledge(known, conflicts)

    def _frequent(self, fact: Fact) -> tuple[int, dict[Values, Known]]:
        """The fact's field, and the masks of the statements that most reports make: one value, or any."""
        sets = [*({value} for value in fact.values), set(fact.values)]
        return self.field[fact.name], {Values(values): self.mask(fact.name, values) for values in sets}
