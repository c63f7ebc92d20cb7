"""One tracker looked after for real: a sandbox forge, the client library's adapter, a store, and the duties."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from github import Auth, Github
from github.Repository import Repository

import scope
from tests.webhook.forges.worlds import PROJECT
from tests.webhook.reconcile.house import LEASE, House
from tests.webhook.reconcile.places import Place
from webhook.duties import Duties
from webhook.duties.kit import Chosen
from webhook.forges.port import Forge
from webhook.metrics import REGISTRY
from webhook.store import Claim, DutyClaim, IssueRecord, Store, TrackerRef, TrackerState


class Yard(House):
    """Does a tracker's duties one claim at a time, and its issues as the house does."""

    def __init__(self, place: Place, store: Store, policy: scope.Policy) -> None:
        super().__init__(place, store, policy)
        self.tracker = TrackerRef(place.forge_kind, PROJECT)
        self.duties = self.process(self.forge)

    def process(self, forge: Forge) -> Duties:
        """A worker process of its own, with its own memory."""
        return Duties(
            trackers=[self.tracker],
            store=self.store,
            forge_for=lambda _tracker: forge,
            labels=self.catalogue,
            chosen=Chosen(frozenset(self.policy.labels), timedelta(days=90)),
            clock=self.now,
            monotonic=self.monotonic,
            chance=lambda: 0.5,
        )

    # --- us

    @property
    def state(self) -> TrackerState:
        return self.store.tracker(self.tracker)

    def claim_duties(self) -> DutyClaim:
        """The tracker's due duties, though issues may go before them."""
        passed = []
        while isinstance(claim := self.store.claim("yard", self.now(), LEASE, with_duties=True), Claim):
            passed.append(claim)
        for other in passed:
            self.store.release(other, self.now())
        assert claim is not None
        return claim

    def do(self, *duties: str) -> None:
        """Have these duties done now, and note what was asked. What fails is put back on the work list."""
        self.pass_time()
        self.store.mark_duty(self.tracker, duties, event="test", delivery="d-1", now=self.now())
        claim = self.claim_duties()
        journal = self.place.sandbox.core.journal
        seen = max((entry.number for entry in journal.entries()), default=0)
        try:
            self.duties(claim)
        except Exception:
            self.store.later(claim, reason="test", retry_at=self.now())
            raise
        finally:
            told = [e for e in journal.entries(seen, forge=self.place.kind) if "access_tokens" not in e.path]
            asked = [(e.writes, self.place.word(e.method, e.path)) for e in told]
            self.reads = [word for writes, word in asked if not writes]
            self.writes = [word for writes, word in asked if writes]

    def due(self) -> list[int]:
        """Issues that could be claimed now, in order; they are left as they are."""
        claims = []
        while (claim := self.store.claim("due", self.now(), LEASE)) is not None:
            claims.append(claim)
        for claim in claims:
            self.store.release(claim, self.now())
        return [claim.ref.number for claim in claims]

    def work(self) -> list[str]:
        """Reconcile whatever is due; how each run ended."""
        endings = []
        while (claim := self.store.claim("yard", self.now(), LEASE)) is not None:
            endings.append(self.reconciler.run(claim))
            self.pass_time()
        return endings

    def file_many(self, count: int) -> list[int]:
        """Reports, each some seconds after the one before."""
        filed = []
        for _ in range(count):
            filed.append(self.place.file())
            self.place.sandbox.core.clock.advance(2)
        return filed

    def settle(self, numbers: Sequence[int]) -> None:
        """These issues were looked at by now, well after their last change."""
        self.pass_time(3600)
        for number in numbers:
            self.store.mark(self.ref(number), event="test", delivery="d", now=self.now())
            claim = self.store.claim("yard", self.now(), LEASE)
            assert isinstance(claim, Claim)
            self.store.done(claim, IssueRecord(), now=self.now())

    def delete_project(self) -> None:
        if self.place.kind == "github":
            self.place.sandbox.github.delete_repository(PROJECT, "root")
        else:
            self.place.sandbox.gitlab.delete_project(PROJECT)

    def rename(self, name: str) -> None:
        if self.place.kind == "github":
            self.place.sandbox.github.rename_repository(PROJECT, "root", name)
        else:
            self.place.sandbox.gitlab.rename_project(PROJECT, f"octo/{name}")

    def archive(self, *, archived: bool) -> None:
        if self.place.kind == "github":
            self.place.sandbox.github.archive_repository(PROJECT, "root", archived=archived)
        else:
            self.place.sandbox.gitlab.archive_project(PROJECT, archived=archived)

    def delete_label(self, name: str) -> None:
        """A person deletes a label from the tracker."""
        if self.place.kind == "github":
            self._person_on_github(lambda repository: repository.get_label(name).delete())
        else:
            self.place.sandbox.gitlab.delete_label(PROJECT, name)

    def rename_label(self, name: str, new: str) -> None:
        """A person renames a label of the repository on GitHub."""
        self._person_on_github(lambda repository: repository.get_label(name).edit(new, "ededed"))

    def _person_on_github(self, act: Callable[[Repository], None]) -> None:
        token = self.place.sandbox.github.create_token("root")
        client = Github(auth=Auth.Token(token), base_url=self.place.sandbox.url, retry=None)
        act(client.get_repo(PROJECT))
        client.close()

    def figure(self, name: str) -> float:
        """A counter for this forge, all processes and tests so far."""
        return REGISTRY.get_sample_value(f"xsa_scope_{name}_total", {"forge": self.place.kind}) or 0.0
