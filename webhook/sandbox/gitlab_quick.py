r"""Quick actions: lines that begin with `/name` in what somebody writes run with the writer's rights.

Finds and strips them as GitLab's `QuickActions::Extractor` does, with its blind spots: a `~~~` fence and
`<details><summary>` followed by a blank line do not protect, quotes, list items, back-quoted code and HTML blocks
do. What a command does to the issue is `gitlab_acts`. Commands the sandbox does not act out are stripped and
reported all the same, so that a test sees that something ran.

>>> extract("Hello\n/label ~a ~\"b c\"\n> /close\n/close")
('Hello\n> /close', [('label', '~a ~"b c"'), ('close', '')])
"""

from __future__ import annotations

import re
from typing import TypeAlias

Command: TypeAlias = tuple[str, str]

ACTED_OUT = ("close", "reopen", "confidential", "title", "label", "labels", "unlabel", "remove_label", "relabel")
OTHERS = (
    "assign", "unassign", "reassign", "todo", "done", "subscribe", "unsubscribe", "due", "remove_due_date",
    "milestone", "remove_milestone", "estimate", "spend", "lock", "unlock", "move", "duplicate", "copy_metadata",
    "create_merge_request", "promote", "promote_to", "promote_to_incident", "type", "epic", "remove_epic",
    "weight", "clear_weight", "relate", "unlink", "react", "award", "severity", "page", "zoom", "health_status",
    "add_contacts", "remove_contacts", "convert_to_ticket", "clone", "cc", "tableflip", "shrug",
)  # fmt: skip

_NAMES = "|".join(sorted((*ACTED_OUT, *OTHERS), key=len, reverse=True))
_SCAN = re.compile(
    rf"""
      ^```.+?\n```$
    | ^.*`\n*.+?\n*`$
    | ^<[^>]+?>\n.+?\n</[^>]+?>$
    | ^>>>.+?\n>>>$
    | ^/(?P<name>{_NAMES})(?:[ ](?P<argument>[^\n]*))?(?:\s*\n|\Z|$)
    """,
    re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE,
)
_LABEL = re.compile(r'~(?:"([^"]+)"|([\w\-?.&:]+))|"([^"]+)"')


def extract(text: str) -> tuple[str, list[Command]]:
    """The text without its commands, and the commands in order, names in lower case."""
    commands: list[Command] = []

    def take(found: re.Match[str]) -> str:
        name = found.group("name")
        if name is None:
            return found.group(0)
        commands.append((name.lower(), (found.group("argument") or "").strip()))
        return ""

    stripped = _SCAN.sub(take, text.replace("\r", ""))
    return (stripped.rstrip(), commands) if commands else (text, commands)


def labels_in(argument: str) -> list[str]:
    """The label names of `/label ~a ~"b c"`.

    >>> labels_in('~"out-of-scope:1a-infoleak" ~bug')
    ['out-of-scope:1a-infoleak', 'bug']
    """
    return [next(filter(None, found)) for found in _LABEL.findall(argument)]
