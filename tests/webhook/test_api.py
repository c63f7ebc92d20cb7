"""`/api/v1/decide`: the command line's interface over HTTP, and a document that says so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as some
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

import scope
from tests.webhook.intake.door import Kept
from webhook import api
from webhook.app import create_app
from webhook.interface import decision
from webhook.settings import settings_from

POLICY = scope.load_policy("builtin:xen-rfc-v2")
DESK = api.Desk.of(POLICY)
MARKER = "pl4nted"
LEAK = {
    "paths": [{"source": ["guest_kernel"], "effect": ["information_leak"], "target": ["hypervisor"]}],
    "component": ["xen"],
    "feature_status": ["supported"],
    "reachable": ["yes"],
    "leaked_data": ["uninitialised"],
}


def client() -> FlaskClient:
    return create_app(settings_from({}, environ={}), Kept(), desk=lambda: DESK).test_client()


CLIENT = client()
DOCUMENT: dict[str, Any] = json.loads(CLIENT.get("/api/v1/openapi.json").data)


def validator(name: str) -> Draft202012Validator:
    registry = Registry().with_resource("urn:api", Resource(contents=DOCUMENT, specification=DRAFT202012))
    return Draft202012Validator({"$ref": f"urn:api#/components/schemas/{name}"}, registry=registry)


def test_a_report_is_decided_as_on_the_command_line() -> None:
    answer = CLIENT.post("/api/v1/decide", json=LEAK)
    assert answer.status_code == 200
    wanted = decision(POLICY, scope.assess(POLICY, DESK.reader.check(LEAK)))
    assert answer.json == json.loads(wanted.model_dump_json())
    assert answer.json["presumptions"] == ["shown_internal_only"]
    validator("Decision").validate(answer.json)
    validator("Report").validate(LEAK)


def test_an_empty_report_is_asked_for_everything() -> None:
    answer = CLIENT.post("/api/v1/decide", json={})
    assert answer.json is not None
    assert answer.json["outcome"] == "needs-info"


@pytest.mark.parametrize(
    ("body", "field", "nearest"),
    [
        ('{"componant": ["xen"]}', "componant", "component"),
        ('{"paths": [{"source": ["guest_kernal"]}]}', "paths[0].source", "guest_kernel"),
        ("[]", None, None),
        ("{", None, None),
        ('{"component": ["xen", "xen"]}', "component", None),
    ],
)
def test_a_report_that_cannot_be_read_is_told_by_field_and_nearest_word(
    body: str, field: str | None, nearest: str | None
) -> None:
    answer = CLIENT.post("/api/v1/decide", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json is not None
    assert (answer.json["error"]["field"], answer.json["error"]["nearest"]) == (field, nearest)
    validator("Refusal").validate(answer.json)


def test_another_kind_of_body_and_too_long_a_one_are_refused_without_a_word() -> None:
    assert CLIENT.post("/api/v1/decide", data="a=1").status_code == 415
    long = CLIENT.post("/api/v1/decide", data=b"x" * 300_000, content_type="application/json")
    assert (long.status_code, long.data) == (413, b"")
    assert CLIENT.get("/api/v1/decide").status_code == 405


def test_nothing_of_a_report_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    answer = CLIENT.post(
        f"/api/v1/decide?{MARKER}=1", data=f'{{"{MARKER}": ["{MARKER}"]}}', content_type="application/json"
    )
    assert answer.status_code == 400
    assert MARKER not in capsys.readouterr().err


WORDS = [*POLICY.facts, "paths", "efforts", "x"]
LEAVES = some.none() | some.booleans() | some.integers() | some.text(max_size=8) | some.sampled_from(["xen", "yes"])
ANYTHING = some.recursive(
    LEAVES,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(WORDS), inner),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_whatever_is_sent_the_answer_is_as_described(value: Any) -> None:
    answer = CLIENT.post("/api/v1/decide", data=json.dumps(value), content_type="application/json")
    assert answer.status_code in {200, 400}
    validator("Decision" if answer.status_code == 200 else "Refusal").validate(answer.json)
    assert (answer.status_code == 200) == validator("Report").is_valid(value)
    assert MARKER not in answer.text


@settings(max_examples=200, deadline=None)
@given(some.binary(max_size=64))
def test_no_bytes_make_it_fail(body: bytes) -> None:
    assert CLIENT.post("/api/v1/decide", data=body, content_type="application/json").status_code in {200, 400}


def test_every_answer_may_be_kept_by_nobody_and_framed_nowhere() -> None:
    for answer in (CLIENT.post("/api/v1/decide", json=LEAK), CLIENT.get("/api/v1/openapi.json")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "Set-Cookie" not in answer.headers
