"""The service on one forge with a clock of its own: what happens to an issue, and runs until it is at rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from re import fullmatch
from typing import Any

import scope
from tests.webhook.forges.worlds import PROJECT
from tests.webhook.reconcile.places import Place
from webhook.cli.demo.reports import CRASH, LEAK, DemoReport
from webhook.forges import ForgeFactory, forge_factory
from webhook.forges.port import Forge
from webhook.issue import IssueRef
from webhook.reconcile import Reconciler
from webhook.reconcile.catalogue import Catalogue
from webhook.sandbox.journal import Entry
from webhook.store import Claim, Store, TrackerRef
from webhook.worker import Worker

HYPERVISOR, ITSELF = {**CRASH, "target": "hypervisor"}, {**CRASH, "target": "self"}
WORD = "/scope set shown_internal_only yes because it is padding"
MOST_RUNS = 40
WAIT = 0.5
"""Seconds our adapters wait for an answer here: a real wait, and there are many."""

FIRST_CONTACT: Mapping[str, Mapping[str, str]] = {
    "github": {
        "token": r"POST /app/installations/\d+/access_tokens",
        "installation": r"GET /repos/[^/]+/[^/]+/installation",
        "repository by name": r"GET /repos/[^/]+/[^/?]+",
        "own account": r"GET /users/[^/?]+",
    },
    "gitlab": {"own account": r"GET /api/v4/user", "project by name": r"GET /api/v4/projects/[^/?]*%2F[^/?]*"},
}
"""What a process asks once, before it asks for an issue."""


class Walk:
    """One tracker, its people, and us, with nobody else's threads."""

    def __init__(self, place: Place, store: Store, policy: scope.Policy) -> None:
        self.place, self.store, self.policy = place, store, policy
        self.core = place.sandbox.core
        self._access = replace(place.access, clock=self.core.clock.now, timeouts=(WAIT, WAIT))
        self._ahead = 0.0
        self.forge: Forge
        self.meet()
        self.worker = Worker(store, self._run, clock=self.now, chance=lambda: 0.5)
        store.register(TrackerRef(place.forge_kind, PROJECT))

    def meet(self) -> None:
        """A process that has just started: it knows neither itself nor the tracker."""
        factory: ForgeFactory = forge_factory(self._access)
        self.forge = factory()
        self.reconciler = Reconciler(
            policy=self.policy,
            store=self.store,
            forge_for=lambda _ref: self.forge,
            catalogue=Catalogue(self.policy, self.monotonic),
            clock=self.now,
            monotonic=self.monotonic,
        )

    def _run(self, claim: Claim) -> None:
        self.reconciler.run(claim)

    # --- time

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.core.clock.now(), UTC)

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def pass_time(self, seconds: float) -> None:
        self._ahead += seconds
        self.core.clock.advance(seconds)

    # --- what happens

    def body(self, ticks: Mapping[str, Any]) -> str:
        return DemoReport("", self.place.forge_kind, ticks, {}).body(self.policy)

    def file(self, ticks: Mapping[str, Any]) -> int:
        self.pass_time(2)
        return self.place.file(self.body(ticks))

    def mark(self, number: int, *, changed: bool = False) -> None:
        """The news arrive. `changed`: with the time of the issue's change, as an edit tells."""
        told = self.now().replace(microsecond=0) if changed else None  # as forges tell times
        self.store.mark(self.ref(number), event="issues", delivery="d", now=self.now(), changed_at=told)

    def ref(self, number: int) -> IssueRef:
        return IssueRef(self.place.forge_kind, PROJECT, number)

    def rest(self) -> None:
        """Run whatever is due, at its time, until nothing is."""
        for _ in range(MOST_RUNS):
            due = self.store.next_ready()
            if due is None:
                return
            self.pass_time(max(0.0, (due - self.now()).total_seconds()) + 0.001)
            claim = self.store.claim("walk", self.now(), timedelta(minutes=5))
            if claim is not None:
                self.worker._run_one(claim)  # the worker's own answer to every failure, without its threads
        raise AssertionError(f"not at rest after {MOST_RUNS} runs: {self.store.stats(self.now())}")

    def settled(self, ticks: Mapping[str, Any]) -> int:
        """A report that is filed and dealt with."""
        number = self.file(ticks)
        self.mark(number)
        self.rest()
        return number

    # --- what was asked

    def last_entry(self) -> int:
        return max((entry.number for entry in self.core.journal.entries()), default=0)

    def asked(self, since: int) -> list[Entry]:
        """In the order of asking."""
        entries = self.core.journal.entries(since, forge=self.place.kind)
        return sorted(entries, key=lambda entry: (entry.at, entry.number))

    def kind(self, entry: Entry) -> str:
        """What a request asks for, in the matrix's words."""
        request = f"{entry.method} {entry.path.partition('?')[0]}"
        first = next(
            (word for word, pattern in FIRST_CONTACT[self.place.kind].items() if fullmatch(pattern, request)), ""
        )
        return first or self.place.word(entry.method, entry.path)

    def pattern(self, kind: str) -> tuple[str, str]:
        """The method, and the expression for the path, of a kind of request."""
        known = {word: pattern for pattern, word in self.place.words.items()} | dict(FIRST_CONTACT[self.place.kind])
        method, _, path = known[kind].partition(" ")
        return method, rf"^{path}(\?|$)"


@dataclass(frozen=True, slots=True)
class Situation:
    """Something that happens to an issue, and what it must come to."""

    prepare: Callable[[Walk], int]
    """Before anything goes wrong: returns the issue's number."""
    act: Callable[[Walk, int], None]
    """What happens then; runs follow."""
    labels: frozenset[str]


def _nothing(walk: Walk, number: int) -> None:
    walk.mark(number)


def _filed(walk: Walk) -> int:
    return walk.file(HYPERVISOR)


def _met(walk: Walk) -> int:
    walk.meet()
    return walk.file(HYPERVISOR)


def _unlabelled(walk: Walk) -> int:
    """A tracker that lacks a label, and a process that does not know."""
    walk.place.undefine("xsa-candidate")
    return _met(walk)


def _correct(walk: Walk, number: int) -> None:
    walk.pass_time(2)
    walk.place.edit(number, walk.body(ITSELF))
    walk.mark(number, changed=True)


def _say(walk: Walk, number: int) -> None:
    walk.meet()  # roles are remembered for an hour
    walk.pass_time(2)
    walk.place.comment(number, "tom", WORD)
    walk.mark(number)


def _double(walk: Walk, number: int) -> None:
    walk.pass_time(2)
    walk.place.repeat(number)
    walk.mark(number)


def _by_hand(walk: Walk, number: int) -> None:
    walk.pass_time(2)
    walk.place.label(number, "tom", "needs-triage")
    walk.mark(number)


def _settled(ticks: Mapping[str, Any]) -> Callable[[Walk], int]:
    return lambda walk: walk.settled(ticks)


SITUATIONS: Mapping[str, Situation] = {
    "a process meets the tracker": Situation(_met, _nothing, frozenset({"xsa-candidate"})),
    "a label is not defined": Situation(_unlabelled, _nothing, frozenset({"xsa-candidate"})),
    "a report is filed": Situation(_filed, _nothing, frozenset({"xsa-candidate"})),
    "a report is corrected": Situation(_settled(HYPERVISOR), _correct, frozenset({"out-of-scope:1-self"})),
    "the team speaks": Situation(_settled(LEAK), _say, frozenset({"out-of-scope:1a-infoleak"})),
    "our comment is there twice": Situation(_settled(HYPERVISOR), _double, frozenset({"xsa-candidate"})),
    "a person changes a label": Situation(
        _settled(HYPERVISOR), _by_hand, frozenset({"xsa-candidate", "needs-triage", "scope:overridden"})
    ),
}
