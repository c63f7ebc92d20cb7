"""Looking at the service from its database and settings alone: no forge is asked, and nothing is changed.

A database that is away or outdated is a finding, not a failure: whoever watches must be able to say so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias, TypeVar

from webhook.health.checks import Finding
from webhook.health.figures import Figures, down, figures
from webhook.health.picture import Picture, TrackerPicture, answering
from webhook.health.policy import PolicyCheck
from webhook.issue import ForgeKind
from webhook.log import failure, logger
from webhook.settings import Settings
from webhook.store import (
    BudgetLeft,
    PolicyStamp,
    PolicyVersion,
    SchemaOutdatedError,
    Store,
    StoreError,
    TrackerRef,
    TrackerState,
    open_store,
)

T = TypeVar("T")
_Seen: TypeAlias = tuple[tuple[TrackerPicture, ...], tuple[BudgetLeft, ...], bool, PolicyVersion | None]

_log = logger(__name__)


class Watch:
    """A look at the service as often as somebody wants one. Threads may share one."""

    def __init__(self, settings: Settings, store: Store | None = None) -> None:
        self._address = settings.database_url
        self._trackers = tuple(TrackerRef(ForgeKind(t.forge), t.project) for t in settings.trackers)
        self._policy = PolicyCheck(settings.policy.source)
        self._store = store
        self._opening = threading.Lock()

    def ready(self, now: datetime) -> tuple[Finding, ...]:
        """Whether everything that the service rests on is there."""
        findings, seen = self._ask(lambda store: (_states(store), store.policy_version("active")))
        states, active = seen or (None, None)
        policy, _ = self._policy.look()
        if active is not None and not policy.well:  # what is wrong with a candidate stops nobody
            policy = Finding(policy.name, well=True, facts=_facts(active))
        return (*findings, policy, *self._answering(states, now))

    def picture(self, now: datetime) -> Picture:
        """Everything there is to see."""
        findings, seen = self._ask(lambda store: self._look(store, now))
        policy, stamp = self._policy.look()
        trackers, budgets, waiting, active = seen or ((), (), False, None)
        states = None if seen is None else {one.tracker: one.state for one in trackers}
        return Picture(
            at=now,
            findings=(*findings, policy, *self._answering(states, now)),
            policy=PolicyStamp(**_facts(active)) if active is not None else stamp,
            trackers=trackers,
            budgets=budgets,
            policy_waits=waiting,
        )

    def figures(self, now: datetime) -> Figures:
        """What a monitor is shown of the database."""
        _, found = self._ask(lambda store: figures(store, self._trackers, now))
        return down() if found is None else found

    def close(self) -> None:
        """Close the database, if it was opened."""
        if self._store is not None:
            self._store.close()

    def _answering(self, states: Mapping[TrackerRef, TrackerState] | None, now: datetime) -> list[Finding]:
        """A finding for each configured tracker; none while the database cannot tell."""
        return [] if states is None else [answering(each, states.get(each), now) for each in self._trackers]

    def _look(self, store: Store, now: datetime) -> _Seen:
        waiting, active = store.policy_version("waiting"), store.policy_version("active")
        return self._each(store, now), tuple(store.budget_left(now)), waiting is not None, active

    def _each(self, store: Store, now: datetime) -> tuple[TrackerPicture, ...]:
        states, holds = _states(store), store.holds(now)
        return tuple(
            TrackerPicture(
                tracker=census.tracker,
                configured=census.tracker in self._trackers,
                state=states[census.tracker],
                census=census,
                holds=tuple(hold for hold in holds if hold.tracker == census.tracker),
            )
            for census in store.census(now)
            if census.tracker in states
        )

    def _ask(self, question: Callable[[Store], T]) -> tuple[tuple[Finding, Finding], T | None]:
        """How database and migrations are, and the answer if they are well."""
        try:
            store = self._open()
            store.check()
            answer = question(store)
        except SchemaOutdatedError as error:
            return (Finding("database", well=True), Finding("migrations", well=False, hint=_sentence(error))), None
        except StoreError as error:
            return _away(_sentence(error)), None
        except Exception as error:  # noqa: BLE001  # whatever the database does, who watches is told, and the log why
            _log.error("health.failed", kind="database", **failure(error))
            return _away(f"The database cannot be used ({type(error).__name__}): the log says where."), None
        return (Finding("database", well=True), Finding("migrations", well=True)), answer

    def _open(self) -> Store:
        with self._opening:
            if self._store is None:
                self._store = open_store(self._address.get_secret_value())
            return self._store


def _facts(active: PolicyVersion) -> dict[str, str]:
    return {"id": active.name, "version": active.version, "digest": active.digest}


def _states(store: Store) -> dict[TrackerRef, TrackerState]:
    return {state.tracker: state for state in store.trackers()}


def _away(hint: str) -> tuple[Finding, Finding]:
    unknown = "Cannot be told while the database does not answer."
    return Finding("database", well=False, hint=hint), Finding("migrations", well=False, hint=unknown)


def _sentence(error: StoreError) -> str:
    said = str(error)
    return f"{said[:1].upper()}{said[1:]}."
