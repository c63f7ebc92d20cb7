"""The operators' face: two routes and nothing else, on loopback or for a token."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.webhook.intake.door import Kept
from webhook import health, log
from webhook.app import HEADERS, create_admin_app, create_app
from webhook.health import Finding, Watch
from webhook.log.lines import State
from webhook.metrics import Asked, Samples, asked
from webhook.settings import Settings, settings_from
from webhook.store.upgrade import upgrade

TOKEN, OLD = "an-operators-own-token", "the-token-before-it"
WITH_TOKEN = {"admin_token_env": "ADMIN_TOKEN"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
NOT_FOUND, UNAUTHORIZED = 404, 401


class Seen:
    """A look that finds what the test says."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings

    def ready(self, now: datetime) -> tuple[Finding, ...]:
        assert now.tzinfo
        return self.findings

    def figures(self, now: datetime) -> Mapping[Asked, Samples]:
        assert now.tzinfo
        return {asked.DEAD_LETTERS: {(): 3}}


WELL = Seen(Finding("database", well=True), Finding("policy", well=True, facts={"digest": "sha256:00"}))
ILL = Seen(Finding("database", well=False, hint="Say why."))


def settings(**toml: Any) -> Settings:
    return settings_from(toml, environ={"ADMIN_TOKEN": f"{TOKEN},{OLD}"})


def operators(watch: Any = WELL, **toml: Any) -> FlaskClient:
    return create_admin_app(settings(**toml), watch).test_client()


def public(watch: Any = WELL, **toml: Any) -> FlaskClient:
    return create_app(settings(**toml), Kept(), watch=watch).test_client()


# --- the operators' own address


def test_readiness_tells_each_check_with_name_state_and_hint() -> None:
    answer = operators().get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "ready": True,
        "checks": [
            {"name": "database", "ok": True, "hint": ""},
            {"name": "policy", "ok": True, "hint": "", "digest": "sha256:00"},
        ],
    }


def test_one_check_that_fails_makes_it_unavailable_and_says_why() -> None:
    answer = operators(ILL).get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"ready": False, "checks": [{"name": "database", "ok": False, "hint": "Say why."}]}


def test_figures_come_as_prometheus_reads_them() -> None:
    answer = operators().get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert b"\nxsa_scope_dead_letters 3.0\n" in answer.data
    assert b"# HELP xsa_scope_runs_total" in answer.data


@pytest.mark.parametrize("path", ["/", "/healthz", "/webhooks/github", "/webhooks/gitlab", "/metrics/", "/static/x"])
def test_there_is_nothing_else(path: str) -> None:
    assert operators().get(path).status_code == NOT_FOUND
    assert operators().post(path).status_code == NOT_FOUND


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
def test_its_answers_carry_the_protective_headers_and_can_only_be_read(path: str) -> None:
    answer = operators().get(path)
    assert HEADERS.items() <= dict(answer.headers).items()
    assert operators().post(path).status_code == 405


# --- for a token


@pytest.mark.parametrize("face", [operators, public])
@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
@pytest.mark.parametrize("token", [TOKEN, OLD])
def test_who_has_a_token_is_let_in_on_both_faces(face: Any, path: str, token: str) -> None:
    client = face(**WITH_TOKEN)
    assert client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert client.get(path, headers={"Authorization": f"bearer  {token} "}).status_code == 200


@pytest.mark.parametrize("face", [operators, public])
@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Bearer ä"]
)
def test_nobody_else_is(face: Any, header: str) -> None:
    for path in ("/readyz", "/metrics"):
        answer = face(**WITH_TOKEN).get(path, headers={"Authorization": header})
        assert (answer.status_code, answer.data) == (UNAUTHORIZED, b"")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_without_a_token_the_public_face_has_no_such_thing() -> None:
    for path in ("/readyz", "/metrics"):
        assert public().get(path).status_code == NOT_FOUND
        assert public().get(path, headers=BEARER).status_code == NOT_FOUND


def test_the_public_face_needs_no_token_for_what_is_public() -> None:
    assert public(**WITH_TOKEN).get("/healthz").status_code == 200
    assert public(**WITH_TOKEN).get("/nowhere").status_code == NOT_FOUND


def test_a_token_is_in_no_log_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(State, "level", 10)
    with log.strict():
        operators(**WITH_TOKEN).get("/readyz", headers=BEARER)
        operators(**WITH_TOKEN).get("/readyz", headers={"Authorization": f"Bearer {TOKEN}x"})
    told = capsys.readouterr().err
    assert '"route": "/readyz"' in told
    assert TOKEN not in told
    assert TOKEN not in repr(settings(**WITH_TOKEN))


# --- with a real database


def test_it_comes_up_without_a_database_and_sees_it_come(tmp_path: Path) -> None:
    chosen = settings(database_url=f"sqlite:///{tmp_path}/scope.db")
    watch = Watch(chosen)
    client = create_admin_app(chosen, watch).test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "db upgrade" in answer.json["checks"][1]["hint"]
    assert b"xsa_scope_database_up 0.0" in client.get("/metrics").data
    upgrade(f"sqlite:///{tmp_path}/scope.db")
    assert client.get("/readyz").status_code == 200
    assert b"xsa_scope_database_up 1.0" in client.get("/metrics").data
    assert health.readiness(watch.ready(datetime.now().astimezone()))["ready"]
    watch.close()
