"""From the store's answers to the figures a monitor is shown: cheap to ask for at every scrape."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import product
from typing import Final, TypeAlias

from webhook.metrics import ENUMERATIONS, Asked, Samples, asked
from webhook.store import BudgetLeft, Hold, LaneStats, Stats, Store, TrackerRef, TrackerState

Figures: TypeAlias = Mapping[Asked, Samples]

GITHUB_ONLY: Final = "points"
"""Every request to GitHub costs points, none to GitLab does: so a credential's forge shows in its limits."""


def down() -> Figures:
    """All that can be told while the database is away."""
    return {asked.DATABASE_UP: {(): 0}}


def figures(store: Store, trackers: Collection[TrackerRef], now: datetime) -> Figures:
    """Everything that is asked of the database. `trackers`: those that are configured."""
    stats = store.stats(now)
    states = [state for state in store.trackers() if state.tracker in trackers]
    return {
        asked.DATABASE_UP: {(): 1},
        **_work_list(stats),
        asked.HOLDS: _holds(stats.holds),
        **_trackers(states, now),
        **_budgets(store.budget_left(now)),
    }


def _work_list(stats: Stats) -> Figures:
    lanes = {"live": stats.live, "bulk": stats.bulk}
    return {
        asked.QUEUE_ROWS: {(lane, state): rows for lane, found in lanes.items() for state, rows in _states(found)},
        asked.QUEUE_OLDEST: {(lane,): found.oldest_seconds for lane, found in lanes.items()},
        asked.QUEUE_DUE: {(lane,): found.due_seconds for lane, found in lanes.items()},
        asked.QUEUE_STOPPED: {(): stats.stopped},
        asked.DEAD_LETTERS: {(): stats.dead},
        asked.ISSUES: {(): stats.issues},
    }


def _states(lane: LaneStats) -> Iterable[tuple[str, int]]:
    return (("due", lane.due), ("waiting", lane.waiting), ("running", lane.running))


def _holds(holds: Iterable[Hold]) -> Samples:
    """How many there are of each kind: none, too, so that a monitor sees a hold end."""
    in_force = Counter((hold.tracker.forge.value, hold.lane.name.lower(), hold.reason) for hold in holds)
    kinds = product(ENUMERATIONS["forge"], ENUMERATIONS["lane"], ENUMERATIONS["hold"])
    return {kind: in_force[kind] for kind in (*kinds, *in_force)}


def _trackers(states: Iterable[TrackerState], now: datetime) -> Figures:
    stopped, silent = dict[tuple[str, ...], float](), dict[tuple[str, ...], float]()
    for state in states:
        forge = (state.tracker.forge.value,)
        stopped[forge] = stopped.get(forge, 0) + (state.stopped_at is not None)
        if state.last_success_at is not None:
            silent[forge] = max(silent.get(forge, 0.0), (now - state.last_success_at).total_seconds())
    return {asked.STOPPED: stopped, asked.FORGE_SILENT: silent}


def _budgets(left: Iterable[BudgetLeft]) -> Figures:
    by_credential: defaultdict[str, list[BudgetLeft]] = defaultdict(list)
    for one in left:
        by_credential[one.credential].append(one)
    least, waits = dict[tuple[str, ...], float](), dict[tuple[str, ...], float]()
    for limits in by_credential.values():
        forge = "github" if any(one.window == GITHUB_ONLY for one in limits) else "gitlab"
        for one in limits:
            key = (forge, one.window)
            least[key] = min(least.get(key, 1.0), one.left / max(one.burst, 1))
            waits[key] = max(waits.get(key, 0.0), one.waits)
    return {asked.BUDGET_LEFT: least, asked.BUDGET_WAITS: waits}
