"""The deciding part of a policy file: derived results, tables, presumptions, routing.

Words are checked against the facts, clauses, readings and codes; whether tables are sound is proved in `table`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scope.document import Entry
from scope.faults import PolicyError
from scope.model import Clause, Fact, Presumption, Reading, Values
from scope.policy import Derived, Routing
from scope.table import DecisionTable, Row


@dataclass(frozen=True, slots=True)
class Words:
    """What the rules may speak of."""

    facts: Mapping[str, Fact]
    clauses: Mapping[str, Clause]
    readings: Mapping[str, Reading]
    codes: Mapping[str, str]
    derived: Mapping[str, Derived]

    def values(self, name: str) -> tuple[str, ...]:
        """The values of a fact or a derived result."""
        return self.facts[name].values if name in self.facts else tuple(self.derived[name].meanings)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Everything a row may have a condition on."""
        return (*self.facts, *self.derived)


def read_derived(root: Entry, facts: Mapping[str, Fact]) -> dict[str, Derived]:
    """The results that tables give to later ones."""
    derived = {}
    for name, entry in root.named("derived"):
        if name in facts:
            raise entry.fault("a derived result cannot have the name of a fact")
        derived[name] = Derived(name, entry.text("title"), dict(entry.entry("values").items()))
        entry.done()
    return derived


def read_tables(root: Entry, words: Words) -> tuple[DecisionTable, ...]:
    """The decision tables in the file's order, not yet proved."""
    tables = tuple(_table(entry, words) for entry in root.entries("tables"))
    once("table", [table.name for table in tables])
    once("table for the derived result", [table.derives for table in tables if table.derives])
    given = {code for table in tables for code in table.codes}
    idle = next((code for code in words.codes if code not in given), None)
    if idle is not None:
        raise PolicyError(f"no row gives the code {idle!r}", place="codes")
    return tables


def _table(entry: Entry, words: Words) -> DecisionTable:
    name = entry.text("name")
    # A fault in a table is told by the table's name: that is what its editor searches for.
    entry.place = f"table {name!r}"
    inputs = entry.words("inputs", words.inputs, "fact or derived result")
    derives = entry.word("derives", words.derived, "derived result") if entry.has("derives") else None
    table = DecisionTable(
        name=name,
        title=entry.text("title"),
        criterion=entry.word("criterion", words.clauses, "clause"),
        inputs=inputs,
        rows=tuple(_row(row, words, inputs, derives) for row in entry.entries("rows")),
        derives=derives,
    )
    entry.done()
    once("row", [row.name for row in table.rows], entry.place)
    if len([row for row in table.rows if row.otherwise]) > 1:
        raise entry.fault("more than one row is `otherwise`")
    return table


def _row(entry: Entry, words: Words, inputs: tuple[str, ...], derives: str | None) -> Row:
    name = entry.text("name")
    entry.place = f"{entry.place.partition('.')[0]}, row {name!r}"
    when = entry.entry("when")
    when.place = entry.place
    row = Row(
        name=name,
        says=entry.text("says"),
        when=conditions(when, words, inputs),
        otherwise=entry.flag("otherwise"),
        fails=entry.word("fails", words.codes, "code") if entry.has("fails") else None,
        gives=_given(entry, words, derives),
        cites=_cites(entry, words),
        quote=entry.text("quote", ""),
        readings=_readings(entry, words),
        contested=entry.flag("contested"),
    )
    entry.done()
    _check_row(row, entry, words, derives)
    return row


def _check_row(row: Row, entry: Entry, words: Words, derives: str | None) -> None:
    if row.otherwise == bool(row.when):
        raise entry.fault("a row has conditions or is `otherwise`")
    if row.fails and row.gives:
        raise entry.fault("a row that fails gives no result")
    if derives and not (row.fails or row.gives):
        raise entry.fault(f"the row gives no {derives!r} and does not fail")
    if row.contested and not row.fails:
        raise entry.fault("only a row that fails can be contested", "contested")
    if row.contested and not _disputed(row.readings, words):
        raise entry.fault("a contested row rests on a contested reading", "readings")


def conditions(when: Entry, words: Words, inputs: tuple[str, ...]) -> dict[str, Values]:
    """A table of facts (or derived results) and the values they may have."""
    allowed = {}
    for name in when.keys():  # noqa: SIM118  # an Entry is not a mapping: `keys` notes them as asked for
        when.known(name, inputs, "input of the table")
        values = when.words(name, words.values(name), f"value of {name}")
        if not values:
            raise when.fault("a condition names at least one value", name)
        allowed[name] = Values(values)
    return allowed


def _given(entry: Entry, words: Words, derives: str | None) -> str | None:
    if not entry.has("gives"):
        return None
    if derives is None:
        raise entry.fault("the table derives no result that its row could give", "gives")
    return entry.word("gives", words.values(derives), f"value of {derives}")


def _cites(entry: Entry, words: Words) -> tuple[str, ...]:
    cites = entry.words("cites", words.clauses, "clause")
    if not cites:
        raise entry.fault("no clause is cited", "cites")
    return cites


def _readings(entry: Entry, words: Words) -> tuple[str, ...]:
    return entry.words("readings", words.readings, "reading")


def _disputed(readings: tuple[str, ...], words: Words) -> bool:
    return any(words.readings[reading].strength == "contested" for reading in readings)


def read_presumptions(root: Entry, words: Words) -> tuple[Presumption, ...]:
    """What the text presumes of facts of which nothing is known."""
    presumptions = tuple(_presumption(entry, words) for entry in root.entries("presumptions"))
    once("presumption of", [p.fact for p in presumptions], "presumptions")
    return presumptions


def _presumption(entry: Entry, words: Words) -> Presumption:
    fact = entry.word("fact", words.facts, "fact")
    unless = entry.entry("unless")
    presumption = Presumption(
        fact=fact,
        value=entry.word("value", words.values(fact), f"value of {fact}"),
        says=entry.text("says"),
        cites=_cites(entry, words),
        quote=entry.text("quote", ""),
        readings=_readings(entry, words),
        contested=entry.flag("contested"),
        effort=entry.flag("effort"),
        unless=conditions(unless, words, tuple(words.derived)),
    )
    entry.done()
    if presumption.contested and not _disputed(presumption.readings, words):
        raise entry.fault("a contested presumption rests on a contested reading", "readings")
    return presumption


def read_routing(root: Entry, words: Words) -> Routing:
    """Which facts are whose turn."""
    entry = root.entry("routing")
    routing = Routing(
        frozenset(entry.words("os_check", words.facts, "fact")), frozenset(entry.words("triage", words.facts, "fact"))
    )
    entry.done()
    return routing


def once(what: str, names: list[str], place: str = "") -> None:
    """Refuse names that stand twice."""
    twice = next((name for number, name in enumerate(names) if name in names[:number]), None)
    if twice is not None:
        raise PolicyError(f"there are two of the {what} {twice!r}", place=place)
