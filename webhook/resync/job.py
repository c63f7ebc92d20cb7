"""The relabelling after a change of policy: how far it has come, what limits it; a pause, a resumption, an end.

A pause holds all bulk work of the trackers, sweeps included; live work goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from webhook.store import Job, Lane, Store, TrackerRef

PAUSED = "paused"
"""Reason code of the hold."""
FOR_LONG = timedelta(days=3650)
SOONEST = 5.0
"""Seconds before which a rate says nothing."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A relabelling at one moment."""

    job: Job
    rate: float
    """Issues a minute since it began; 0 while that cannot be told."""
    ends_at: datetime | None
    """When it will be done at that rate."""
    limited_by: tuple[str, ...]
    """Reason codes of the holds on bulk work."""

    @property
    def done(self) -> int:
        """Issues dealt with."""
        return self.job.total - self.job.left


def progress(store: Store, now: datetime) -> Progress | None:
    """The relabelling that goes on, or the last one; None if there was none."""
    job = store.job()
    if job is None:
        return None
    seconds = ((job.ended_at or now) - job.started_at).total_seconds()
    rate = (job.total - job.left) / seconds if seconds >= SOONEST else 0.0
    holds = {hold.reason for hold in store.holds(now) if hold.lane is Lane.BULK} if job.state != "done" else set()
    ends = now + timedelta(seconds=job.left / rate) if rate and job.state == "running" and job.left else None
    return Progress(job, rate * 60, ends, tuple(sorted(holds)))


def pause(store: Store, trackers: Iterable[TrackerRef], now: datetime) -> bool:
    """Let no bulk work begin until `resume`; whether there was a relabelling to pause."""
    if not _goes_on(store):
        return False
    for tracker in trackers:
        store.hold(tracker, until=now + FOR_LONG, reason=PAUSED, lanes=[Lane.BULK])
    return store.set_job("paused", now)


def resume(store: Store, trackers: Iterable[TrackerRef], now: datetime) -> bool:
    """Go on; whether there was a paused relabelling."""
    job = store.job()
    if job is None or job.state != "paused":
        return False
    _lift(store, trackers, now)
    return store.set_job("running", now)


def abort(store: Store, trackers: Iterable[TrackerRef], now: datetime) -> int | None:
    """End it: issues that still wait stay as they are until they are next edited. How many; None if none ran."""
    if not _goes_on(store):
        return None
    left = store.end_job("aborted", now)
    _lift(store, trackers, now)
    return left


def _goes_on(store: Store) -> bool:
    job = store.job()
    return job is not None and job.state in ("running", "paused")


def _lift(store: Store, trackers: Iterable[TrackerRef], now: datetime) -> None:
    paused = {hold.tracker for hold in store.holds(now) if hold.lane is Lane.BULK and hold.reason == PAUSED}
    for tracker in trackers:
        if tracker in paused:
            store.lift(tracker, [Lane.BULK])
