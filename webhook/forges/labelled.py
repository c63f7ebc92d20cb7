"""Whether a forge did with labels what it was asked to. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from webhook.forges.port import RefusedError
from webhook.issue import LabelDefinition


def verified(after: frozenset[str], added: Iterable[str] = (), removed: Iterable[str] = ()) -> frozenset[str]:
    """The labels of an answer; a `RefusedError` naming those of *ours* that are not as asked, whatever the status said.

    GitLab accepts an archived label and does not attach it; a loop that does not look would never end. Names are
    compared without case, as GitHub does.
    """
    there = {name.casefold() for name in after}
    missing = sorted(name for name in added if name.casefold() not in there)
    left = sorted(name for name in removed if name.casefold() in there)
    if missing:
        raise RefusedError(f"labels not attached: {', '.join(missing)}", labels=missing)
    if left:
        raise RefusedError(f"labels not taken off: {', '.join(left)}")
    return after


def defined(name: str, labels: Iterable[LabelDefinition]) -> bool:
    """Whether a tracker has a label of this name, in whatever case."""
    return any(label.name.casefold() == name.casefold() for label in labels)
