"""The cases that the text itself decides, as a policy file has them; whether they come out so is for `proofs`."""

from __future__ import annotations

from scope.document import Entry
from scope.model import Outcome, PathFacts, Presumption, Standing
from scope.policy import Example
from scope.rules import Words, conditions, once


def read_examples(root: Entry, words: Words, presumptions: tuple[Presumption, ...]) -> tuple[Example, ...]:
    """The text's own examples, each with what its sentence does not mention filled in."""
    defaults = _stated(root.entry("example_defaults"), words)
    efforts = [p.fact for p in presumptions if p.effort]
    examples = tuple(_example(entry, words, defaults, efforts) for entry in root.entries("examples"))
    once("example", [example.name for example in examples])
    return examples


def _example(entry: Entry, words: Words, defaults: PathFacts, efforts: list[str]) -> Example:
    name = entry.text("name")
    entry.place = f"example {name!r}"
    stated = {**defaults, **_stated(entry.entry("facts"), words)}
    expect = entry.entry("expect")
    example = Example(
        name=name,
        quote=entry.text("quote", ""),
        paths=({fact: values for fact, values in stated.items() if words.facts[fact].on_path},),
        facts={fact: values for fact, values in stated.items() if not words.facts[fact].on_path},
        efforts=frozenset(entry.words("efforts", efforts, "effort")),
        outcome=Outcome(expect.word("outcome", tuple(Outcome), "outcome")),
        standing=Standing(expect.word("standing", tuple(Standing), "standing")),
        codes=expect.words("codes", words.codes, "code"),
        contested=expect.flag("contested"),
        presumptions=expect.words("presumptions", words.facts, "fact"),
        missing=expect.words("missing", words.facts, "fact"),
    )
    expect.done()
    entry.done()
    return example


def _stated(entry: Entry, words: Words) -> PathFacts:
    return conditions(entry, words, tuple(words.facts))
