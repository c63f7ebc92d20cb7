"""Webhook deliveries: a line per hook in a thread of its own, in order unless told to misbehave, with a log.

What a delivery looks like (headers, signature, what a failure leads to) is the forge half's, as a `Postman`.
"""

from __future__ import annotations

import heapq
import itertools
import random
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from webhook.sandbox.clock import Clock
from webhook.sandbox.delivery import Delivery, Postman, Weather
from webhook.sandbox.posting import post

MOST_LOGGED = 50_000


class _Line:
    """The deliveries due for one hook, and the thread that makes them one after the other."""

    def __init__(self, office: Deliveries, postman: Postman, name: str) -> None:
        self._office = office
        self._postman = postman
        self._due: list[tuple[float, int, Delivery]] = []
        self._order = itertools.count()
        self.wake = threading.Condition()
        self.thread = threading.Thread(target=self._run, name=f"deliveries {name}", daemon=True)
        self.thread.start()

    def put(self, delivery: Delivery, wait: float) -> None:
        with self.wake:
            heapq.heappush(self._due, (time.monotonic() + wait, next(self._order), delivery))
            self.wake.notify()

    def _next(self) -> Delivery | None:
        with self.wake:
            while not self._office.stopping:
                if self._office.paused or not self._due:
                    self.wake.wait()
                    continue
                wait = self._due[0][0] - time.monotonic()
                if wait <= 0:
                    return heapq.heappop(self._due)[2]
                self.wake.wait(wait)
        return None

    def _run(self) -> None:
        while (delivery := self._next()) is not None:
            try:
                self._office.attempt(delivery, self._postman)
            finally:
                self._office.done()


class Deliveries:
    """The post office of the sandbox."""

    def __init__(self, clock: Clock) -> None:
        self.paused = False
        self.stopping = False
        self.log: list[Delivery] = []
        """All attempts, oldest first."""
        self.dropped = 0
        self._clock = clock
        self._weather = Weather()
        self._random = random.Random(0)  # noqa: S311  # repeatable misbehaviour, not a secret
        self._ids = itertools.count(1_000_001)
        self._lines: dict[str, _Line] = {}
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._open = 0

    def send(  # noqa: PLR0913  # an event has that many parts, and all but the first five are named
        self,
        postman: Postman,
        hook: str,
        url: str,
        event: str,
        body: bytes,
        *,
        action: str | None = None,
        guid: str = "",
        facts: Mapping[str, Any] | None = None,
        redelivery: bool = False,
    ) -> Delivery:
        """Put an event into a hook's line. The body is what it is now: a copy taken when it happened."""
        with self._lock:
            delivery = Delivery(
                id=next(self._ids),
                hook=hook,
                url=url,
                event=event,
                action=action,
                body=body,
                guid=guid or str(uuid.uuid4()),
                facts=dict(facts or {}),
                redelivery=redelivery,
                queued_at=self._clock.now(),
            )
            if self._random.random() < self._weather.drop:
                self.dropped += 1
                return delivery
            self._put(postman, delivery)
            if self._random.random() < self._weather.duplicate:
                self._put(postman, replace(delivery, id=next(self._ids)))
        return delivery

    def _put(self, postman: Postman, delivery: Delivery) -> None:
        line = self._lines.get(delivery.hook)
        if line is None:
            line = self._lines[delivery.hook] = _Line(self, postman, delivery.hook)
        late = self._random.random() < self._weather.reorder
        self._open += 1
        line.put(delivery, self._weather.delay + (self._weather.hold if late else 0.0))

    def attempt(self, delivery: Delivery, postman: Postman) -> None:
        """Make one delivery and log it."""
        if not postman.admits(delivery):
            with self._lock:
                self.dropped += 1
            return
        delivery.request_headers = postman.headers(delivery)
        delivery.delivered_at = self._clock.now()
        started = time.monotonic()
        answer = post(delivery.url, delivery.body, delivery.request_headers, postman.timeout)
        delivery.seconds = time.monotonic() - started
        delivery.status_code, delivery.reason = answer.status, answer.reason
        delivery.response_headers, delivery.response_body = answer.headers, answer.body
        with self._lock:
            if len(self.log) >= MOST_LOGGED:
                del self.log[: MOST_LOGGED // 10]
            self.log.append(delivery)
        postman.attempted(delivery)

    def done(self) -> None:
        """One delivery left its line."""
        with self._idle:
            self._open -= 1
            self._idle.notify_all()

    def wait_idle(self, timeout: float = 10.0) -> bool:
        """Wait until nothing is queued or under way; False if that takes longer than `timeout` seconds."""
        with self._idle:
            return self._idle.wait_for(lambda: self._open == 0, timeout)

    def set_weather(self, **weather: Any) -> None:
        """Say how badly the post works (fields of `Weather`); nothing given = well."""
        with self._lock:
            self._weather = Weather(**weather)
            self._random = random.Random(self._weather.seed)  # noqa: S311  # repeatable, not a secret

    def pause(self) -> None:
        """Keep everything in its line."""
        self.paused = True

    def resume(self) -> None:
        """Go on."""
        self.paused = False
        self._wake()

    def attempts(self, hook: str = "") -> list[Delivery]:
        """The log, oldest first, of one hook or of all."""
        with self._lock:
            return [delivery for delivery in self.log if hook in ("", delivery.hook)]

    def listed(self) -> dict[str, Any]:
        """For the control API."""
        rows = [delivery.summary() for delivery in self.attempts()]
        return {"open": self._open, "dropped": self.dropped, "paused": self.paused, "deliveries": rows}

    def _wake(self) -> None:
        with self._lock:
            lines = list(self._lines.values())
        for line in lines:
            with line.wake:
                line.wake.notify_all()

    def close(self) -> None:
        """Stop the threads; what is still queued is lost."""
        self.stopping = True
        self._wake()
        for line in list(self._lines.values()):
            line.thread.join(timeout=2.0)
