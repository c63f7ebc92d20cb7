"""What differs between two policies beside their tables: facts, presumptions, routing, labels, readings, the form.

Each in a sentence; wording alone is no difference here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from scope.compare.nouns import Change
from scope.model import Fact, Label, Presumption, Values
from scope.policy import Policy

_Key = TypeVar("_Key")
_Thing = TypeVar("_Thing")


def beside(old: Policy, new: Policy) -> tuple[Change, ...]:
    """All differences beside the tables, kind by kind."""
    return (
        *_facts(old, new),
        *_presumptions(old, new),
        *_routing(old, new),
        *_labels(old, new),
        *_readings(old, new),
        *_form(old, new),
        *_order(old, new),
    )


def _facts(old: Policy, new: Policy) -> Iterator[Change]:
    for name, before, after in _both(old.facts, new.facts):
        if after is None:
            yield Change("fact", name, "no longer a fact")
        elif before is None:
            yield Change("fact", name, f"new fact; {_default(after)}")
        else:
            yield from _fact(before, after)


def _default(fact: Fact) -> str:
    return "without a default" if fact.default is None else f"compared in its default {fact.default}"


def _fact(before: Fact, after: Fact) -> Iterator[Change]:
    for value in after.values:
        if value not in before.values:
            parent = after.parents.get(value)
            yield Change(
                "fact",
                after.name,
                f"new value {value}, {f'compared as {parent}' if parent else 'compared as no other'}",
            )
    for value in before.values:
        if value not in after.values:
            yield Change("fact", after.name, f"{value} is no longer a value")
    if before.on_path != after.on_path:
        yield Change("fact", after.name, f"holds for {'each path' if after.on_path else 'the whole report'} now")


def _presumptions(old: Policy, new: Policy) -> Iterator[Change]:
    olds, news = ({p.fact: p for p in policy.presumptions} for policy in (old, new))
    for fact, before, after in _both(olds, news):
        told = [_presumes(one) for one in (before, after)]
        if told[0] != told[1]:
            yield Change("presumption", fact, f"was {told[0]}, is {told[1]}")


def _presumes(presumption: Presumption | None) -> str:
    """A presumption's meaning in words."""
    if presumption is None:
        return "not presumed"
    told = f"presumed {presumption.value}"
    if presumption.effort:
        told += " after an effort"
    if presumption.contested:
        told += " (contested)"
    for name, values in presumption.unless.items():
        told += f" unless {name} may be {' or '.join(sorted(values))}"
    return told


def _routing(old: Policy, new: Policy) -> Iterator[Change]:
    turns = [(policy.routing.os_check, policy.routing.triage) for policy in (old, new)]
    for fact in dict.fromkeys([*new.facts, *old.facts]):
        before, after = (_turn(fact, *turn) for turn in turns)
        if before != after:
            yield Change("routing", fact, f"if missing, {before}; now {after}")


def _turn(fact: str, os_check: frozenset[str], triage: frozenset[str]) -> str:
    if fact in os_check:
        return "the team checks systems"
    return "the team finds out" if fact in triage else "the reporter is asked"


def _labels(old: Policy, new: Policy) -> Iterator[Change]:
    """Labels are the same one where they stand for the same code, outcome or mark."""
    olds, news = _by_meaning(old.labels), _by_meaning(new.labels)
    for meaning, before, after in _both(olds, news):
        if after is None:
            yield Change("label", olds[meaning].name, "no longer a label")
        elif before is None:
            yield Change("label", after.name, f"new label for {meaning}")
        else:
            yield from _label(before, after)


def _label(before: Label, after: Label) -> Iterator[Change]:
    if before.name != after.name:
        known = "" if before.name in after.former else ", which it does not name as its former name"
        yield Change("label", after.name, f"was called {before.name}{known}")
    elif before.former != after.former:
        yield Change("label", after.name, f"former names were {_list(before.former)}, are {_list(after.former)}")
    if before.colour != after.colour:
        yield Change("label", after.name, f"colour was {before.colour}, is {after.colour}")


def _by_meaning(labels: Mapping[str, Label]) -> dict[str, Label]:
    return {_stands_for(label): label for label in labels.values()}


def _stands_for(label: Label) -> str:
    return str(label.code or label.outcome or label.mark)


def _readings(old: Policy, new: Policy) -> Iterator[Change]:
    for name, before, after in _both(old.readings, new.readings):
        if after is None:
            yield Change("reading", name, "no longer a reading")
        elif before is None:
            yield Change("reading", name, f"new reading, {after.strength}")
        elif before.strength != after.strength:
            yield Change("reading", name, f"was {before.strength}, is {after.strength}")


def _form(old: Policy, new: Policy) -> Iterator[Change]:
    """Answers whose text is the same and whose meaning is not."""
    olds, news = (_answers(policy) for policy in (old, new))
    for (field, text), before, after in _both(olds, news):
        if before is not None and after is not None and before != after:
            yield Change("form", field, f"the answer “{text}” stood for {_sets(before)}, stands for {_sets(after)}")


def _answers(policy: Policy) -> dict[tuple[str, str], Mapping[str, Values]]:
    return {(field.id, option.text): option.sets for field in policy.form.fields for option in field.options}


def _sets(sets: Mapping[str, Values]) -> str:
    return "; ".join(f"{fact} = {_list(sorted(values))}" for fact, values in sets.items()) or "nothing"


def _order(old: Policy, new: Policy) -> Iterator[Change]:
    """The order in which verdicts list things is a part of what they say."""
    for what, before, after in (
        ("facts", tuple(old.facts), tuple(new.facts)),
        ("codes", tuple(old.codes), tuple(new.codes)),
        ("labels", tuple(old.labels), tuple(new.labels)),
    ):
        shared = set(before) & set(after)
        if [name for name in before if name in shared] != [name for name in after if name in shared]:
            yield Change("order", what, "are listed in another order")


def _both(
    old: Mapping[_Key, _Thing], new: Mapping[_Key, _Thing]
) -> Iterator[tuple[_Key, _Thing | None, _Thing | None]]:
    """Each name with what either policy has under it, in the new policy's order, then the old one's own."""
    for name in dict.fromkeys([*new, *old]):
        yield name, old.get(name), new.get(name)


def _list(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"
