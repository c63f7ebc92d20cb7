"""What a long-running process has built from the policy in force, built anew soon after another one is in force."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import scope
from webhook import metrics
from webhook.log import logger
from webhook.resync.ruling import parsed
from webhook.store import Store

T = TypeVar("T")
LOOK_SECONDS = 2.0

_log = logger(__name__)


class Current(Generic[T]):
    """Holds `build(policy)` for the policy in force. Threads may share one; a run keeps what it began with."""

    def __init__(self, store: Store, policy: scope.Policy, build: Callable[[scope.Policy], T]) -> None:
        self._store, self._build = store, build
        self._digests = (policy.digest, policy.text_digest)
        self._built = build(policy)
        self._lock = threading.Lock()
        self._looked = time.monotonic()

    def get(self) -> T:
        """What is to be used now: at most two seconds behind the database."""
        with self._lock:
            if time.monotonic() - self._looked >= LOOK_SECONDS:
                self._look()
                self._looked = time.monotonic()
            return self._built

    def _look(self) -> None:
        active = self._store.policy_version("active")
        if active is None or (active.digest, active.text_digest) == self._digests:
            return
        self._built = self._build(parsed(active))
        self._digests = (active.digest, active.text_digest)
        metrics.policy_loaded(active.digest.removeprefix("sha256:"))
        _log.info("policy.taken-up", digest=active.digest.removeprefix("sha256:"))
