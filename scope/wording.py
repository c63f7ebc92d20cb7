"""The words of a policy file: facts with their questions and answers, clauses, readings, labels.

How the answers decide is in `rules`; how the questions are laid out, in `layout`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Literal, cast

from scope.document import Entry
from scope.faults import PolicyError
from scope.model import Clause, Fact, Label, Option, Outcome, Reading, Values

ANSWERERS = ("reporter", "team", "support")
STRENGTHS = ("explicit", "inferred", "contested")
MARKS = ("contested", "overridden")
LONGEST_DESCRIPTION = 100
"""GitHub refuses label descriptions of more than 100 characters."""


def read_facts(root: Entry) -> dict[str, Fact]:
    """All facts in the file's order, which is the order in which verdicts list them."""
    facts = {name: _fact(name, entry) for name, entry in root.named("facts")}
    if not facts:
        raise PolicyError("there are no facts", place="facts")
    return facts


def read_clauses(root: Entry) -> dict[str, Clause]:
    """The numbered sentences of the source text."""
    return {id_: _clause(id_, entry) for id_, entry in root.named("clauses")}


def read_readings(root: Entry) -> dict[str, Reading]:
    """The register of readings."""
    return {id_: _reading(id_, entry) for id_, entry in root.named("readings")}


def read_codes(root: Entry) -> dict[str, str]:
    """Every out-of-scope code with the sentence for it, in the order in which verdicts list them."""
    return dict(root.entry("codes").items())


def read_labels(root: Entry, codes: Collection[str]) -> dict[str, Label]:
    """The label catalogue; each code, outcome and mark has one label, and in the catalogue marks come last."""
    labels = {name: _label(name, entry, codes) for name, entry in root.named("labels")}
    meanings = [label.meaning for label in labels.values()]
    for meaning in (*codes, *Outcome, *MARKS):
        if meanings.count(meaning) != 1:
            raise PolicyError(f"{meanings.count(meaning)} labels stand for {str(meaning)!r}, not one", place="labels")
    listed = [meaning for meaning in meanings if meaning in codes or meaning in MARKS]
    if listed != [*codes, *MARKS]:
        raise PolicyError("the labels do not follow the order of the codes, with the marks last", place="labels")
    return labels


def _fact(name: str, entry: Entry) -> Fact:
    meanings = dict(entry.entry("values").items())
    if len(meanings) < 2:  # noqa: PLR2004  # one value leaves nothing to know
        raise entry.fault("a fact has at least two values", "values")
    fact = Fact(
        name=name,
        values=tuple(meanings),
        meanings=meanings,
        title=entry.text("title"),
        question=entry.text("question"),
        hint=entry.text("hint", ""),
        options=_options(entry, "options", meanings),
        team_question=entry.text("team_question", ""),
        team_options=_options(entry, "team_options", meanings),
        answered_by=cast(
            "tuple[Literal['reporter', 'team', 'support'], ...]", entry.words("answered_by", ANSWERERS, "party")
        ),
        cost=entry.number("cost"),
        on_path=entry.flag("on_path"),
        default=entry.word("default", meanings, "value") if entry.has("default") else None,
        parents=_parents(entry.entry("parents"), meanings),
    )
    if fact.cost < 1:
        raise entry.fault("a cost is at least 1", "cost")
    entry.done()
    return fact


def _parents(entry: Entry, meanings: Mapping[str, str]) -> dict[str, str]:
    """For values new in this version, the older value each is compared under: another value of the same fact."""
    parents = {}
    for value in entry.keys():  # noqa: SIM118  # an Entry is not a mapping: `keys` notes them as asked for
        entry.known(value, meanings, "value")
        parents[value] = entry.word(value, [other for other in meanings if other != value], "value")
    return parents


def _options(fact: Entry, key: str, meanings: Mapping[str, str]) -> tuple[Option, ...]:
    options = tuple(_option(entry, meanings) for entry in fact.entries(key))
    check_texts([option.text for option in options], fact, key)
    early = next((option for option in options[:-1] if option.not_sure), None)
    if early is not None:
        raise fact.fault(f"the answer {early.text!r} must stand last", key)
    return options


def _option(entry: Entry, meanings: Mapping[str, str]) -> Option:
    values = entry.words("values", meanings, "value")
    open_ = entry.flag("not_sure") or entry.flag("any")
    if bool(values) == open_:
        raise entry.fault("an answer either names values or is `any` or `not_sure`")
    option = Option(
        text=entry.text("text"),
        values=Values(values or meanings),
        not_sure=entry.flag("not_sure"),
        note=entry.text("note", ""),
        effort=entry.flag("effort"),
    )
    entry.done()
    return option


def check_texts(texts: list[str], entry: Entry, key: str) -> None:
    """Answers offered side by side differ, and the reporter's hold no comma: forges join several with commas."""
    for number, text in enumerate(texts):
        if "," in text and key == "options":
            raise entry.fault(f"the answer {text!r} holds a comma", key)
        if text in texts[:number]:
            raise entry.fault(f"the answer {text!r} stands here twice", key)


def _clause(id_: str, entry: Entry) -> Clause:
    clause = Clause(id=id_, summary=entry.text("summary"), quotes=entry.texts("quotes"))
    if not clause.quotes:
        raise entry.fault("a clause quotes the text at least once", "quotes")
    entry.done()
    return clause


def _reading(id_: str, entry: Entry) -> Reading:
    reading = Reading(
        id=id_,
        question=entry.text("question"),
        reading=entry.text("reading"),
        rests_on=entry.text("rests_on"),
        strength=cast("Literal['explicit', 'inferred', 'contested']", entry.word("strength", STRENGTHS, "strength")),
        where=entry.text("where", ""),
        quotes=entry.texts("quotes"),
    )
    entry.done()
    return reading


def _label(name: str, entry: Entry, codes: Collection[str]) -> Label:
    label = Label(
        name=name,
        colour=entry.text("colour"),
        description=entry.text("description"),
        former=entry.texts("former"),
        code=entry.word("code", codes, "code") if entry.has("code") else None,
        outcome=Outcome(entry.word("outcome", tuple(Outcome), "outcome")) if entry.has("outcome") else None,
        mark=cast("Literal['contested', 'overridden']", entry.word("mark", MARKS, "mark"))
        if entry.has("mark")
        else None,
    )
    if [label.code, label.outcome, label.mark].count(None) != 2:  # noqa: PLR2004  # one of the three is set
        raise entry.fault("a label stands for exactly one of a code, an outcome and a mark")
    if not re.fullmatch("[0-9a-f]{6}", label.colour):
        raise entry.fault("a colour is six hexadecimal digits in lower case", "colour")
    if len(label.description) > LONGEST_DESCRIPTION:
        raise entry.fault(f"more than {LONGEST_DESCRIPTION} characters", "description")
    entry.done()
    return label
