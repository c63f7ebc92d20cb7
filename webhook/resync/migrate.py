"""Stored answers under another policy: what it does not know is left open, never read as something else. Pure.

An answer of the form that the policy itself asks with stands as it is. One of another form was given to other words:
it is widened by the values that the policy has since split off from it, and dropped where the policy no longer knows
it. A wider set can only open a verdict, never turn it round.
"""

from __future__ import annotations

from collections.abc import Mapping

import scope
from webhook import forms
from webhook.answers import Answers, Said


def migrated(policy: scope.Policy, answers: Answers) -> scope.Report:
    """The answers as a report that the policy can decide."""
    same_form = answers.form == forms.describe(policy.form).id
    return scope.Report(
        paths=tuple(_facts(policy, path, same_form=same_form) for path in answers.paths),
        facts=_facts(policy, answers.facts, same_form=same_form),
        efforts=frozenset(fact for fact in answers.efforts if fact in policy.facts),
        not_sure=frozenset(fact for fact in answers.not_sure if fact in policy.facts),
    )


def _facts(policy: scope.Policy, said: Mapping[str, Said], *, same_form: bool) -> dict[str, scope.Values]:
    read = ((name, _values(policy, name, one, same_form=same_form)) for name, one in said.items())
    return {name: values for name, values in read if values is not None}


def _values(policy: scope.Policy, name: str, said: Said, *, same_form: bool) -> scope.Values | None:
    """The values that are still possible; None for any."""
    fact = policy.facts.get(name)
    if fact is None or not said.values <= frozenset(fact.values):
        return None
    if same_form or said.by != "reporter":
        return said.values
    return said.values | {new for new, parent in fact.parents.items() if parent in said.values}
