"""Look at the project itself: may its issues be worked on? If not, all work on them stops, with the reason.

A stop is lifted by the same look, as soon as nothing speaks against writing any more; all open issues are then looked
through. What concerns one issue alone (GitLab's confidentiality) is seen by each run and again before each write.
"""

from __future__ import annotations

from typing import Final

from webhook import metrics
from webhook.duties.kit import Kit
from webhook.forges.port import GoneError, MovedError, NotFoundError
from webhook.forges.upkeep import Project
from webhook.issue import ForgeKind, Visibility
from webhook.log import logger

PUBLIC: Final = "public"
"""Everybody can read the issues: nothing is kept of them."""
UNCLEAR: Final = "visibility-unclear"
GONE, MOVED, ANOTHER, ARCHIVED = "project-gone", "project-moved", "another-project", "archived"
REASONS: Final = frozenset({PUBLIC, UNCLEAR, GONE, MOVED, ANOTHER, ARCHIVED})
"""Why a look stops a tracker, and what a better look lifts. Stops for other reasons are not touched here."""

_log = logger(__name__)


def visibility(kit: Kit) -> None:
    """Stop the tracker or let it go on, as the project is now. Raises the port's errors where that cannot be seen."""
    settle(kit, objection(kit))


def working(kit: Kit) -> bool:
    """Whether the tracker's issues may be worked on; a stopped tracker is looked at again."""
    if kit.store.tracker(kit.tracker).stopped_at is not None:
        visibility(kit)
    return kit.store.tracker(kit.tracker).stopped_at is None


def objection(kit: Kit) -> str:
    """What speaks against writing in the project; empty for nothing."""
    try:
        project = kit.forge.project()
    except (NotFoundError, GoneError):
        return GONE
    except MovedError:
        return MOVED
    known = kit.store.forge_id(kit.tracker)
    if known is None:
        kit.store.register(kit.tracker, project.id)
    elif known != project.id:
        return ANOTHER
    if project.name.casefold() != kit.tracker.project.casefold():
        _log.warning("tracker.renamed", tracker=kit.tracker)
    return _against(project, kit.tracker.forge)


def _against(project: Project, forge: ForgeKind) -> str:
    # A public project on GitLab can hold confidential issues: there it is each issue that must be private.
    if forge is ForgeKind.GITHUB and project.visibility is not Visibility.PRIVATE:
        return PUBLIC
    return ARCHIVED if project.archived else ""


def settle(kit: Kit, reason: str) -> None:
    """Stop for this reason, or go on if there is none."""
    state = kit.store.tracker(kit.tracker)
    stopped = state.stopped_at is not None
    if reason:
        if state.stopped_reason != reason:
            _stop(kit, reason, again=stopped)
        if reason == PUBLIC:
            _purge(kit)
    elif stopped and state.stopped_reason in REASONS:
        kit.store.resume_tracker(kit.tracker)
        kit.store.schedule_duty(kit.tracker, "full-sweep", kit.now())
        _log.warning("tracker.resumed", tracker=kit.tracker, reason=state.stopped_reason)


def _stop(kit: Kit, reason: str, *, again: bool) -> None:
    if again:  # the store keeps the first reason
        kit.store.resume_tracker(kit.tracker)
    kit.store.stop_tracker(kit.tracker, reason, kit.now())
    _log.error("tracker.stopped", tracker=kit.tracker, reason=reason)


def _purge(kit: Kit) -> None:
    """Keep nothing of what everybody can read. Said and counted each time, as long as it is so."""
    metrics.TRACKER_PUBLIC.add(forge=kit.tracker.forge.value)
    purged = kit.store.purge_tracker(kit.tracker)
    _log.error("tracker.public", tracker=kit.tracker, count=purged)
