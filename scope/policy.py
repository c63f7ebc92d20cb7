"""One version of the scope text, ready to be asked: its words, its tables, and the diagrams that answer for them.

A `Policy` comes from `load`, which proves it; what follows for a report is in `assess`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scope.diagram import Diagrams, Known, Node, reachable
from scope.knowledge import Layout
from scope.model import Clause, Fact, Form, Label, Outcome, PathFacts, Presumption, Reading, Standing, Values
from scope.table import DecisionTable, Row

IN, OUT_CONTESTED, OUT_FIRM = "in", "out, contested", "out, firm"
"""Results of `Policy.outcome`: no table fails; some do, all by contested readings; at least one fails by a firm one."""


@dataclass(frozen=True, slots=True)
class Source:
    """The text a policy file puts into tables: where it stands, and the SHA-256 digest of the copy quoted from."""

    title: str
    author: str
    address: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Routing:
    """Whose turn an open report is, by the facts that are missing; the reporter's where neither set covers them."""

    os_check: frozenset[str]
    triage: frozenset[str]


@dataclass(frozen=True, slots=True)
class Derived:
    """A result that one table gives and later ones ask for, with the words for its values."""

    name: str
    title: str
    meanings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Example:
    """A case that the text itself decides: its sentence, the facts it states, and the verdict it must have."""

    name: str
    quote: str
    paths: tuple[PathFacts, ...]
    facts: PathFacts
    efforts: frozenset[str]
    outcome: Outcome
    standing: Standing
    codes: tuple[str, ...] = ()
    contested: bool = False
    presumptions: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Assumption:
    """A presumption as bits: the field of its fact, and what is known once it is made."""

    presumption: Presumption
    field: Known
    mask: Known
    """All bits but the fact's other values."""
    barred: Node | None
    """True for the completions any of which keeps the presumption from applying; None where nothing does."""


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A proved policy. Mappings keep the file's order, which is the order in which verdicts list things."""

    id: str
    version: str
    title: str
    date: str
    file: str
    """The file's name, without its folder."""
    source: Source
    facts: Mapping[str, Fact]
    clauses: Mapping[str, Clause]
    readings: Mapping[str, Reading]
    derived: Mapping[str, Derived]
    tables: tuple[DecisionTable, ...]
    presumptions: tuple[Presumption, ...]
    routing: Routing
    codes: Mapping[str, str]
    """Every out-of-scope code and the sentence for it."""
    labels: Mapping[str, Label]
    form: Form
    examples: tuple[Example, ...]
    digest: str = ""
    """What the policy means: `sha256:` over facts, diagrams, presumptions, routing, codes and label names."""
    text_digest: str = ""
    """How it says it: `sha256:` over wording, citations, readings, form and colours."""

    label_for: Mapping[str, str] = field(repr=False, kw_only=True)
    """The name of the label for a code, an outcome or a mark (`contested`, `overridden`)."""
    layout: Layout = field(repr=False, kw_only=True)
    diagrams: Diagrams = field(repr=False, kw_only=True)
    outcome: Node = field(repr=False, kw_only=True)
    """Facts to `IN`, `OUT_CONTESTED` or `OUT_FIRM`."""
    in_scope: Node = field(repr=False, kw_only=True)
    """Facts to True (no table fails) or False."""
    code_groups: tuple[Node, ...] = field(repr=False, kw_only=True)
    """Facts to the set of codes given; each code in one of the groups, tables that share a code in the same one."""
    assumptions: tuple[Assumption, ...] = field(repr=False, kw_only=True)
    """The presumptions in the order of their facts."""

    def fired(self, table: DecisionTable, known: Known) -> frozenset[Row | None]:
        """The rows of a table that some completion fires; None among them where the table may be moot."""
        return reachable(table.diagram, known)

    def values(self, known: Known, fact: str) -> Values:
        """The values of a fact that are not ruled out."""
        return self.layout.values(known, fact)
