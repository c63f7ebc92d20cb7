"""Put a reconciler together from settings, policy and store. The only place that knows all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import scope
from webhook import metrics
from webhook.forges import Access, ForgeFactory, GitHubAppAccess, GitHubTokenAccess, GitLabAccess, forge_factory
from webhook.forges.budget import Pacer
from webhook.forges.port import Forge, NoTrackerError
from webhook.issue import ForgeKind
from webhook.log import logger
from webhook.reconcile.catalogue import Catalogue
from webhook.reconcile.restraint import UNRESTRAINED, Restraint
from webhook.reconcile.run import Ending, Reconciler
from webhook.settings import Settings, Tracker
from webhook.store import Claim, DutyClaim, Lane, Store, TrackerRef

_log = logger(__name__)


def load_policy(settings: Settings) -> scope.Policy:
    """The policy in force. Raises `scope.PolicyError`."""
    policy = scope.load_policy(settings.policy.source)
    metrics.policy_loaded(policy.digest.removeprefix("sha256:"))
    return policy


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a worker runs for each claim of an issue, and what the work on trackers shares with that."""

    run: Callable[[Claim], Ending]
    forges: Forges
    catalogue: Catalogue
    pacers: Mapping[TrackerRef, Pacer]

    def duties(self, do: Callable[[DutyClaim], None]) -> Callable[[DutyClaim], None]:
        """The same, within the tracker's budget, its requests named after the claim. A stop waits for no budget."""

        def run(claim: DutyClaim) -> None:
            _here.run = claim.run
            if "stop" in claim.duties or claim.tracker not in self.pacers:
                do(claim)
                return
            with self.pacers[claim.tracker].run(bulk=claim.lane is Lane.BULK):
                do(claim)

        return run


def build_run(settings: Settings, policy: scope.Policy, store: Store) -> Callable[[Claim], Ending]:
    """What a worker runs for each claim of an issue."""
    return build_workshop(settings, policy, store).run


def build_workshop(
    settings: Settings, policy: scope.Policy, store: Store, *, restraint: Restraint = UNRESTRAINED
) -> Workshop:
    """Everything for the work on issues. `restraint`: what of it may be written at all."""
    trackers = {TrackerRef(ForgeKind(t.forge), t.project): t for t in settings.trackers}
    for ref in trackers:
        store.register(ref)
    accesses = {ref: access(settings, tracker, _running) for ref, tracker in trackers.items()}
    pacers = {ref: Pacer(opened, settings.budgets, store) for ref, opened in accesses.items()}
    forges = Forges({ref: replace(opened, sent=pacers[ref].sent) for ref, opened in accesses.items()})
    hidden = {ref for ref, tracker in trackers.items() if tracker.on_public == "make-confidential"}
    catalogue = Catalogue(policy, time.monotonic)
    reconciler = Reconciler(
        policy=policy,
        store=store,
        forge_for=lambda ref: restraint.forge(forges.of(TrackerRef.of(ref))),
        catalogue=catalogue,
        hide_public=lambda ref: TrackerRef.of(ref) in hidden,
        pace=lambda ref, plan: pacers[TrackerRef.of(ref)].pace(plan),
        restrain=restraint.slip,
    )

    def run(claim: Claim) -> Ending:
        _here.run = claim.run
        if claim.tracker not in pacers:
            raise NoTrackerError
        with pacers[claim.tracker].run(bulk=claim.lane is Lane.BULK):
            ending = reconciler.run(claim)
        metrics.RUNS.add(forge=claim.ref.forge.value, outcome=ending)
        _log.debug("run.over", issue=claim.ref, run=claim.run, outcome=ending)
        if ending == "refused" and claim.ref.forge is ForgeKind.GITHUB:  # then it is the whole repository
            found, now = "found-public", datetime.now(UTC)
            store.mark_duty(claim.tracker, ["stop"], event=found, delivery=claim.delivery, now=now)
        return ending

    return Workshop(run, forges, catalogue, pacers)


_here = threading.local()


def _running() -> str | None:
    """The run of this thread, which its requests carry."""
    return getattr(_here, "run", None)


class Forges:
    """Each thread's own adapter for each tracker; what may be shared between threads, the factories share."""

    def __init__(self, accesses: Mapping[TrackerRef, Access]) -> None:
        self._factories: dict[TrackerRef, ForgeFactory] = {}
        self._accesses = dict(accesses)
        self._lock = threading.Lock()
        self._mine = threading.local()

    def of(self, tracker: TrackerRef) -> Forge:
        """The thread's adapter for the tracker. Raises `NoTrackerError` and the port's `CredentialsError`."""
        opened: dict[TrackerRef, Forge] = self._mine.__dict__.setdefault("opened", {})
        if tracker not in opened:
            opened[tracker] = self._factory(tracker)()
        return opened[tracker]

    def _factory(self, tracker: TrackerRef) -> ForgeFactory:
        with self._lock:
            if tracker not in self._factories:
                if tracker not in self._accesses:
                    raise NoTrackerError
                self._factories[tracker] = forge_factory(self._accesses[tracker])
            return self._factories[tracker]


def access(settings: Settings, tracker: Tracker, run_id: Callable[[], str | None]) -> Access:
    """How the tracker is opened: its address, credentials and time limits."""
    identities = frozenset(tracker.bot_ids)
    timeouts = (settings.timeouts.connect_seconds, settings.timeouts.read_seconds)
    if tracker.app_id is not None and tracker.private_key is not None:
        return GitHubAppAccess(
            api_url=tracker.api,
            project=tracker.project,
            identities=identities,
            timeouts=timeouts,
            run_id=run_id,
            app_id=tracker.app_id,
            private_key=tracker.private_key.decode(),
        )
    if tracker.token is None:
        raise NoTrackerError("the settings give no way to sign in")
    kind = GitHubTokenAccess if tracker.forge == "github" else GitLabAccess
    opened = kind(
        api_url=tracker.api,
        project=tracker.project,
        identities=identities,
        timeouts=timeouts,
        run_id=run_id,
        token=tracker.token,
    )
    if isinstance(opened, GitLabAccess):
        return replace(opened, item_types=frozenset(name.casefold() for name in tracker.work_item_types))
    return opened
