"""Verdict to labels: which of the policy's labels a report should carry.

The catalogue itself (names, colours, descriptions, former names) is `Policy.labels`, as the policy file has it.
"""

from __future__ import annotations

from scope.model import Outcome, Verdict
from scope.policy import Policy


def labels_for(policy: Policy, verdict: Verdict) -> tuple[str, ...]:
    """The names of the labels for a verdict, in the catalogue's order. Whether a person overrode it is not known here."""
    out = verdict.outcome is Outcome.OUT_OF_SCOPE
    wanted = {verdict.outcome, *verdict.codes} if not verdict.codes else set(verdict.codes)
    return tuple(
        label.name
        for label in policy.labels.values()
        if (label.code or label.outcome) in wanted or (label.mark == "contested" and out and verdict.contested)
    )
