"""A policy file to a proved `Policy`, or a `PolicyError`. The only place of the rulebook that reads a file.

Proofs: every table is total, disjoint and without a dead row (in `table`); what is cited exists (in `rules`); quotes
are verbatim where the text is given, and the text's own examples come out as it says (in `proofs`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from scope.compile import assumptions_of, code_groups_of, outcome_of
from scope.diagram import Diagrams, Node
from scope.digest import digest_of, text_digest_of
from scope.document import Entry
from scope.examples import read_examples
from scope.faults import PolicyError, nearest
from scope.form import read_form
from scope.knowledge import Layout
from scope.policy import IN, Policy, Source
from scope.proofs import check_examples, check_quotes
from scope.rules import (
    Words,
    read_derived,
    read_presumptions,
    read_routing,
    read_tables,
)
from scope.table import DecisionTable, Prover
from scope.wording import read_clauses, read_codes, read_facts, read_labels, read_readings

BUILTIN = "builtin:"


def load_policy(source: str | Path, *, source_text: str | None = None) -> Policy:
    """Read a policy and prove it: `builtin:NAME`, or the path of a file.

    With `source_text`, the text the policy puts into tables, every quote is looked up in it as well.
    Raises `PolicyError`.
    """
    name, content = _content(source)
    return parse_policy(content, file=name, source_text=source_text)


def parse_policy(content: str, *, file: str, source_text: str | None = None) -> Policy:
    """The policy in the text of a policy file; `file` is the name that faults are told with."""
    try:
        document = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"not TOML: {error}", file=file) from None
    try:
        return _policy(document, file, source_text)
    except PolicyError as fault:
        fault.file = file
        raise


def policy_text(source: str | Path) -> tuple[str, str]:
    """The name and the text of the policy file that `load_policy` would read. Raises `PolicyError`."""
    return _content(source)


def builtin_policies() -> tuple[str, ...]:
    """The names of the policies that come with the package."""
    names = [file.name for file in files("scope").joinpath("policies").iterdir()]
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def _content(source: str | Path) -> tuple[str, str]:
    """The file's name and its text."""
    if isinstance(source, str) and source.startswith(BUILTIN):
        name = source.removeprefix(BUILTIN)
        known = builtin_policies()
        if name not in known:
            raise PolicyError("there is no such built-in policy", file=source, nearest=nearest(name, known))
        return f"{name}.toml", files("scope").joinpath("policies", f"{name}.toml").read_text(encoding="utf-8")
    path = Path(source)
    try:
        return path.name, path.read_text(encoding="utf-8")
    except OSError as error:
        raise PolicyError(f"cannot be read: {error.strerror}", file=path.name) from None
    except UnicodeDecodeError:
        raise PolicyError("is not UTF-8", file=path.name) from None


def _policy(document: Mapping[str, Any], file: str, source_text: str | None) -> Policy:
    root = Entry("", document)
    facts, codes = read_facts(root), read_codes(root)
    words = Words(facts, read_clauses(root), read_readings(root), codes, read_derived(root, facts))
    layout = Layout(facts)
    diagrams = Diagrams(layout.bits)
    tables, derived = _prove(read_tables(root, words), words, Prover(layout, diagrams))
    presumptions = read_presumptions(root, words)
    outcome = outcome_of(tables, diagrams)
    labels = read_labels(root, codes)
    policy = Policy(
        id=root.text("id"),
        version=root.text("version"),
        title=root.text("title"),
        date=root.text("date"),
        file=file,
        source=_source(root.entry("source")),
        facts=facts,
        clauses=words.clauses,
        readings=words.readings,
        derived=words.derived,
        tables=tables,
        presumptions=presumptions,
        routing=read_routing(root, words),
        codes=codes,
        labels=labels,
        form=read_form(root, facts),
        examples=read_examples(root, words, presumptions),
        label_for={label.meaning: label.name for label in labels.values()},
        layout=layout,
        diagrams=diagrams,
        outcome=outcome,
        in_scope=diagrams.relabel(outcome, IN.__eq__),
        code_groups=code_groups_of(tables, diagrams),
        assumptions=assumptions_of(presumptions, derived, layout, diagrams),
    )
    root.done()
    policy = replace(policy, digest=digest_of(policy), text_digest=text_digest_of(document))
    if source_text is not None:
        check_quotes(policy, source_text)
    check_examples(policy)
    return policy


def _prove(
    tables: tuple[DecisionTable, ...], words: Words, prover: Prover
) -> tuple[tuple[DecisionTable, ...], dict[str, Node]]:
    """The tables with their diagrams, and the diagrams of the derived results that they give."""
    proved: list[DecisionTable] = []
    derived: dict[str, Node] = {}
    for table in tables:
        early = next((name for name in table.inputs if name in words.derived and name not in derived), None)
        if early is not None:
            raise PolicyError(f"no table above gives {early!r}", place=f"table {table.name!r}.inputs")
        given = {name: (node, words.values(name)) for name, node in derived.items()}
        diagram = prover.prove(table, given)
        proved.append(replace(table, diagram=diagram))
        if table.derives is not None:
            derived[table.derives] = prover.diagrams.relabel(diagram, lambda row: row and row.gives)
    idle = next((name for name in words.derived if name not in derived), None)
    if idle is not None:
        raise PolicyError("no table gives it", place=f"derived.{idle}")
    return tuple(proved), derived


def _source(entry: Entry) -> Source:
    source = Source(
        title=entry.text("title"),
        author=entry.text("author"),
        address=entry.text("address"),
        sha256=entry.text("sha256"),
    )
    entry.done()
    return source
