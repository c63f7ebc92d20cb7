"""The straight line: observe -> read -> conclude -> plan -> apply -> record. Nothing turns back.

A run reads the issue as it is now, decides, and writes only the difference. What a forge's refusal means for the
work list (hold, backoff, dead letter) is the worker's; which issue is due, the store's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal, TypeAlias

import scope
from webhook import metrics
from webhook.disclosure import PublicError
from webhook.forges.port import Forge, GoneError, MovedError, NotFoundError, RefusedError
from webhook.issue import IssueRef
from webhook.log import logger
from webhook.plan import Plan
from webhook.reconcile import sticky
from webhook.reconcile.apply import Done, Hand
from webhook.reconcile.catalogue import Catalogue, Spelling
from webhook.reconcile.conclude import Conclusion, conclude
from webhook.reconcile.draft import Draft, draft
from webhook.reconcile.memory import ours, remember
from webhook.reconcile.observe import Observation, observe
from webhook.reconcile.read import Reading, read
from webhook.store import (
    PROCESS_GONE,
    Claim,
    Decision,
    IssueRecord,
    Lane,
    LeaseLostError,
    PolicyStamp,
    Settle,
    Store,
)

YOUNG = timedelta(seconds=60)
"""So long after its first mark an issue that the forge does not show may still be on its way."""
SOON = timedelta(seconds=5)
STALE_LOOKS = 3
"""So often a forge that shows an issue older than an event has told is asked again; then what it shows stands, lest a
forge whose times do not agree keep us at it for ever."""

Ending: TypeAlias = Literal["done", "unchanged", "later", "refused", "gone"]
"""How a run that raised nothing ended; `refused` = the public can read the issue."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Brings one issue at a time to its desired state. Threads may share one."""

    policy: scope.Policy
    store: Store
    forge_for: Callable[[IssueRef], Forge]
    """The calling thread's own adapter for the issue's tracker."""
    catalogue: Catalogue
    hide_public: Callable[[IssueRef], bool] = lambda _ref: False
    """Whether an issue the public can read is to be made confidential (GitLab, opted in)."""
    pace: Callable[[IssueRef, Plan], None] = lambda _ref, _plan: None
    """Pays for a plan's writes before the first one."""
    restrain: Callable[[IssueRef, Plan], Plan] = lambda _ref, slip: slip
    """Leaves of a plan what may be written."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic

    def run(self, claim: Claim) -> Ending:
        """Reconcile the claimed issue and end the claim. Raises the port's errors and `LeaseLostError`."""
        forge = self.forge_for(claim.ref)
        try:
            return self._reconcile(claim, forge)
        except PublicError:
            return self._public(claim, forge)
        except (GoneError, MovedError):
            self.store.gone(claim)
            return "gone"

    def _reconcile(self, claim: Claim, forge: Forge) -> Ending:
        try:
            seen = self._observe(claim, forge)
        except NotFoundError:
            return self._not_there(claim, forge)
        if not seen.private:
            raise PublicError
        if self._stale(claim, seen):
            return self._again(claim, "stale-read")
        reading = read(self.policy, seen, forge, claim.record.pins)
        made = self._conclude(claim, seen, reading, forge)
        comments = sticky.own(seen, claim.record)
        defined = partial(self.catalogue.ensure, str(claim.tracker), forge, seen.guard)
        try:
            drafted = draft(made, claim.record, seen, comments, defined=defined, now=self.clock())
            drafted = replace(drafted, slip=self.restrain(claim.ref, drafted.slip))
            if drafted.slip and claim.last_reason == PROCESS_GONE:
                return self._let_it_land(claim)
            done = self._apply(claim, forge, seen, drafted, defined)
        except NotFoundError:
            return self._again(claim, "changed-meanwhile")
        except RefusedError as error:
            return self._refused(claim, error)
        record = remember(claim.record, made, seen, drafted.slip, self.policy)
        record = replace(record, flaps=drafted.flaps.seen, flapping=drafted.flaps.until is not None)
        record = sticky.remember(record, comments, drafted.slip, done, changed=made.changed)
        self._record(claim, made, record, drafted.slip, done)
        self._leave_alone(claim, drafted)
        return "done" if done.changes else "unchanged"

    def _observe(self, claim: Claim, forge: Forge) -> Observation:
        return observe(forge, claim.ref.forge, claim.ref.number, lambda: self._still_mine(claim), self.monotonic)

    def _still_mine(self, claim: Claim) -> None:
        if not self.store.still_mine(claim, self.clock()):
            raise LeaseLostError

    def _not_there(self, claim: Claim, forge: Forge) -> Ending:
        """Not there yet, or gone. A project that is out of sight altogether raises from the second question."""
        if self.clock() - claim.waiting_since < YOUNG:
            return self._again(claim, "not-there-yet")
        forge.visibility()
        self.store.gone(claim)
        return "gone"

    def _again(self, claim: Claim, reason: str) -> Ending:
        """Look again soon: nothing is wrong with the issue, the forge is not up to date."""
        self.store.later(claim, reason=reason, retry_at=self.clock() + SOON)
        return "later"

    def _let_it_land(self, claim: Claim) -> Ending:
        """A killed process's last write may be under way, and the forge will carry it out: look again after it."""
        at = self.clock() + SOON
        self.store.later(claim, reason="run-vanished", retry_at=at, not_before=at, counted=False)
        return "later"

    def _stale(self, claim: Claim, seen: Observation) -> bool:
        """Whether the forge shows the issue as it was before a change that an event told of; both are its own times."""
        if claim.changed_at is None or seen.issue.updated_at >= claim.changed_at:
            return False
        metrics.STALE_READS.add(forge=claim.ref.forge.value)
        _log.warning("run.stale-read", issue=claim.ref, run=claim.run, attempt=claim.attempt)
        return claim.attempt <= STALE_LOOKS

    def _refused(self, claim: Claim, error: RefusedError) -> Ending:
        """Labels that were not set, the others were: once more without them. Any other refusal is the worker's."""
        if not error.labels:
            raise error
        self.catalogue.refused(str(claim.tracker), error.labels)
        return self._again(claim, "label-refused")

    def _public(self, claim: Claim, forge: Forge) -> Ending:
        """The public can read it: say nothing there, keep nothing of it here."""
        metrics.VISIBILITY_REFUSALS.add(forge=claim.ref.forge.value)
        _log.warning("run.public-issue", issue=claim.ref, run=claim.run)
        if self.hide_public(claim.ref):
            forge.make_confidential(claim.ref.number, lambda: self._still_mine(claim))
            metrics.CHANGES.add(forge=claim.ref.forge.value, change="confidential")
        kept = IssueRecord(comment_id=claim.record.comment_id, comment_digest=claim.record.comment_digest)
        self.store.done(claim, kept, now=self.clock())
        return "refused"

    def _conclude(self, claim: Claim, seen: Observation, reading: Reading, forge: Forge) -> Conclusion:
        return conclude(
            self.policy,
            seen,
            reading,
            claim.record,
            events=lambda: forge.label_events(claim.ref.number),
            role=forge.role,
            now=self.clock(),
        )

    def _apply(
        self, claim: Claim, forge: Forge, seen: Observation, drafted: Draft, defined: Callable[[], Spelling]
    ) -> Done:
        def note(*, added: Iterable[str] = (), removed: Iterable[str] = ()) -> None:
            self.store.record_progress(claim, now=self.clock(), added=tuple(added), removed=tuple(removed))

        spelling = defined() if drafted.slip.add else Spelling()
        pace = partial(self.pace, claim.ref)
        hand = Hand(forge, claim.ref.number, seen.guard, note, spelling, Spelling(seen.issue.labels), pace)
        return hand.apply(drafted.slip, drafted.body, drafted.digest)

    def _record(self, claim: Claim, made: Conclusion, record: IssueRecord, slip: Plan, done: Done) -> None:
        now = self.clock()
        decision = Decision(
            at=now,
            answers_digest=made.answers.digest(),
            policy=PolicyStamp(self.policy.id, self.policy.version, self.policy.digest),
            outcome=made.verdict.outcome,
            standing=made.verdict.standing,
            labels=made.labels,
            changes=tuple(done.changes),
            deliveries=(claim.delivery,) if claim.delivery else (),
        )
        for kind, _what in done.changes:
            metrics.CHANGES.add(forge=claim.ref.forge.value, change=kind)
        self.store.done(
            claim,
            record,
            now=now,
            ledger=ours(made, record),
            decision=decision if done.changes or made.changed else None,
        )
        _log.info(
            "run.reconciled",
            issue=claim.ref,
            run=claim.run,
            outcome=made.verdict.outcome,
            standing=made.verdict.standing,
            added=list(slip.add),
            removed=list(slip.remove),
        )

    def _leave_alone(self, claim: Claim, drafted: Draft) -> None:
        """Labels that somebody keeps reversing are left alone: say so once, and come back when that is over."""
        found = drafted.flaps
        if found.until is None:
            return
        if found.began:
            metrics.FLAPPING.add(forge=claim.ref.forge.value)
            _log.warning("run.flapping", issue=claim.ref, run=claim.run, labels=list(found.labels))
        now = self.clock()
        rest = Settle(found.until - now, found.until - now)
        self.store.mark(claim.ref, event="flapping-over", delivery="", now=now, settle=rest, lane=Lane.BULK)
