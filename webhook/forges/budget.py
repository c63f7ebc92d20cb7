"""Pace: what each request costs on which forge, and waiting, or putting off, until it may be sent.

A run's writes are paid for at once before the first of them, in the database that all processes share. Reads are
tallied in memory and paid with the next writes or at the end of a run: they are counted, not held up, and once they
have used a window up, no new run begins before there is room again. How a window works is in `webhook.budget`.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit

from webhook.budget import Cost, Window
from webhook.forges.access import Access, GitHubAppAccess, GitLabAccess
from webhook.forges.failures import Call
from webhook.forges.port import LimitedError
from webhook.plan import Plan
from webhook.settings import Budgets

PATIENCE: Final = 5.0
"""Seconds a run waits for its writes; for longer, its row goes back on the work list."""
PAID_PATIENCE: Final = 120.0
"""The same once the first instalment of a plan larger than a burst is paid: what was paid would be lost."""
TALLY: Final = 15
"""Requests that are paid for without waiting for the next write."""
UNTOLD: Final = 60
"""Requests that processes may have sent and not yet paid for: kept free in the window where they could matter."""

REQUESTS, POINTS, WRITES, CONTENT_MINUTE, CONTENT_HOUR = (
    "requests",
    "points",
    "writes",
    "content-minute",
    "content-hour",
)
NOTES, HOOKS = "notes", "hooks"
READ_POINTS, WRITE_POINTS = 1, 5
"""https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api (points of a request)."""


def github_windows(budgets: Budgets) -> tuple[Window, ...]:
    """GitHub's limits. Writes are a second apart after a burst of twenty, of which ten are comments."""
    share, scale = budgets.bulk_share, budgets.scale
    minute, hour = budgets.github_content_per_minute, budgets.github_content_per_hour
    points, requests = budgets.github_points_per_minute, budgets.github_requests_per_hour

    def window(name: str, limit: int, seconds: float, burst: int) -> Window:
        return Window.of(name, limit, seconds, burst, bulk_share=share, scale=scale)

    return (
        window(CONTENT_MINUTE, minute, 60, max(1, minute // 8)),
        window(CONTENT_HOUR, hour, 3600, max(1, hour * 2 // 5)),
        window(WRITES, 80, 60, 20),
        window(POINTS, points - UNTOLD, 60, points // 3),
        window(REQUESTS, requests, 3600, requests // 5),
    )


def gitlab_windows(budgets: Budgets) -> tuple[Window, ...]:
    """GitLab's limits. Each write fires hooks, of which a namespace has so many a minute: bulk takes a third."""
    share, scale = budgets.bulk_share, budgets.scale
    notes, requests, hooks = (
        budgets.gitlab_notes_per_minute,
        budgets.gitlab_requests_per_minute,
        budgets.gitlab_hooks_per_minute,
    )
    return (
        Window.of(NOTES, notes, 60, max(1, notes // 5), bulk_share=share, scale=scale),
        Window.of(HOOKS, hooks, 60, max(1, hooks // 5), bulk_share=1 / 3, scale=scale),
        Window.of(REQUESTS, requests, 60, max(1, requests // 5), bulk_share=share, scale=scale),
    )


def credential(access: Access) -> str:
    """What the limits are counted by: an App's installation, or whoever a token stands for. Names no secret."""
    host = urlsplit(access.api_url).hostname or ""
    if isinstance(access, GitHubAppAccess):
        return f"{host} app {access.app_id} {access.project.partition('/')[0].casefold()}"
    return f"{host} token {hashlib.sha256(access.token.encode()).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class Price:
    """What a number of requests cost: reads, writes, and how many of the writes are new comments."""

    reads: int = 0
    writes: int = 0
    comments: int = 0

    @classmethod
    def of(cls, plan: Plan, *, one_label_write: bool) -> Price:
        """The writes that a plan needs. GitLab changes all labels of an issue in one."""
        labels = bool(plan.labels) if one_label_write else bool(plan.add) + len(plan.remove)
        comments = sum(change.kind == "create" for change in plan.comments)
        return cls(writes=labels + len(plan.comments) + len(plan.reactions), comments=comments)

    def costs(self, windows: Sequence[Window]) -> list[Cost]:
        """The same in units of each window."""
        units: Mapping[str, int] = {
            REQUESTS: self.reads + self.writes,
            POINTS: self.reads * READ_POINTS + self.writes * WRITE_POINTS,
            **dict.fromkeys((WRITES, HOOKS), self.writes),
            **dict.fromkeys((CONTENT_MINUTE, CONTENT_HOUR, NOTES), self.comments),
        }
        return [Cost(window, units[window.name]) for window in windows if units[window.name]]


_NEVER = threading.Event()


class Till(Protocol):
    """Where the budgets are kept: the store."""

    def take(  # noqa: PLR0913  # as the store has it
        self,
        credential: str,
        costs: Sequence[Cost],
        *,
        bulk: bool,
        now: datetime,
        spent: Sequence[Cost] = (),
        again: bool = False,
    ) -> float:
        """Take all costs (0), or none of them and say how many seconds to wait. `spent` is charged in any case."""


class Pacer:
    """Keeps one tracker's requests within its credential's budgets. Threads share one; a run belongs to one thread."""

    def __init__(
        self,
        access: Access,
        budgets: Budgets,
        till: Till,
        *,
        wait: Callable[[float], bool] = _NEVER.wait,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._till, self._wait, self._clock = till, wait, clock
        self._credential = credential(access)
        self._gitlab = isinstance(access, GitLabAccess)
        self._windows = gitlab_windows(budgets) if self._gitlab else github_windows(budgets)
        self._lock = threading.Lock()
        self._tally = Counter[bool]()
        """Requests sent and not paid for: by whether they write."""
        self._open_at: dict[bool, datetime] = {}
        """When there is room for another run, once there was none: for bulk work and for live work."""
        self._run = threading.local()

    @contextmanager
    def run(self, *, bulk: bool) -> Iterator[None]:
        """Around one run in this thread. Raises `LimitedError` where requests already sent left no room for it."""
        opens = max((self._open_at[lane] for lane in {False, bulk} if lane in self._open_at), default=None)
        if opens is not None:
            self._patient((opens - self._clock()).total_seconds(), PATIENCE)
        self._run.bulk, self._run.paid = bulk, 0
        try:
            yield
        finally:
            self._run.paid = 0
            self.settle(at_least=TALLY)

    def pace(self, plan: Plan) -> None:
        """Pay for a plan's writes before the first of them, waiting a little if need be. Raises `LimitedError`."""
        price = Price.of(plan, one_label_write=self._gitlab)
        if price.writes:
            patience = PATIENCE
            for part in self._parts(price):
                self._pay(part, patience)
                patience = PAID_PATIENCE
            self._run.paid = price.writes

    def sent(self, call: Call) -> None:
        """A request goes out. One that was paid for is done with, others are tallied."""
        paid = getattr(self._run, "paid", 0)
        if call.writes and paid:
            self._run.paid = paid - 1
        else:
            with self._lock:
                self._tally[call.verb != "GET"] += 1

    def settle(self, at_least: int = 1) -> None:
        """Pay for what was tallied, if it is so many requests."""
        with self._lock:
            if self._tally.total() < at_least:
                return
        bulk, now, spent = self._bulk, self._clock(), self._tallied().costs(self._windows)
        room = [Cost(cost.window, 0) for cost in spent]
        seconds = self._till.take(self._credential, room, bulk=bulk, now=now, spent=spent, again=True)
        self._open_at[bulk] = now + timedelta(seconds=seconds)

    def _pay(self, price: Price, patience: float) -> None:
        costs, spent, again = price.costs(self._windows), self._tallied().costs(self._windows), False
        while seconds := self._till.take(
            self._credential, costs, bulk=self._bulk, now=self._clock(), spent=spent, again=again
        ):
            patience = self._patient(seconds, patience)
            spent, again = [], True

    def _patient(self, seconds: float, patience: float) -> float:
        """Wait, and say how much patience is left. Raises `LimitedError` if that is too little, or on being stopped."""
        if seconds > patience or (seconds > 0 and self._wait(seconds)):
            raise LimitedError("the budget is spent for now", seconds=seconds, kind="budget")
        return patience - max(seconds, 0.0)

    def _parts(self, price: Price) -> Iterator[Price]:
        """The price in instalments that fit into a burst."""
        most = min(w.bulk.burst if self._bulk else w.all.burst for w in self._windows if w.name in (WRITES, HOOKS))
        comments = price.comments
        for writes in [most] * (price.writes // most) + [price.writes % most]:
            if writes:
                part = min(comments, writes)
                comments -= part
                yield Price(writes=writes, comments=part)

    def _tallied(self) -> Price:
        with self._lock:
            tally, self._tally = self._tally, Counter()
        return Price(reads=tally[False], writes=tally[True])

    @property
    def _bulk(self) -> bool:
        return bool(getattr(self._run, "bulk", False))
