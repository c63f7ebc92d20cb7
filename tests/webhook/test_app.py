"""The web face as a whole: health, headers, and errors that say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient

from tests.webhook.intake.door import Kept
from webhook import health, log
from webhook.app import HEADERS, create_app
from webhook.log.lines import State
from webhook.settings import settings_from

PROSE = "A guest can crash the hypervisor"


@pytest.fixture(autouse=True)
def _logs_are_strict(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(State, "level", 10)
    with log.strict():
        yield


def client(store: Any = None, policy: health.Check | None = None, **toml: Any) -> FlaskClient:
    return create_app(settings_from(toml, environ={}), store or Kept(), policy=policy).test_client()


class Away(Kept):
    """A store whose database does not answer."""

    def next_ready(self) -> datetime | None:
        raise ConnectionError(PROSE)


def test_it_is_healthy_without_any_tracker() -> None:
    answer = client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert client().head("/healthz").status_code == 200


def test_without_a_tracker_the_front_door_is_there_and_lets_nobody_in() -> None:
    for forge in ("github", "gitlab"):
        answer = client().post(f"/webhooks/{forge}", headers={"X-Hub-Signature-256": "x", "X-Gitlab-Token": "x"})
        assert (answer.status_code, answer.data) == (401, b"")


def test_it_is_not_healthy_while_the_database_is_away_and_only_the_log_says_why(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = client(Away()).get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"status": "failing"})
    told = capsys.readouterr().err
    assert '"kind": "database"' in told
    assert "ConnectionError" in told
    assert "guest" not in told


def test_it_is_not_healthy_without_the_policy_it_should_have() -> None:
    def unloaded() -> None:
        raise LookupError

    assert client(policy=unloaded).get("/healthz").status_code == 503
    findings = health.examine(health.checks(Kept(), unloaded))
    assert findings == (health.Finding("database", well=True), health.Finding("policy", well=False))


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/webhooks/github"])
def test_every_answer_carries_the_protective_headers(path: str) -> None:
    answer = client().get(path)
    assert HEADERS.items() <= dict(answer.headers).items()
    assert "Strict-Transport-Security" not in answer.headers


def test_a_service_known_by_https_says_that_it_stays_there() -> None:
    answer = client(public_url="https://scope.example.org").get("/healthz")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_an_unknown_address_is_answered_and_logged_without_repeating_it(capsys: pytest.CaptureFixture[str]) -> None:
    answer = client().get("/a-guest-can-crash?the=hypervisor")
    assert (answer.status_code, answer.data) == (404, b"")
    assert "Content-Type" not in answer.headers
    told = capsys.readouterr().err
    assert '"route": "none"' in told
    assert "guest" not in told
    assert "hypervisor" not in told


def test_a_known_address_is_logged_by_its_route_without_the_query(capsys: pytest.CaptureFixture[str]) -> None:
    client().get("/healthz?secret=hush")
    told = capsys.readouterr().err
    assert '"route": "/healthz"' in told
    assert "hush" not in told


def test_a_wrong_method_is_told_which_are_right() -> None:
    answer = client().get("/webhooks/gitlab")
    assert (answer.status_code, answer.data) == (405, b"")
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_a_fault_of_ours_is_a_500_without_a_word_and_a_log_line_without_the_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = create_app(settings_from({}, environ={}), Kept())

    def fail() -> str:
        raise ValueError(PROSE)

    app.add_url_rule("/fails", "fails", fail)
    answer = app.test_client().get("/fails")
    assert (answer.status_code, answer.data) == (500, b"")
    told = capsys.readouterr().err
    assert '"event": "request.failed"' in told
    assert "ValueError" in told
    assert "guest" not in told


def test_a_page_takes_no_large_body() -> None:
    app = create_app(settings_from({}, environ={}), Kept())

    def take() -> str:
        return str(len(request.get_data()))

    app.add_url_rule("/takes", "takes", take, methods=["POST"])
    assert app.test_client().post("/takes", data=b"x" * 1000).data == b"1000"
    assert app.test_client().post("/takes", data=b"x" * 300_000).status_code == 413
