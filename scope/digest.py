"""The two digests of a policy: what it means, and how it says it.

`digest` is taken over the reduced diagrams, not over the rows: a table rewritten to the same effect keeps it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from scope.diagram import Node, reachable
from scope.policy import Policy

WORDING = (
    "id",
    "version",
    "title",
    "date",
    "source",
    "facts",
    "clauses",
    "readings",
    "derived",
    "codes",
    "labels",
    "form",
)
"""Parts of a policy file that are wording throughout (names of values and codes in them count as words, too)."""
MEANING = ("when", "otherwise", "fails", "gives", "contested", "unless", "effort", "value")
"""Keys of rows and presumptions that say what is decided, not how it is told."""


def digest_of(policy: Policy) -> str:
    """`sha256:` of what the policy means: facts, diagrams, presumptions, routing, codes and labels."""
    by_code = {}
    for group in policy.code_groups:
        given = frozenset().union(*reachable(group, policy.layout.full))
        for code in given:
            by_code[code] = canonical(policy.diagrams.relabel(group, partial(_has, code)))
    return _sha256(
        {
            "facts": [[fact.name, fact.values, fact.on_path] for fact in policy.facts.values()],
            "outcome": canonical(policy.outcome),
            "codes": [[code, by_code[code]] for code in policy.codes],
            "presumptions": [
                [a.presumption.fact, a.presumption.value, a.presumption.contested, a.presumption.effort]
                + ([canonical(a.barred)] if a.barred else [])
                for a in policy.assumptions
            ],
            "routing": [sorted(policy.routing.os_check), sorted(policy.routing.triage)],
            "labels": [[label.name, label.code, label.outcome, label.mark] for label in policy.labels.values()],
        }
    )


def text_digest_of(document: Mapping[str, Any]) -> str:
    """`sha256:` of how a policy file says it: everything but what rows, presumptions and routing decide."""
    told = {key: document.get(key) for key in WORDING}
    for key in ("tables", "presumptions"):
        told[key] = _without_meaning(document.get(key))
    return _sha256(told)


def _has(code: str, codes: frozenset[str]) -> bool:
    return code in codes


def canonical(root: Node) -> list[Any]:
    """A diagram as plain data, the same for equal functions: each node once, children by their number."""
    numbers: dict[Node, int] = {}
    told: list[Any] = []

    def go(node: Node) -> int:
        if node not in numbers:
            children = [go(child) for child in node.jump.values()]
            numbers[node] = len(told)
            told.append([node.level, children] if node.edges else node.value)
        return numbers[node]

    go(root)
    return told


def _without_meaning(part: Any) -> Any:
    if isinstance(part, list):
        return [_without_meaning(item) for item in part]
    if isinstance(part, dict):
        return {key: _without_meaning(value) for key, value in part.items() if key not in MEANING}
    return part


def _sha256(told: object) -> str:
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
