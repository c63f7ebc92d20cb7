"""The values every label of a metric can have. Anything else is counted as `other`, so that no figure carries prose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OTHER: Final = "other"
FORGES: Final = ("github", "gitlab")
STATUSES: Final = range(100, 600)

ENUMERATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "forge": FORGES,
    "event": ("issue", "comment", "label", "push", "repository", "installation", "hook", "token"),
    "use": ("marked", "duty", "ours", "ignored", "not-configured", "malformed", "media-type"),
    "reason": ("unsigned", "bad-signature", "wrong-tracker", "media-type", "malformed", "too-large", "unavailable"),
    "outcome": ("done", "unchanged", "later", "held", "refused", "gone", "lost", "failed", "dead"),
    "change": (
        "label-added",
        "label-removed",
        "comment-created",
        "comment-edited",
        "comment-deleted",
        "reaction",
        "confidential",
    ),
    "request": (
        "us",
        "issue",
        "comments",
        "label_events",
        "role",
        "change_labels",
        "create_comment",
        "edit_comment",
        "delete_comment",
        "react",
        "label_definitions",
        "create_label",
        "change_label",
        "make_confidential",
        "issues_updated_since",
        "project",
        "hooks",
        "deliveries",
        "redeliver",
        "token",
    ),
    "status": (*map(str, STATUSES), "none"),
    "duty": ("stop", "policy", "visibility", "labels", "sweep", "full-sweep", "redelivery", "hook-watch"),
    "lane": ("live", "bulk"),
    "state": ("due", "waiting", "running"),
    "hold": ("limited-primary", "limited-secondary", "limited-application", "budget", "paused"),
    "window": ("requests", "points", "writes", "content-minute", "content-hour", "notes", "hooks"),
}
"""Every label and the values it can have. Requests are named after the port's methods that need them; who can read a
project is seen by looking at the `project`; `token` is an App's signing in."""


def enumerated(label: str, value: str) -> str:
    """The value if the label's enumeration has it, else `other`."""
    return value if value in ENUMERATIONS[label] else OTHER
