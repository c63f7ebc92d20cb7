"""The same policy for zen-engine: its tables, row by row, as a graph of decision tables made from the loaded `Policy`.

A node for each table, all fed by the input; a table that asks for a derived result is fed by the one that gives it.
The graph is compiled once; joining the tables' codes to labels is left to Python, which is quicker than a further node.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import zen

import scope
from scope.table import DecisionTable, Row


def zen_labels(policy: scope.Policy) -> Callable[[Mapping[str, str]], tuple[str, ...]]:
    """A function from complete facts to labels, decided by zen-engine."""
    decision = zen.ZenEngine().create_decision(zen.ZenDecisionContent(json.dumps(graph(policy))))
    decision.validate()
    order = tuple(policy.codes)
    fails = [f"fails_{number}" for number in range(len(policy.tables))]

    def labels(facts: Mapping[str, str]) -> tuple[str, ...]:
        result = decision.evaluate(facts)["result"]
        told = [result[key] for key in fails if key in result]
        if not told:
            return ("xsa-candidate",)
        codes = {code for code, _ in told}
        named = tuple(f"out-of-scope:{code}" for code in order if code in codes)
        return (*named, "scope:contested") if all(contested for _, contested in told) else named

    return labels


def graph(policy: scope.Policy) -> dict[str, Any]:
    """The policy as a JSON decision model."""
    ends = [
        {"id": "input", "type": "inputNode", "name": "input"},
        {"id": "output", "type": "outputNode", "name": "output"},
    ]
    nodes = [_node(policy, number, table) for number, table in enumerate(policy.tables)]
    givers = {table.derives: f"table{number}" for number, table in enumerate(policy.tables) if table.derives}
    edges = []
    for number, table in enumerate(policy.tables):
        here = f"table{number}"
        edges += [("input", here), *((givers[name], here) for name in table.inputs if name in givers)]
        edges += [(here, "output")] if table.codes else []
    return {
        "nodes": [*ends, *nodes],
        "edges": [
            {"id": f"edge{number}", "type": "edge", "sourceId": source, "targetId": target}
            for number, (source, target) in enumerate(edges)
        ],
    }


def _node(policy: scope.Policy, number: int, table: DecisionTable) -> dict[str, Any]:
    # `first` is sound for disjoint rows, and the quickest; the row for all other cases comes last.
    rows = sorted(table.rows, key=lambda row: row.otherwise)
    return {
        "id": f"table{number}",
        "type": "decisionTableNode",
        "name": table.name,
        "content": {
            "hitPolicy": "first",
            "inputs": [{"id": f"in_{name}", "name": name, "field": name} for name in table.inputs],
            "outputs": [
                {"id": "fails", "name": "fails", "field": f"fails_{number}"},
                {"id": "gives", "name": "gives", "field": table.derives or "nothing"},
            ],
            "rules": [_rule(policy, table, row, place) for place, row in enumerate(rows)],
        },
    }


def _rule(policy: scope.Policy, table: DecisionTable, row: Row, place: int) -> dict[str, str]:
    conditions = {f"in_{name}": _one_of(row.when.get(name)) for name in table.inputs}
    for name in table.inputs:
        if name in policy.derived and name not in row.when:
            # The table is moot where nothing was given.
            conditions[f"in_{name}"] = _one_of(policy.derived[name].meanings)
    contested = "true" if row.contested else "false"
    return {
        "_id": f"row{place}",
        **conditions,
        "fails": f"['{row.fails}', {contested}]" if row.fails else "",
        "gives": f"'{row.gives}'" if row.gives else "",
    }


def _one_of(values: Any) -> str:
    return ",".join(f"'{value}'" for value in sorted(values)) if values else ""
