"""A worker as the command starts it, with everything wired: issues and duties by the same threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

import scope
from tests.webhook.forges.worlds import PROJECT
from tests.webhook.reconcile.places import Hub, both_databases, only_github
from webhook.cli.demo.reports import CRASH, DemoReport
from webhook.duties import build_duties, schedule_missing
from webhook.issue import ForgeKind, IssueRef
from webhook.reconcile import build_workshop
from webhook.settings import settings_from
from webhook.store import Store, TrackerRef
from webhook.worker import Worker

TRACKER = TrackerRef(ForgeKind.GITHUB, PROJECT)
HYPERVISOR = {**CRASH, "target": "hypervisor"}


def now() -> datetime:
    return datetime.now(UTC)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


@pytest.fixture
def worker(place: Hub, store: Store, policy: scope.Policy) -> Iterator[Worker]:
    token = place.forge.create_token("root")
    tracker = {
        "forge": "github",
        "api_url": place.sandbox.url,
        "project": PROJECT,
        "token_env": "TOKEN",
        "webhook_secret_env": "SECRET",
    }
    settings = settings_from({"tracker": [tracker]}, environ={"TOKEN": token, "SECRET": "s"})
    shop = build_workshop(settings, policy, store)
    duties = build_duties(settings, policy, store, forge_for=shop.forges.of, labels=shop.catalogue)
    schedule_missing(store, duties.trackers, now(), 0.0)
    opened = Worker(store, shop.run, shop.duties(duties), poll=0.1, drain=5.0, threads=2)
    thread = threading.Thread(target=opened.work)
    thread.start()
    yield opened
    opened.stop()
    thread.join(30)
    assert not thread.is_alive()


@only_github
@both_databases
def test_a_fresh_start_finds_every_open_issue_and_a_repository_found_public_is_stopped(
    place: Hub, store: Store, policy: scope.Policy, request: pytest.FixtureRequest
) -> None:
    number = place.file(DemoReport("", place.forge_kind, HYPERVISOR, {}).body(policy))
    request.getfixturevalue("worker")
    until(lambda: place.labels(number) == {"xsa-candidate"})
    until(lambda: store.next_ready() is None)
    place.publish()
    assert store.tracker(TRACKER).stopped_at is None, "no event told of it"
    ref = IssueRef(ForgeKind.GITHUB, PROJECT, number)
    store.mark(ref, event="issues.edited", delivery="d", now=now())
    until(lambda: store.tracker(TRACKER).stopped_reason == "public")
    until(lambda: store.record(ref) is None)
    place.withdraw(number)
    store.mark_duty(TRACKER, ["visibility"], event="repository.privatized", delivery="d", now=now())
    until(lambda: store.tracker(TRACKER).stopped_at is None)
    until(lambda: store.record(ref) is not None and store.next_ready() is None)
    assert len(place.comments(number)) == 1
