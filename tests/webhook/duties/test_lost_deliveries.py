"""Deliveries that fail, are never attempted, or meet a disabled hook: from the forge through the front door."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.webhook.duties.yard import Yard
from tests.webhook.forges.worlds import PROJECT
from tests.webhook.reconcile.places import both_databases, only_github, only_gitlab
from webhook.app import create_app
from webhook.forges import GitHubTokenAccess, open_forge
from webhook.settings import settings_from

SECRET = "s3cret"


@dataclass
class Door:
    """Our own front door as a server, which can be told to fail."""

    yard: Yard
    url: str = ""
    failing: bool = False
    told: list[str] = field(default_factory=list)
    """Ids of the deliveries that came, failed ones too."""

    def settled(self) -> None:
        assert self.yard.place.sandbox.core.deliveries.wait_idle()


@pytest.fixture
def door(yard: Yard) -> Iterator[Door]:
    kind = yard.place.kind
    secret = {"webhook_secret_env": "SECRET"} if kind == "github" else {"token_secret_env": "SECRET"}
    tracker = {"forge": kind, "project": PROJECT, "token_env": "TOKEN", **secret}
    settings = settings_from({"tracker": [tracker]}, environ={"SECRET": SECRET, "TOKEN": "t"})
    app = create_app(settings, yard.store, clock=yard.now)
    opened = Door(yard)

    def wrapped(environ: dict[str, Any], start: Any) -> Any:
        opened.told.append(environ.get("HTTP_X_GITHUB_DELIVERY", ""))
        if opened.failing:
            start("503 Service Unavailable", [])
            return [b""]
        return app(environ, start)

    server = make_server("127.0.0.1", 0, wrapped, threaded=True)
    opened.url = f"http://127.0.0.1:{server.port}/webhooks/{kind}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    if kind == "github":
        yard.place.sandbox.github.change_app("xsa-scope", hook_url=opened.url, secret=SECRET)
    else:
        yard.place.sandbox.gitlab.create_hook(PROJECT, opened.url, token=SECRET)
    yield opened
    opened.settled()
    server.shutdown()
    thread.join()
    server.server_close()


@only_github
@both_databases
def test_failed_deliveries_are_asked_for_once_more_and_only_those(yard: Yard, door: Door) -> None:
    fine = yard.place.file()
    door.settled()
    door.failing = True
    lost = yard.place.file()
    door.settled()
    before = list(door.told)
    assert yard.due() == [fine]
    door.failing = False
    yard.pass_time(600)
    yard.do("redelivery")
    door.settled()
    assert door.told[len(before) :] == before[-1:], "the same event under the same id"
    assert yard.due() == [fine, lost]
    yard.pass_time(600)
    yard.do("redelivery")
    door.settled()
    assert len(door.told) == len(before) + 1, "it has arrived, and is not asked for again"


@only_github
def test_what_fails_again_and_again_is_asked_for_three_times_in_all(yard: Yard, door: Door) -> None:
    door.failing = True
    yard.place.file()
    door.settled()
    for _ in range(5):
        yard.pass_time(600)
        yard.do("redelivery")
        door.settled()
    assert len(door.told) == 3


@only_github
def test_events_of_other_repositories_and_of_no_use_are_left_alone(yard: Yard, door: Door) -> None:
    door.failing = True
    github = yard.place.sandbox.github
    github.file_issue("octo/archive", "rita", "title", "text")
    github.suspend_installation(yard.place.installation)  # type: ignore[attr-defined]
    github.suspend_installation(yard.place.installation, suspended=False)  # type: ignore[attr-defined]
    door.settled()
    failed = len(door.told)
    assert failed > 0
    yard.pass_time(600)
    yard.do("redelivery")
    door.settled()
    assert len(door.told) == failed


@only_github
def test_the_log_is_read_only_as_far_back_as_something_is_open(yard: Yard, door: Door) -> None:
    for _ in range(230):
        yard.place.file()
    door.settled()
    yard.pass_time(3600)
    yard.do("redelivery")
    assert sum("deliveries" in word for word in yard.reads) == 3
    yard.place.file()
    door.settled()
    yard.do("redelivery")
    assert sum("deliveries" in word for word in yard.reads) == 1


@only_github
def test_a_token_sees_no_log_and_asks_for_none(yard: Yard) -> None:
    token = yard.place.sandbox.github.create_token("root")
    forge = open_forge(GitHubTokenAccess(api_url=yard.place.sandbox.url, project=PROJECT, token=token))
    yard.duties = yard.process(forge)
    yard.do("redelivery")
    forge.close()
    assert (yard.reads, yard.writes) == ([], [])


@both_databases
def test_what_was_never_attempted_is_in_no_log_and_the_sweep_finds_it(yard: Yard, door: Door) -> None:
    yard.do("sweep")
    yard.place.sandbox.core.deliveries.set_weather(drop=1.0)
    lost = yard.place.file()
    yard.place.sandbox.core.deliveries.set_weather()
    door.settled()
    yard.pass_time(600)
    if yard.place.kind == "github":
        yard.do("redelivery")
        door.settled()
    assert yard.due() == []
    yard.do("sweep")
    assert yard.due() == [lost]


@only_github
@both_databases
def test_the_event_that_a_repository_was_made_public_reaches_the_switch(yard: Yard, door: Door) -> None:
    number = yard.place.file()
    door.settled()
    yard.work()
    yard.place.publish()
    door.settled()
    claim = yard.claim_duties()
    assert claim.duties[0] == "stop"
    yard.duties(claim)
    assert yard.state.stopped_reason == "public"
    assert yard.store.record(yard.ref(number)) is None


@only_gitlab
@both_databases
def test_a_disabled_hook_is_told_and_what_it_dropped_is_found(yard: Yard, door: Door) -> None:
    maintainer = yard.place.sandbox.gitlab.create_bot(PROJECT, role="maintainer")["token"]
    access = yard.place.access  # type: ignore[attr-defined]
    forge = open_forge(type(access)(api_url=access.api_url, project=PROJECT, token=maintainer))
    yard.duties = yard.process(forge)
    alerts = yard.figure("hook_disabled")
    yard.do("sweep", "hook-watch")
    assert yard.figure("hook_disabled") == alerts
    door.failing = True
    for _ in range(4):
        yard.place.file()
        door.settled()
    door.failing = False
    dropped = yard.place.file()
    door.settled()
    yard.do("hook-watch")
    assert yard.figure("hook_disabled") == alerts + 1
    assert yard.state.duties["sweep"] <= yard.now()
    yard.pass_time()
    yard.duties(yard.claim_duties())
    forge.close()
    assert dropped in yard.due()


@only_gitlab
def test_where_the_hooks_may_not_be_seen_the_watch_says_so_and_goes_on(
    yard: Yard, capsys: pytest.CaptureFixture[str]
) -> None:
    yard.do("hook-watch")
    assert len(yard.reads) == 1
    assert "hook.not-watched" in capsys.readouterr().err
    assert yard.state.duties["hook-watch"] - yard.now() > timedelta(minutes=50)
