"""A policy, and the differences of two, as plain data for programs. Names are those of the policy file."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import scope


def as_data(policy: scope.Policy) -> dict[str, Any]:
    """All of a policy that decides or explains; its form is left to `templates`."""
    return {
        **stamp(policy),
        "title": policy.title,
        "date": policy.date,
        "source": asdict(policy.source),
        "facts": {name: _fact(fact) for name, fact in policy.facts.items()},
        "clauses": {i: {"summary": c.summary, "quotes": list(c.quotes)} for i, c in policy.clauses.items()},
        "readings": {i: _reading(reading) for i, reading in policy.readings.items()},
        "tables": [_table(table) for table in policy.tables],
        "presumptions": [_presumption(presumption) for presumption in policy.presumptions],
        "routing": {"os_check": sorted(policy.routing.os_check), "triage": sorted(policy.routing.triage)},
        "codes": dict(policy.codes),
        "labels": {name: _label(label) for name, label in policy.labels.items()},
    }


def stamp(policy: scope.Policy) -> dict[str, str]:
    """Which policy it is."""
    return {
        "id": policy.id,
        "version": policy.version,
        "digest": policy.digest,
        "text_digest": policy.text_digest,
    }


def differences(old: scope.Policy, new: scope.Policy, comparison: scope.Comparison) -> dict[str, Any]:
    """A comparison: the same lines people read, and their parts."""
    return {
        "old": stamp(old),
        "new": stamp(new),
        "editorial": comparison.editorial,
        "decisions": [
            {
                "answers": {one.fact: list(one.values) for one in difference.answers},
                "before": _judgement(difference.before),
                "after": _judgement(difference.after),
                "line": difference.says,
            }
            for difference in comparison.decisions
        ],
        "changes": [asdict(change) for change in comparison.changes],
    }


def _judgement(judgement: scope.Judgement) -> dict[str, Any]:
    return {"codes": list(judgement.codes), "contested": judgement.contested}


def _fact(fact: scope.Fact) -> dict[str, Any]:
    return {
        "title": fact.title,
        "question": fact.question,
        "team_question": fact.team_question,
        "values": dict(fact.meanings),
        "answered_by": list(fact.answered_by),
        "cost": fact.cost,
        "on_path": fact.on_path,
        "default": fact.default,
        "parents": dict(fact.parents),
    }


def _reading(reading: scope.Reading) -> dict[str, Any]:
    return {
        "question": reading.question,
        "reading": reading.reading,
        "rests_on": reading.rests_on,
        "strength": reading.strength,
        "where": reading.where,
        "quotes": list(reading.quotes),
    }


def _table(table: scope.DecisionTable) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title,
        "criterion": table.criterion,
        "inputs": list(table.inputs),
        "derives": table.derives,
        "rows": [
            {
                "name": row.name,
                "says": row.says,
                "when": _sets(row.when),
                "otherwise": row.otherwise,
                "fails": row.fails,
                "gives": row.gives,
                "contested": row.contested,
                "cites": list(row.cites),
                "quote": row.quote,
                "readings": list(row.readings),
            }
            for row in table.rows
        ],
    }


def _presumption(presumption: scope.Presumption) -> dict[str, Any]:
    return {
        "fact": presumption.fact,
        "value": presumption.value,
        "says": presumption.says,
        "effort": presumption.effort,
        "contested": presumption.contested,
        "unless": _sets(presumption.unless),
        "cites": list(presumption.cites),
        "quote": presumption.quote,
        "readings": list(presumption.readings),
    }


def _label(label: scope.Label) -> dict[str, Any]:
    return {
        "colour": label.colour,
        "description": label.description,
        "former": list(label.former),
        "code": label.code,
        "outcome": label.outcome,
        "mark": label.mark,
    }


def _sets(sets: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    return {name: sorted(values) for name, values in sets.items()}
