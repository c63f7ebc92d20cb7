"""The Flask side: sizes, a database that is away, what a row may hold, and bodies and headers made of noise."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.webhook.intake.conftest import RealDoor
from tests.webhook.intake.door import GITHUB_ID, SIGNING_TOKEN, FrontDoor, github_signature, open_door
from webhook import metrics
from webhook.intake import MAX_BYTES

OPENED: dict[str, Any] = {"action": "opened", "issue": {"number": 7}, "repository": {"full_name": "octo/alpha"}}
CONFIDENTIAL = {
    "object_kind": "issue",
    "object_attributes": {"iid": 23, "action": "open"},
    "project": {"path_with_namespace": "group/gamma"},
}


# --- sizes


def padded(size: int) -> bytes:
    """A well-formed body of exactly this many bytes."""
    body = json.dumps({**OPENED, "pad": ""}).encode()
    return body[:-2] + b"x" * (size - len(body)) + body[-2:]


class Unread(BytesIO):
    """A request body that nobody may touch."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("the body was read")

    readinto = readline = read  # type: ignore[assignment]


@pytest.mark.parametrize("path", ["/webhooks/github", "/webhooks/gitlab"])
def test_a_body_said_to_be_too_large_is_refused_unread(door: FrontDoor, path: str) -> None:
    headers = {"X-Hub-Signature-256": "sha256=" + 64 * "0", "X-Gitlab-Token": "delta token"}
    environ = {"CONTENT_LENGTH": str(MAX_BYTES + 1)}
    answer = door.client.post(path, input_stream=Unread(), headers=headers, environ_overrides=environ)
    assert (answer.status_code, answer.data) == (413, b"")


@pytest.mark.parametrize("path", ["/webhooks/github", "/webhooks/gitlab"])
def test_the_body_of_a_caller_without_any_credential_is_not_read(door: FrontDoor, path: str) -> None:
    answer = door.client.post(path, input_stream=Unread(), environ_overrides={"CONTENT_LENGTH": "100"})
    assert answer.status_code == 401


@pytest.mark.parametrize(("size", "status"), [(MAX_BYTES, 202), (MAX_BYTES + 1, 413), (MAX_BYTES + 99_999, 413)])
def test_a_body_of_untold_length_is_read_up_to_the_limit(door: FrontDoor, size: int, status: int) -> None:
    body = padded(size)
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "issues",
        "X-Hub-Signature-256": github_signature(body, b"alpha secret"),
        "Transfer-Encoding": "chunked",
    }
    environ = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    answer = door.client.post(
        "/webhooks/github", input_stream=BytesIO(body), headers=headers, environ_overrides=environ
    )
    assert (answer.status_code, answer.data) == (status, b"")


def test_a_body_that_breaks_off_is_refused(door: FrontDoor) -> None:
    class Broken(BytesIO):
        def read(self, *_: Any) -> bytes:
            raise ConnectionResetError

        readinto = read  # type: ignore[assignment]

    answer = door.client.post(
        "/webhooks/github",
        input_stream=Broken(),
        headers={"X-Hub-Signature-256": "sha256=" + 64 * "0"},
        environ_overrides={"CONTENT_LENGTH": "", "wsgi.input_terminated": True},
    )
    assert (answer.status_code, answer.data) == (400, b"")


# --- the database


def test_nothing_is_promised_while_the_database_is_away_and_nothing_of_its_words_is_told(
    door: FrontDoor, capsys: pytest.CaptureFixture[str]
) -> None:
    door.kept.broken = True
    assert door.github("issues", OPENED) == 503
    assert door.gitlab(CONFIDENTIAL) == 503
    told = capsys.readouterr().err
    assert "ConnectionError" in told
    assert "hunter2" not in told
    door.kept.broken = False
    assert door.github("issues", OPENED) == 202


def test_what_needs_no_mark_needs_no_database(door: FrontDoor) -> None:
    door.kept.broken = True
    assert door.github("ping", {}) == 202


def test_a_kept_delivery_is_one_row_with_an_address_and_no_word_of_the_report(real_door: RealDoor) -> None:
    marker = "XQ7-planted-marker"
    body = {**OPENED, "issue": {"number": 7, "title": marker, "body": marker, "labels": [{"name": marker}]}}
    assert real_door.door.github("issues", body) == 202
    assert real_door.door.github("issues", {**body, "action": "edited", "sender": {"login": marker}}) == 202
    (row,) = real_door.rows()
    assert "issues.edited" in row
    assert marker.encode() not in real_door.everything()
    assert b"issues.edited" in real_door.everything(), "the files were really looked at"


def test_what_is_refused_changes_no_row(real_door: RealDoor) -> None:
    door = real_door.door
    assert door.github("issues", OPENED) == 202
    before = real_door.rows()
    raw = json.dumps(CONFIDENTIAL).encode()
    refused = [
        door.github("issues", OPENED, X_Hub_Signature_256=""),
        door.github("issues", OPENED, "wrong"),
        door.github("issues", OPENED, "beta current"),
        door.github("issues", OPENED, Content_Type="text/plain"),
        door.github("issues", b"{"),
        door.gitlab(raw, webhook_timestamp="1795399501"),
        door.gitlab(raw, webhook_signature="v1,AAAA"),
        door.gitlab_by_token(raw, SIGNING_TOKEN),
    ]
    assert refused == [401, 401, 401, 415, 400, 401, 401, 401]
    assert real_door.rows() == before


# --- what is passed on


def test_a_trackers_duties_are_kept_together_before_the_answer(door: FrontDoor) -> None:
    public = {"action": "publicized", "repository": {"full_name": "octo/alpha"}}
    assert door.github("repository", public) == 202
    ((tracker, duties, event, delivery),) = door.kept.duties
    assert (tracker, event, delivery) == ("github:Octo/Alpha", "repository.publicized", GITHUB_ID)
    assert "stop" in duties
    assert door.kept.marks == []


def test_a_duty_that_cannot_be_kept_is_not_accepted(door: FrontDoor) -> None:
    door.kept.broken = True
    assert door.github("repository", {"action": "publicized", "repository": {"full_name": "octo/alpha"}}) == 503


def test_a_duty_waits_in_the_real_store(real_door: RealDoor) -> None:
    assert real_door.door.github("public", {"repository": {"full_name": "octo/alpha"}}) == 202
    connection = sqlite3.connect(real_door.file)
    found = connection.execute("SELECT project, duties, last_event FROM tracker WHERE duties IS NOT NULL").fetchall()
    connection.close()
    ((project, duties, event),) = found
    assert (project, event) == ("Octo/Alpha", "public")
    assert "stop" in json.loads(duties)


def test_when_the_issue_last_changed_is_passed_on(door: FrontDoor) -> None:
    issue = {**OPENED["issue"], "updated_at": "2026-11-23T01:59:58Z"}
    assert door.github("issues", {**OPENED, "issue": issue}) == 202
    assert door.kept.changed == [datetime(2026, 11, 23, 1, 59, 58, tzinfo=UTC)]


# --- what is counted


def counted(tally: metrics.Tally, **labels: str) -> float:
    """How often something was counted so far."""
    name = tally._counter._name
    return (
        metrics.REGISTRY.get_sample_value(f"xsa_scope_{name}_total".replace("xsa_scope_xsa_scope", "xsa_scope"), labels)
        or 0
    )


@pytest.mark.parametrize(
    ("deliver", "labels"),
    [
        (lambda d: d.github("issues", OPENED), {"event": "issue", "use": "marked"}),
        (lambda d: d.github("star", OPENED), {"event": "other", "use": "ignored"}),
        (
            lambda d: d.github("public", {"repository": {"full_name": "octo/alpha"}}),
            {"event": "repository", "use": "duty"},
        ),
        (
            lambda d: d.github("issues", {**OPENED, "repository": {"full_name": "a/b"}}),
            {"event": "issue", "use": "not-configured"},
        ),
    ],
)
def test_accepted_deliveries_are_counted_by_what_came_of_them(
    door: FrontDoor, deliver: Any, labels: dict[str, str]
) -> None:
    before = counted(metrics.ACCEPTED, forge="github", **labels)
    assert deliver(door) == 202
    assert counted(metrics.ACCEPTED, forge="github", **labels) == before + 1


@pytest.mark.parametrize(
    ("deliver", "reason"),
    [
        (lambda d: d.gitlab_by_token(b"", ""), "unsigned"),
        (lambda d: d.gitlab_by_token(b"", "wrong"), "bad-signature"),
        (lambda d: d.gitlab_by_token(CONFIDENTIAL), "wrong-tracker"),
    ],
)
def test_refused_deliveries_are_counted_by_reason(door: FrontDoor, deliver: Any, reason: str) -> None:
    before = counted(metrics.REFUSED, forge="gitlab", reason=reason)
    assert deliver(door) == 401
    assert counted(metrics.REFUSED, forge="gitlab", reason=reason) == before + 1


def test_an_unreadable_gitlab_delivery_is_counted(door: FrontDoor) -> None:
    before = counted(metrics.ACCEPTED, forge="gitlab", event="other", use="malformed")
    assert door.gitlab(b"{") == 202
    assert counted(metrics.ACCEPTED, forge="gitlab", event="other", use="malformed") == before + 1


# --- noise

WORDS = st.sampled_from(
    (  # noqa: SIM905  # a vocabulary reads better as text
        "action opened issue number repository full_name octo/alpha changes owner from user sender id name labels type "
        "login object_kind work_item note project path_with_namespace group/gamma object_attributes iid noteable_type "
        "Issue push ref default_branch url"
    ).split()
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | WORDS | st.integers(1, 9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=8),
    max_leaves=25,
)
BODIES = st.binary(max_size=80) | JSON.map(lambda value: json.dumps(value).encode())
HEADER_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)
NOISE = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
EVENTS = (
    st.sampled_from(["issues", "issue_comment", "push", "repository", "installation_repositories", "label"])
    | HEADER_TEXT
)


@NOISE
@given(event=EVENTS, body=BODIES)
def test_no_signed_noise_makes_github_see_a_5xx(event: str, body: bytes) -> None:
    assert open_door().github(event.strip(), body) in {202, 400, 401}


@NOISE
@given(body=BODIES)
def test_all_signed_noise_is_a_2xx_for_gitlab_unless_it_speaks_for_another(body: bytes) -> None:
    door = open_door()
    assert door.gitlab(body) == 202 or b"sub/delta" in body


@NOISE
@given(
    path=st.sampled_from(["/webhooks/github", "/webhooks/gitlab"]),
    headers=st.dictionaries(
        st.sampled_from(
            (  # noqa: SIM905  # as above
                "x-hub-signature-256 x-github-event x-github-delivery x-gitlab-token x-gitlab-event-uuid content-type "
                "webhook-id webhook-timestamp webhook-signature idempotency-key transfer-encoding"
            ).split()
        ),
        HEADER_TEXT | st.sampled_from(["sha256=" + 64 * "0", "1795399200", "v1,AAAA", "application/json"]),
    ),
    body=BODIES,
)
def test_no_unsigned_noise_passes_or_breaks_anything(path: str, headers: dict[str, str], body: bytes) -> None:
    door = open_door()
    answer = door.client.post(path, data=body, headers=headers)
    assert (answer.status_code, answer.data) == (401, b"")
    assert door.kept.marks == []
