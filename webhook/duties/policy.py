"""After a change of policy: see that every open issue was decided by the one in force, and mark those that were not.

A worker may still have been at an issue with the old policy when the new one came into force, or have been killed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from webhook.duties.kit import Kit
from webhook.log import logger

AGAIN: Final = timedelta(seconds=20)
"""So often it is looked at until every issue is there."""

_log = logger(__name__)


def policy(kit: Kit) -> None:
    """Mark what is behind, and come back until nothing is."""
    behind = kit.store.mark_stragglers(kit.tracker, kit.now())
    _log.info("policy.behind", tracker=kit.tracker, count=behind)
    if behind:
        kit.store.schedule_duty(kit.tracker, "policy", kit.now() + AGAIN)
