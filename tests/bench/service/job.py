"""The job of all contenders: one report filed through the form, and what a peer is to make of it.

The peers do less: they look two answers up in a table and post a fixed comment. Ours decides and explains.
"""

from __future__ import annotations

import json

import scope
from webhook.forms.render import render
from webhook.issue import ForgeKind

POLICY = "builtin:xen-rfc-v2"
TICKS = {
    "component": "xen",
    "feature_status": "supported",
    "reachable": "yes",
    "depends_on_target_os": "no",
    "source": "guest_kernel",
    "effect": "information_leak",
    "target": "hypervisor",
    "leaked_data": "uninitialised",
}
"""Answers by fact: a leak to a guest, in scope."""
TYPED = {
    "description": "The handler copies a structure back to the guest whose padding was never written.\n\n"
    + 8 * ("Each call returns four bytes of the stack of whoever ran on that processor before. "),
}
"""What the reporter writes, by field."""
ASKED = {"source": "source", "target": "target"}
"""The answers that peers make a label of, and how their labels begin."""
COMMENT = (
    "Thank you for this report. It was read by a program, which set the labels above from the answers of the form.\n\n"
    "A member of the security team will look at it. If an answer was wrong, edit the report.\n"
)


def report(policy: scope.Policy) -> str:
    """The issue's text, as GitHub stores a filled form."""
    chosen = {one.id: _option(one, TICKS[one.fact]) for one in policy.form.fields if one.fact in TICKS}
    return render(policy, ForgeKind.GITHUB, {**chosen, **TYPED})


def peers_job() -> str:
    """The peers' configuration as JSON: labels by question and option, and the comment."""
    policy = scope.load_policy(POLICY)
    labels = {
        one.label: {option.text: [f"{ASKED[one.fact]}:{_short(option)}"] for option in one.options}
        for one in policy.form.fields
        if one.fact in ASKED
    }
    return json.dumps({"labels": labels, "comment": COMMENT})


def _option(asked: scope.Field, value: str) -> str:
    meant = frozenset({value})
    return next(o.text for o in asked.options if not o.not_sure and list(o.sets.values()) == [meant])


def _short(option: scope.FieldOption) -> str:
    values = next(iter(option.sets.values()), frozenset())
    return next(iter(values)) if len(values) == 1 else "unknown"
