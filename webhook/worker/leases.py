"""Keeping the leases of running claims alive, from one thread for all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from webhook.log import failure, logger
from webhook.store import Claim, DutyClaim, LeaseLostError, Store

_log = logger(__name__)


class Leases:
    """Renews every kept claim three times per lease. A lost one is let go: its run finds out before it writes."""

    def __init__(self, store: Store, lease: timedelta, clock: Callable[[], datetime]) -> None:
        self._store, self._lease, self._clock = store, lease, clock
        self._claims: dict[str, Claim | DutyClaim] = {}
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._renew_all, name="leases", daemon=True)

    def start(self) -> None:
        """Begin to renew."""
        self._thread.start()

    def stop(self) -> None:
        """Renew no more."""
        self._end.set()
        self._thread.join()

    @contextmanager
    def kept(self, claim: Claim | DutyClaim) -> Iterator[None]:
        """Keep the claim's lease alive inside the block."""
        with self._lock:
            self._claims[claim.run] = claim
        try:
            yield
        finally:
            with self._lock:
                self._claims.pop(claim.run, None)

    def _renew_all(self) -> None:
        while not self._end.wait(self._lease.total_seconds() / 3):
            with self._lock:
                claims = list(self._claims.values())
            for claim in claims:
                self._renew(claim)

    def _renew(self, claim: Claim | DutyClaim) -> None:
        try:
            self._store.renew(claim, self._clock(), self._lease)
        except LeaseLostError:
            with self._lock:
                self._claims.pop(claim.run, None)
        except Exception as error:  # noqa: BLE001  # a database that is away now may be back before the lease ends
            _log.warning("lease.not-renewed", run=claim.run, **failure(error))
