"""The report form as the policy file lays it out: which question stands where, and what each choice says of which fact.

How the form looks on a forge, and how a filled one is read, is the service's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from scope.document import Entry
from scope.model import Fact, Field, FieldOption, Form, Option, Section, Values
from scope.wording import check_texts

KINDS = ("choice", "ticks", "line", "text")


def read_form(root: Entry, facts: Mapping[str, Fact]) -> Form:
    """The form, empty where the file has none. A field of a fact has its words from the fact or its own."""
    entry = root.entry("form")
    form = Form(
        name=entry.text("name", ""),
        description=entry.text("description", ""),
        intro=entry.text("intro", ""),
        sections=tuple(_section(section, facts) for section in entry.entries("section")),
    )
    for what, words in (("id", [f.id for f in form.fields]), ("label", [f.label for f in form.fields])):
        twice = next((word for number, word in enumerate(words) if word in words[:number]), None)
        if twice is not None:
            raise entry.fault(f"two fields have the {what} {twice!r}", "section")
    entry.done()
    return form


def _section(entry: Entry, facts: Mapping[str, Fact]) -> Section:
    section = Section(entry.text("title"), tuple(_field(field, facts) for field in entry.entries("field")))
    entry.done()
    return section


def _field(entry: Entry, facts: Mapping[str, Fact]) -> Field:
    kind = cast("Literal['choice', 'ticks', 'line', 'text']", entry.word("kind", KINDS, "kind of field"))
    fact = facts[entry.word("fact", facts, "fact")] if entry.has("fact") else None
    field = Field(
        id=entry.text("id"),
        kind=kind,
        label=entry.text("label", fact.question if fact else None),
        hint=entry.text("hint", fact.hint if fact else ""),
        options=_options(entry, fact, facts),
        fact=fact.name if fact else None,
    )
    if bool(field.options) != (kind in ("choice", "ticks")):
        raise entry.fault("a choice and check boxes have options, a line and a text have none", "option")
    entry.done()
    return field


def _options(entry: Entry, fact: Fact | None, facts: Mapping[str, Fact]) -> tuple[FieldOption, ...]:
    options = tuple(_option(option, facts) for option in entry.entries("option"))
    if fact and not options:
        options = tuple(_of_fact(fact, option) for option in fact.options)
    check_texts([option.text for option in options], entry, "options")
    return options


def _of_fact(fact: Fact, option: Option) -> FieldOption:
    says_nothing = len(option.values) == len(fact.values)
    sets = {} if says_nothing else {fact.name: option.values}
    return FieldOption(option.text, sets, option.not_sure, option.note)


def _option(entry: Entry, facts: Mapping[str, Fact]) -> FieldOption:
    sets = entry.entry("sets")
    option = FieldOption(
        text=entry.text("text"),
        sets={
            name: Values(sets.words(name, facts[sets.known(name, facts, "fact", name)].values, "value"))
            for name in sets.keys()  # noqa: SIM118  # an Entry is not a mapping: `keys` notes them as asked for
        },
        not_sure=entry.flag("not_sure"),
        note=entry.text("note", ""),
    )
    entry.done()
    return option
