"""Counting requests: from the words by which an adapter names a request to what the metrics call it.

Requests are named after the port's method that needs them. Both forges answer who can read a project with the project
itself, so a look at the visibility counts as one at the `project`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from webhook.forges.failures import Call
from webhook.metrics import OTHER, REQUESTS

KINDS: Final[Mapping[str, str]] = {
    "own account": "us",
    "issue": "issue",
    "comments": "comments",
    "notes": "comments",
    "issue events": "label_events",
    "label events": "label_events",
    "permission": "role",
    "member": "role",
    "labels of an issue": "change_labels",
    "label of an issue": "change_labels",
    "reaction": "react",
    "emoji": "react",
    "labels": "label_definitions",
    "confidentiality of an issue": "make_confidential",
    "issues": "issues_updated_since",
    "repository": "project",
    "project": "project",
    "hooks": "hooks",
    "deliveries": "deliveries",
    "delivery attempt": "redeliver",
    "installation": "token",
    "installation token": "token",
}
"""By what is asked for, whatever the verb."""
COMMENT: Final[Mapping[str, str]] = {
    "POST": "create_comment",
    "PATCH": "edit_comment",
    "PUT": "edit_comment",
    "DELETE": "delete_comment",
}
"""By the verb, what is done to one comment."""

LABEL: Final[Mapping[str, str]] = {"POST": "create_label", "PATCH": "change_label", "PUT": "change_label"}
"""The same for the definition of a label."""


def kind(call: Call) -> str:
    """What the metrics call a request."""
    if call.what in {"comment", "note"}:
        return COMMENT.get(call.verb, OTHER)
    if call.what == "label":
        return LABEL.get(call.verb, OTHER)
    return KINDS.get(call.what, OTHER)


def counter(forge: str) -> Callable[[Call, int | None], None]:
    """Counts requests to one kind of forge, each with the status of its answer."""

    def count(call: Call, status: int | None) -> None:
        REQUESTS.add(forge=forge, request=kind(call), status="none" if status is None else str(status))

    return count
