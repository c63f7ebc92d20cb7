"""Verdict to labels: which of the policy's labels a report should carry.

The catalogue itself (names, colours, descriptions, former names) is `Policy.labels`, as the policy file has it.
"""

from __future__ import annotations

from scope.model import Outcome, Verdict
from scope.policy import Policy


def labels_for(policy: Policy, verdict: Verdict) -> tuple[str, ...]:
    """The names of the labels for a verdict, in the catalogue's order. Overrides are not known here."""
    name = policy.label_for
    if verdict.outcome is not Outcome.OUT_OF_SCOPE:
        return (name[verdict.outcome],)
    labels = tuple([name[code] for code in verdict.codes]) or (name[verdict.outcome],)
    return (*labels, name["contested"]) if verdict.contested else labels
