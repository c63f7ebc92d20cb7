"""An issue whose tracker the operator took out of the settings: given up soon, with a reason that says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import scope
from tests.databases import issue
from webhook.health import reason
from webhook.reconcile import build_run
from webhook.settings import settings_from
from webhook.store import Store
from webhook.worker import Worker


def test_an_issue_of_a_removed_tracker_is_given_up_and_says_why(store: Store, policy: scope.Policy) -> None:
    now = datetime.now(UTC)
    worker = Worker(store, build_run(settings_from({}, environ={}), policy, store), clock=lambda: now)
    store.mark(issue(7), event="issues.edited", delivery="d", now=now)
    for _ in range(10):
        claim = store.claim("here", now, timedelta(minutes=5))
        if claim is not None:
            worker._run_one(claim)
        now += timedelta(minutes=1)
    (letter,) = store.dead()
    assert letter.reason == "not-configured"
    assert "not in the settings" in reason(letter.reason).happened
