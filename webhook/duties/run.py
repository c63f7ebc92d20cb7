"""Do a tracker's due duties one after the other, each noted as done, and say when it is due again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeAlias

from webhook import metrics
from webhook.duties.hook_watch import hook_watch
from webhook.duties.kit import Chosen, Kit, Labels, Memory
from webhook.duties.labels import labels
from webhook.duties.policy import policy
from webhook.duties.redelivery import redelivery
from webhook.duties.schedule import next_turn
from webhook.duties.stop import stop
from webhook.duties.sweep import full_sweep, sweep
from webhook.duties.visibility import visibility
from webhook.forges.port import Forge
from webhook.log import logger
from webhook.store import DutyClaim, Store, TrackerRef

Duty: TypeAlias = Callable[[Kit], None]

DUTIES: Final[Mapping[str, Duty]] = {
    "stop": stop,
    "policy": policy,
    "visibility": visibility,
    "labels": labels,
    "sweep": sweep,
    "full-sweep": full_sweep,
    "redelivery": redelivery,
    "hook-watch": hook_watch,
}

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Duties:
    """Does the duties of a claim. Threads may share one."""

    trackers: Collection[TrackerRef]
    """Those that are configured."""
    store: Store
    forge_for: Callable[[TrackerRef], Forge]
    """The calling thread's own adapter for a tracker."""
    labels: Labels
    chosen: Chosen
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    memory: Memory = field(default_factory=Memory)

    def __call__(self, claim: DutyClaim) -> None:
        """Do them all and end the claim. Raises the port's errors and `LeaseLostError`: what is done, stays done."""
        if claim.tracker in self.trackers:
            kit = self._kit(claim)
            for name in claim.duties:
                self._do(name, claim, kit)
        self.store.done_duties(claim, now=self.clock())

    def _kit(self, claim: DutyClaim) -> Kit:
        return Kit(
            tracker=claim.tracker,
            forge=self.forge_for(claim.tracker),
            store=self.store,
            labels=self.labels,
            chosen=self.chosen,
            memory=self.memory,
            is_mine=lambda: self.store.still_mine(claim, self.clock()),
            now=self.clock,
            monotonic=self.monotonic,
        )

    def _do(self, name: str, claim: DutyClaim, kit: Kit) -> None:
        kit.still_mine()
        forge, outcome = claim.tracker.forge.value, "failed"
        try:
            self._duty(name)(kit)
            outcome = "done"
        finally:
            metrics.DUTIES.add(forge=forge, duty=name, outcome=outcome)
            _log.info("duty.over", tracker=claim.tracker, run=claim.run, duty=name, outcome=outcome)
        turn = next_turn(claim.tracker, name, self.clock(), self.chance())
        if turn is not None:
            self.store.schedule_duty(claim.tracker, name, turn)
        self.store.duty_done(claim, name, self.clock())

    def _duty(self, name: str) -> Duty:
        """The duty of that name; one that nobody has here (a policy file was pushed to) is only noted."""
        return DUTIES.get(name, lambda kit: _log.info("duty.noted", tracker=kit.tracker, duty=name))
