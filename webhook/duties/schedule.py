"""When duties are due by themselves: each schedules its next turn, and a worker that starts those that are missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from webhook.issue import ForgeKind
from webhook.store import Store, TrackerRef, TrackerState

HOUR: Final = timedelta(hours=1)
EVERYWHERE: Final[Mapping[str, timedelta]] = {"visibility": HOUR, "sweep": HOUR, "full-sweep": 24 * HOUR}
ON_ITS_OWN: Final[Mapping[ForgeKind, Mapping[str, timedelta]]] = {
    ForgeKind.GITHUB: {"redelivery": timedelta(minutes=10)},
    ForgeKind.GITLAB: {"hook-watch": HOUR},
}
SPREAD: Final = 0.2
"""Turns come up to a tenth earlier or later, so that many trackers do not march in step."""
SOON: Final = timedelta(seconds=30)
"""Within this a duty that never had a turn gets its first."""


def periods(forge: ForgeKind) -> Mapping[str, timedelta]:
    """The duties that come back by themselves, and how often."""
    return {**EVERYWHERE, **ON_ITS_OWN[forge]}


def next_turn(tracker: TrackerRef, duty: str, now: datetime, chance: float) -> datetime | None:
    """When a duty done now is due again; None for those only events call for. `chance`: 0 to 1."""
    period = periods(tracker.forge).get(duty)
    return None if period is None else now + period * (1 - SPREAD / 2 + SPREAD * chance)


def schedule_missing(store: Store, trackers: Collection[TrackerRef], now: datetime, chance: float) -> None:
    """Let every periodic duty have a turn. Any number of processes may do so; the earliest time said stands."""
    for tracker in trackers:
        state = store.tracker(tracker)
        for duty in periods(tracker.forge):
            if duty not in state.duties:
                store.schedule_duty(tracker, duty, max(now, _first_turn(state, duty, now, chance)))


def _first_turn(state: TrackerState, duty: str, now: datetime, chance: float) -> datetime:
    done = {"sweep": state.swept_until, "full-sweep": state.full_sweep_at}.get(duty)
    if done is not None:
        return done + EVERYWHERE[duty]
    if duty == "full-sweep":  # a tracker's first sweep is a full one anyway
        return now + EVERYWHERE[duty]
    return now + SOON * chance
