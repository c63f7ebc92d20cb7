"""Have GitHub deliver again what did not arrive: it never does so by itself. For Apps; tokens see no delivery log.

Deliveries of one event share a GUID, and an event is done once any of them arrived. What GitHub never attempted is
in no log: the sweep finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from webhook import metrics
from webhook.duties.kit import Kit
from webhook.forges.port import NotFoundError, RefusedError
from webhook.forges.upkeep import Delivery
from webhook.log import logger

RELEVANT: Final = frozenset({"issues", "issue_comment", "label", "repository", "public", "push"})
"""Events that ask for something; https://docs.github.com/en/webhooks/webhook-events-and-payloads."""
LOG_KEPT: Final = timedelta(days=3)
"""So far back goes GitHub's log (Enterprise Server: seven days, by when a full sweep has seen to all)."""
OVERLAP: Final = timedelta(minutes=10)
MOST_ATTEMPTS: Final = 3
"""How often an event is attempted in all: a receiver that is away longer is caught up with by the sweep."""
MOST_READ: Final = 3000
"""Deliveries read in one run: thirty requests."""
MOST_ASKED: Final = 50
"""Deliveries asked for in one run: a quarter of the points GitHub allows in a minute."""

_log = logger(__name__)


def redelivery(kit: Kit) -> None:
    """Ask for what did not arrive, oldest first, and remember how far back everything is settled."""
    log = kit.forge.deliveries()
    if log is None:
        _log.debug("redelivery.skipped", tracker=kit.tracker, reason="no-delivery-log")
        return
    now = kit.now()
    repository = kit.store.forge_id(kit.tracker) or kit.forge.project().id
    read = _since(_look_back_to(kit, now), islice(log, MOST_READ))
    open_ = unsettled(each for each in read if each.repository == repository and each.event in RELEVANT)
    asked = [attempts for attempts in open_ if len(attempts) < MOST_ATTEMPTS]
    for attempts in asked[:MOST_ASKED]:
        _ask(kit, attempts[-1])
    kit.memory.looked_back_to[kit.tracker] = min((attempts[0].at for attempts in asked), default=now - OVERLAP)


def unsettled(log: Iterable[Delivery]) -> list[Sequence[Delivery]]:
    """Attempts at each event that never arrived, oldest event first, each oldest attempt first. `log`: newest first."""
    events: dict[str, list[Delivery]] = {}
    for each in log:
        events.setdefault(each.guid, []).insert(0, each)
    failed = [attempts for attempts in events.values() if not any(each.arrived for each in attempts)]
    return sorted(failed, key=lambda attempts: (attempts[0].at, attempts[0].id))


def _look_back_to(kit: Kit, now: datetime) -> datetime:
    """All that is older is settled, was found by a full sweep, or is in no log any more."""
    swept = kit.store.tracker(kit.tracker).full_sweep_at
    known = kit.memory.looked_back_to.get(kit.tracker) or (swept and swept - OVERLAP)
    return max(now - LOG_KEPT, known or now - LOG_KEPT)


def _since(oldest: datetime, log: Iterable[Delivery]) -> Iterable[Delivery]:
    for each in log:
        if each.at < oldest.replace(microsecond=0):
            return
        yield each


def _ask(kit: Kit, delivery: Delivery) -> None:
    try:
        kit.forge.redeliver(delivery.id)
    except (NotFoundError, RefusedError):  # this one cannot be had again; the sweep will find what it told
        _log.warning("redelivery.refused", tracker=kit.tracker, delivery=delivery.guid)
        return
    metrics.REDELIVERED.add(forge=kit.tracker.forge.value)
    _log.info("redelivery.asked", tracker=kit.tracker, delivery=delivery.guid)
