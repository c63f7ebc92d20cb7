"""Deliveries as forges make them at their worst: three times, in any order, again a day later, two at once."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from tests.stand.service import Service, standing
from tests.stand.storm.weather import REPORTS
from tests.stand.town import GITHUB, GITLAB, PROJECTS, REPORTER, TEAM
from webhook.issue import ForgeKind

HYPERVISOR, CANDIDATE = REPORTS[0]
ITSELF, OUT = REPORTS[1]
SEED = 41
BOTH = pytest.mark.parametrize("forge", [GITHUB, GITLAB])


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery that was made, to be made again."""

    body: bytes
    headers: dict[str, str]


def letters(service: Service) -> list[Letter]:
    return [Letter(d.body, dict(d.request_headers)) for d in service.town.sandbox.core.deliveries.attempts()]


def deliver(service: Service, forge: ForgeKind, letter: Letter) -> int:
    """Send it as GitHub's *Redeliver* does; GitLab's signs it anew, because its signatures are good for minutes."""
    headers = dict(letter.headers)
    if forge is GITLAB:
        ident, now = headers["webhook-id"], datetime.now(UTC)
        headers["webhook-timestamp"] = str(int(now.timestamp()))
        headers["webhook-signature"] = Webhook(service.gitlab_signing).sign(ident, now, letter.body.decode())
    return service.post(f"/webhooks/{forge.value}", letter.body, headers)[0]


@BOTH
def test_what_is_delivered_three_times_in_any_order_and_again_later_is_done_once(
    tmp_path: Path, forge: ForgeKind
) -> None:
    with standing(tmp_path) as service:
        town = service.town
        service.start("web")
        service.start("worker")
        number = town.file(forge, "A report", town.body(forge, HYPERVISOR))
        service.rest()
        town.edit(forge, number, town.body(forge, ITSELF))
        town.say(forge, number, TEAM, "/scope recheck")
        service.rest()
        assert town.labels(forge, number) == OUT
        made, before = letters(service), town.writes()
        assert len(made) >= 3
        again = made * 3
        random.Random(SEED).shuffle(again)
        assert {deliver(service, forge, letter) for letter in again} == {202}
        service.rest()
        assert town.writes() == before
        assert town.labels(forge, number) == OUT
        assert len(town.ours(forge, number)) == 1


@BOTH
def test_old_news_changes_nothing(tmp_path: Path, forge: ForgeKind) -> None:
    """The first delivery comes once more after the world has moved on: it is not believed, only looked into."""
    with standing(tmp_path) as service:
        town = service.town
        service.start("web")
        number = town.file(forge, "A report", town.body(forge, HYPERVISOR))
        town.sandbox.core.deliveries.wait_idle()
        (first, *_) = letters(service)
        town.edit(forge, number, town.body(forge, ITSELF))
        service.start("worker")
        service.rest()
        before = town.writes()
        assert deliver(service, forge, first) == 202
        service.rest()
        assert town.writes() == before
        assert town.labels(forge, number) == OUT


@BOTH
def test_an_issue_filed_with_a_label_tells_twice_at_once_and_is_done_once(tmp_path: Path, forge: ForgeKind) -> None:
    with standing(tmp_path) as service:
        town = service.town
        service.start("web")
        workers = [service.start("worker") for _ in range(2)]
        body = town.body(forge, HYPERVISOR)
        if forge is GITHUB:
            number = town.sandbox.github.file_issue(PROJECTS[GITHUB], REPORTER, "A report", body, labels=["question"])
        else:
            number = town.file(forge, "A report", body)
            town.label(forge, number, TEAM, "question")
        service.rest()
        assert all(worker.running for worker in workers)
        assert town.labels(forge, number) == CANDIDATE | {"question"}
        assert len(town.ours(forge, number)) == 1
        assert sum(f"/{number}/" in write and "label" not in write for write in town.writes()) == 1


def test_a_replayed_delivery_of_gitlab_is_refused_once_its_signature_is_old(tmp_path: Path) -> None:
    with standing(tmp_path) as service:
        town = service.town
        service.start("web")
        number = town.file(GITLAB, "A report", town.body(GITLAB, HYPERVISOR))
        town.sandbox.core.deliveries.wait_idle()
        (letter, *_) = letters(service)
        headers = dict(letter.headers)
        old = datetime.now(UTC) - timedelta(days=1)
        headers["webhook-timestamp"] = str(int(old.timestamp()))
        headers["webhook-signature"] = Webhook(service.gitlab_signing).sign(
            headers["webhook-id"], old, letter.body.decode()
        )
        assert service.post("/webhooks/gitlab", letter.body, headers)[0] == 401
        assert number
