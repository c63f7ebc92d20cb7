"""Find what no delivery told of: compare the forge's list of issues with what we know, and mark the differences.

The list is the whole cost: one request per hundred issues. It tells when each issue last changed and which labels it
carries, so that an issue which is as we left it is not looked at. How far was swept is noted only after the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from webhook import metrics
from webhook.duties.kit import Kit
from webhook.duties.labels import define
from webhook.duties.visibility import working
from webhook.issue import ForgeKind, Issue
from webhook.log import logger
from webhook.store import Known

OVERLAP: Final = timedelta(minutes=10)
"""How far a sweep goes back beyond the last one: clocks differ, and forges list late."""
CLOCKS: Final = timedelta(seconds=60)
"""How much the forge's clock may differ from ours; its times are cut to whole seconds, too."""

_log = logger(__name__)


def sweep(kit: Kit) -> None:
    """Look through what changed since the last sweep; through all that is open if there was none."""
    _sweep(kit, full=False)


def full_sweep(kit: Kit) -> None:
    """Look through all open issues, check on those that are not among them any more, and purge what is old."""
    _sweep(kit, full=True)


def _sweep(kit: Kit, *, full: bool) -> None:
    if not working(kit):
        return
    began = kit.now()
    until = kit.store.tracker(kit.tracker).swept_until
    since = None if full or until is None else until - OVERLAP
    known = kit.store.known(kit.tracker)
    marked, found = 0, set[int]()
    for issue in kit.forge.issues_updated_since(since, open_only=since is None):
        found.add(issue.ref.number)
        if is_news(issue, known.get(issue.ref.number), kit.chosen.managed):
            kit.mark(issue.ref.number, event="sweep", changed_at=issue.updated_at)
            marked += 1
    if since is None:
        if kit.tracker.forge is ForgeKind.GITLAB:  # which tells nobody that a label was deleted
            define(kit)
        marked += _missing(kit, known, found)
        kit.store.purge_answers(began - kit.chosen.keep_answers)
    kit.store.mark_stragglers(kit.tracker, began)
    kit.store.note_sweep(kit.tracker, until=began, full_at=began if since is None else None)
    metrics.SWEPT.add(marked, forge=kit.tracker.forge.value)
    _log.info("tracker.swept", tracker=kit.tracker, count=marked, total=len(found))


def is_news(issue: Issue, known: Known | None, managed: frozenset[str]) -> bool:
    """Whether the issue is another one than we left, or one we never heard of."""
    if known is None or (known.looked_at is None and not known.waiting):
        return True
    if known.waiting or known.looked_at is None:
        return False
    if issue.updated_at > known.looked_at - CLOCKS:
        return True
    # Deleting or renaming a label changes issues without touching them.
    return known.left_labels is not None and _folded(issue.labels) & _folded(managed) != _folded(known.left_labels)


def _missing(kit: Kit, known: Mapping[int, Known], found: set[int]) -> int:
    """Issues that we take for open and the forge does not list: deleted, moved, or closed unheard."""
    lost = [number for number, one in known.items() if one.open and not one.waiting and number not in found]
    for number in lost:
        kit.mark(number, event="sweep-missing")
    return len(lost)


def _folded(names: frozenset[str]) -> set[str]:
    return {name.casefold() for name in names}
