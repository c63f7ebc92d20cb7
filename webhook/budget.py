"""How much may be asked of a forge, and when: windows, and the sums that keep every one of them. Pure.

GCRA, the leaky bucket as a meter: of each window one time is remembered, the moment at which all that was taken will
have flowed back. A window of `limit` units in `seconds` lets `burst` units through at once and the rest at an even
rate, so that in *every* stretch of that length, wherever it begins, burst + rate x length is at most the limit.

Bulk work has a second, smaller meter of its own, and never fills the first one to the brim: some of the burst is
always left for live work. Live work that has to wait is promised a time, one after the other, and until then bulk
work takes nothing. The times are kept in the database (`store`); who asks, and what it costs, is in `forges.budget`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

GRACE: Final = timedelta(seconds=5)
"""How long bulk work lets live work be late for the time it was promised."""
MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rate:
    """A meter's figures: so many units at once, and how long one unit takes to flow back."""

    burst: int
    every: timedelta

    @classmethod
    def of(cls, limit: int, burst: int, length: timedelta) -> Rate:
        """At most `limit` units in any stretch of that length."""
        if not 0 < burst < limit:
            raise ValueError("a burst is at least 1 and below the limit")
        return cls(burst, -(-(length // MICROSECOND) // (limit - burst)) * MICROSECOND)  # rounded up: never too fast

    def wait(self, until: datetime | None, units: int, now: datetime) -> timedelta:
        """How long until that many units can be taken; nothing or less if they can be now."""
        if units > self.burst:
            raise ValueError("more than a burst can never be taken at once")
        return self.after(until, units, now) - now - self.burst * self.every

    def after(self, until: datetime | None, units: int, now: datetime) -> datetime:
        """When all will have flowed back once that many units are taken as well."""
        return (now if until is None else max(until, now)) + units * self.every

    def left(self, until: datetime | None, now: datetime) -> int:
        """Units that could be taken now."""
        taken = timedelta(0) if until is None else max(until - now, timedelta(0))
        return max(0, self.burst - -(-taken // self.every))


@dataclass(frozen=True, slots=True)
class Window:
    """One limit of a forge: its name, and the meters of all work and of bulk work alone."""

    name: str
    all: Rate
    bulk: Rate

    @classmethod
    def of(  # noqa: PLR0913  # a line of the table of windows
        cls, name: str, limit: int, seconds: float, burst: int, *, bulk_share: float = 0.8, scale: float = 1.0
    ) -> Window:
        """`scale`: how many times faster than the real one the forge's clock runs, for tests."""
        length = timedelta(seconds=seconds) / scale
        few = max(2, int(limit * bulk_share)), max(1, int(burst * bulk_share))
        return cls(name, Rate.of(limit, burst, length), Rate.of(*few, length))


@dataclass(frozen=True, slots=True)
class Cost:
    """What something takes of one window."""

    window: Window
    units: int


@dataclass(frozen=True, slots=True)
class Meter:
    """What is remembered of one window of one credential."""

    all_until: datetime | None = None
    """When all that was taken will have flowed back."""
    bulk_until: datetime | None = None
    """The same for bulk work alone."""
    promised: datetime | None = None
    """The last time that was promised to live work."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to a wish: what the meters show afterwards, and how long to wait (nothing: it was taken)."""

    meters: Mapping[str, Meter]
    """Those that changed."""
    wait: timedelta


EMPTY: Final = Meter()
NOTHING: Final = timedelta(0)


def take(
    meters: Mapping[str, Meter], costs: Sequence[Cost], *, bulk: bool, now: datetime, again: bool = False
) -> Taken:
    """Take all costs, or none of them and say how long to wait. A cost of 0 asks whether what was charged fits.

    `again`: this wish was promised its time before, and needs no other place in the queue.
    """
    waits = {cost.window.name: _wait(meters.get(cost.window.name, EMPTY), cost, bulk=bulk, now=now) for cost in costs}
    if max(waits.values(), default=NOTHING) <= NOTHING:
        return Taken(charge(meters, costs, bulk=bulk, now=now), NOTHING)
    if bulk or again:
        return Taken({}, max(waits.values()))
    promised = {
        cost.window.name: _promise(meters.get(cost.window.name, EMPTY), cost, waits[cost.window.name], now)
        for cost in costs
        if waits[cost.window.name] > NOTHING
    }
    changed = {name: replace(meters.get(name, EMPTY), promised=time) for name, time in promised.items()}
    return Taken(changed, max(promised.values()) - now)


def charge(meters: Mapping[str, Meter], costs: Iterable[Cost], *, bulk: bool, now: datetime) -> dict[str, Meter]:
    """What the meters show once this was taken, whether or not there was room for it."""
    changed: dict[str, Meter] = {}
    for cost in costs:
        if not cost.units:
            continue
        window, meter = cost.window, changed.get(cost.window.name) or meters.get(cost.window.name, EMPTY)
        changed[window.name] = replace(
            meter,
            all_until=window.all.after(meter.all_until, cost.units, now),
            bulk_until=window.bulk.after(meter.bulk_until, cost.units, now) if bulk else meter.bulk_until,
        )
    return changed


def _wait(meter: Meter, cost: Cost, *, bulk: bool, now: datetime) -> timedelta:
    window = cost.window
    if not bulk:
        return window.all.wait(meter.all_until, cost.units, now)
    room = replace(window.all, burst=window.bulk.burst)  # the rest of the burst is for live work
    waits = [room.wait(meter.all_until, cost.units, now), window.bulk.wait(meter.bulk_until, cost.units, now)]
    if meter.promised is not None:
        waits.append(meter.promised + GRACE - now)
    return max(waits)


def _promise(meter: Meter, cost: Cost, wait: timedelta, now: datetime) -> datetime:
    """The next free place in the queue."""
    if meter.promised is None or meter.promised <= now:
        return now + wait
    return max(now + wait, meter.promised + cost.units * cost.window.all.every)
