"""Readings of our own form -> what the reporter said: paths and facts, as sets of values that are not ruled out.

Cautious throughout: what is not answered rules nothing out, and what cannot be read counts as not answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

import scope
from webhook.answers import FormAnswers
from webhook.forms.further import Paths, further_paths
from webhook.forms.reading import FieldReading, Reading

Facts: TypeAlias = dict[str, frozenset[str]]
_NOTHING: Mapping[str, frozenset[str]] = MappingProxyType({})


def answers(policy: scope.Policy, form: scope.Form, reading: Reading) -> FormAnswers:
    """What a filled form says. The form may be older than the policy: what the policy no longer knows says nothing."""
    if not reading.present:
        return FormAnswers()
    said = _Said(policy)
    for asked in form.fields:
        said.take(asked, reading.fields[asked.id])
    further, note = _further(policy, form, reading)
    return FormAnswers(
        form=reading.form.id,
        paths=tuple(_different([*said.paths(), *further])),
        facts=said.facts,
        not_sure=frozenset(said.not_sure),
        ambiguous=tuple(f.label for f in form.fields if _unreadable(f, reading.fields[f.id])),
        notes=tuple(filter(None, (*said.notes, note))),
    )


def _unreadable(asked: scope.Field, found: FieldReading) -> bool:
    """Whether something stands there, or should, that cannot be read: people are told which field it is."""
    return found.state == "ambiguous" or bool(asked.options and found.state == "unanswered" and found.warnings)


@dataclass(slots=True)
class _Said:
    """What the structured fields said so far."""

    policy: scope.Policy
    facts: Facts = field(default_factory=dict)
    shared: Facts = field(default_factory=dict)
    """Path facts that hold for every path of the form (source, target)."""
    own: list[Facts] = field(default_factory=list)
    """Path facts of each ticked box: an attack of its own."""
    not_sure: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def take(self, asked: scope.Field, reading: FieldReading) -> None:
        """Add one field's answer."""
        chosen = [reading.answer] if isinstance(reading.answer, str) else reading.answer or []
        for option in asked.options:
            if option.text not in chosen:
                continue
            if option.note:
                self.notes.append(option.note)
            if option.not_sure:
                self.not_sure |= _spoken_of(asked)
            self._hear(asked, option)

    def paths(self) -> list[Facts]:
        """One path for each tick; one if nothing is ticked."""
        return [self.shared | own for own in self.own] or [self.shared]

    def _hear(self, asked: scope.Field, option: scope.FieldOption) -> None:
        known = {fact: values for fact, values in option.sets.items() if self._known(fact, values)}
        on_path = {fact: values for fact, values in known.items() if self.policy.facts[fact].on_path}
        if asked.kind == "ticks" and self._about_paths(asked):
            # "Not sure" beside other ticks says that there may be more: a path of its own, of which the effect is
            # not known. It can keep a report open, and can neither take it in nor put it out.
            self.own.append(on_path)
        else:
            self.shared |= on_path
        for fact in known.keys() - on_path.keys():  # two boxes that speak of one fact: either may be meant
            self.facts[fact] = self.facts.get(fact, frozenset()) | known[fact]

    def _known(self, fact: str, values: frozenset[str]) -> bool:
        return fact in self.policy.facts and values < frozenset(self.policy.facts[fact].values)

    def _about_paths(self, asked: scope.Field) -> bool:
        return any(fact in self.policy.facts and self.policy.facts[fact].on_path for fact in _spoken_of(asked))


def _spoken_of(asked: scope.Field) -> set[str]:
    """The facts a field's options speak of."""
    return {fact for option in asked.options for fact in option.sets}


def _further(policy: scope.Policy, form: scope.Form, reading: Reading) -> tuple[Paths, str]:
    """The paths of the first text area, and what the team should know of its unreadable lines."""
    asked = next((field for field in form.fields if field.kind == "text"), None)
    found = reading.fields[asked.id] if asked else FieldReading("unanswered")
    if found.state == "ambiguous":  # attacks may stand in it, so the listed ones alone must not put the report out
        return (_NOTHING,), "The further attacks cannot be read for sure: an attack of which nothing is known."
    if not isinstance(found.answer, str):
        return (), ""
    paths, unreadable = further_paths(found.answer, policy, form)
    return paths, _unreadable_note(unreadable) if unreadable else ""


def _unreadable_note(count: int) -> str:
    lines = "1 line" if count == 1 else f"{count} lines"
    return (
        f"{lines} of the further attacks cannot be read as source -> effect -> target: "
        "an attack of which nothing is known."
    )


def _different(paths: Iterable[Mapping[str, frozenset[str]]]) -> list[Mapping[str, frozenset[str]]]:
    kept: list[Mapping[str, frozenset[str]]] = []
    for path in paths:
        if path not in kept:
            kept.append(path)
    return kept
