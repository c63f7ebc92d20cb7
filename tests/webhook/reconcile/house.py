"""The reconciler with everything real about it: a sandbox forge, the client library's adapter, a store, one clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import scope
from tests.webhook.forges.worlds import PROJECT
from tests.webhook.reconcile.places import Place
from webhook.cli.demo.reports import DemoReport
from webhook.forges.port import Forge
from webhook.issue import IssueRef, LabelDefinition
from webhook.reconcile import Ending, Reconciler
from webhook.reconcile.catalogue import Catalogue
from webhook.store import Claim, Store

LEASE = timedelta(minutes=5)
Ticks = Mapping[str, str | Sequence[str]]


def unguarded() -> None:
    """A guard for what people and tests do."""


class Meddler:
    """An adapter that lets a test act just before or just after one of its calls."""

    def __init__(self, forge: Forge) -> None:
        self._forge = forge
        self.before: dict[str, Callable[[], None]] = {}
        self.after: dict[str, Callable[[], None]] = {}

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._forge, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self.before.pop(name, unguarded)()
            answer = asked(*args, **kwargs)
            self.after.pop(name, unguarded)()
            return answer

        return call


class House:
    """Runs issues of one tracker one at a time, and knows what each run asked of the forge."""

    def __init__(self, place: Place, store: Store, policy: scope.Policy) -> None:
        self.place, self.store, self.policy = place, store, policy
        self.forge = place.factory()
        self.forge.us()
        self.forge.visibility()
        self.meddler = Meddler(self.forge)
        self.skipped = 0.0
        self.ahead = timedelta(0)
        self.catalogue = Catalogue(policy, self.monotonic)
        self.reconciler = Reconciler(
            policy=policy,
            store=store,
            forge_for=lambda _ref: cast("Forge", self.meddler),
            catalogue=self.catalogue,
            clock=self.now,
            monotonic=self.monotonic,
        )
        self.reads: list[str] = []
        self.writes: list[str] = []

    # --- time

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.place.sandbox.core.clock.now(), UTC) + self.ahead

    def monotonic(self) -> float:
        return time.monotonic() + self.skipped

    def pass_time(self, seconds: float = 2.0) -> None:
        """For everybody: GitHub's times have no fractions, so what people do one after the other is put apart."""
        self.skipped += seconds
        self.place.sandbox.core.clock.advance(seconds)

    def pass_hours(self, hours: float) -> None:
        """For us alone: the forge's clock stays, because GitHub would take our signature for long expired."""
        self.skipped += hours * 3600
        self.ahead += timedelta(hours=hours)

    # --- people

    def body(self, ticks: Ticks, typed: Mapping[str, str] | None = None) -> str:
        return DemoReport("", self.place.forge_kind, ticks, typed or {}).body(self.policy)

    def file(self, ticks: Ticks, typed: Mapping[str, str] | None = None, labels: Sequence[str] = ()) -> int:
        return self.place.file(self.body(ticks, typed), labels)

    def correct(self, number: int, ticks: Ticks) -> None:
        self.pass_time()
        self.place.edit(number, self.body(ticks))

    def say(self, number: int, words: str, person: str = "tom") -> int:
        self.pass_time()
        said = self.place.comment(number, person, words)
        self.pass_time()
        return said

    def know_labels(self) -> None:
        """The tracker has the policy's labels, and we know it."""
        for label in self.policy.labels.values():
            self.forge.create_label(LabelDefinition(label.name, label.colour, label.description), unguarded)
        self.catalogue.ensure(f"{self.place.kind}:{PROJECT}", self.forge, cast("Any", unguarded))

    # --- us

    def ref(self, number: int) -> IssueRef:
        return IssueRef(self.place.forge_kind, PROJECT, number)

    def claim(self, number: int, *, mark: bool = True, told: datetime | None = None) -> Claim:
        """`told`: when the issue last changed, by the event that marks it."""
        if mark:
            self.store.mark(self.ref(number), event="issues.edited", delivery="d-1", now=self.now(), changed_at=told)
        claim = self.store.claim("house", self.now(), LEASE)
        assert claim is not None
        assert claim.ref == self.ref(number)
        return claim

    def run(self, number: int, *, mark: bool = True, told: datetime | None = None) -> Ending:
        """Mark the issue, claim it, reconcile it, and note what was asked."""
        self.pass_time()
        claim = self.claim(number, mark=mark, told=told)
        journal = self.place.sandbox.core.journal
        seen = max((entry.number for entry in journal.entries()), default=0)
        try:
            return self.reconciler.run(claim)
        finally:
            asked = [
                (e.writes, self.place.word(e.method, e.path)) for e in journal.entries(seen, forge=self.place.kind)
            ]
            self.reads = [word for writes, word in asked if not writes]
            self.writes = [word for writes, word in asked if writes]

    def crashed(self) -> None:
        """The process is gone; its lease ends."""
        self.pass_time(LEASE.total_seconds() + 1)

    def lose_database(self, number: int) -> None:
        """Everything we remember of the issue is lost."""
        self.store.forget(self.ref(number))

    def hide_public(self) -> None:
        """The operator has chosen that public issues are made confidential."""
        self.reconciler = replace(self.reconciler, hide_public=lambda _ref: True)
