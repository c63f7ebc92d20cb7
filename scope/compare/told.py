"""One difference in a line for people: the answers concerned, the old outcome and codes, the new ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scope.compare.nouns import Concerned, Judgement
from scope.model import Fact


def line(facts: Mapping[str, Fact], concerned: Sequence[Concerned], before: Judgement, after: Judgement) -> str:
    """For example `Feature status = tech_preview: out of scope (3-unsupported) -> in scope unless another fails it`."""
    answers = "; ".join(_answer(facts[one.fact], one.values) for one in concerned) or "any answers"
    return f"{answers}: {_outcome(before)} -> {_outcome(after)}"


def _answer(fact: Fact, values: Sequence[str]) -> str:
    """The values, or those left out where these are fewer."""
    others = [value for value in fact.values if value not in values]
    if len(others) < len(values):
        return f"{fact.title} not {' or '.join(others)}"
    return f"{fact.title} = {' or '.join(values)}"


def _outcome(judgement: Judgement) -> str:
    if not judgement.codes:
        return "in scope unless another criterion fails it"
    confirmed = ", to be confirmed" if judgement.contested else ""
    return f"out of scope ({', '.join(judgement.codes)}{confirmed})"
