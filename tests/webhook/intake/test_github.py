"""GitHub's deliveries through the front door: what they mark, and what is refused."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.webhook.intake.door import GITHUB_ID, NOW, FrontDoor, github_signature
from webhook.intake import Duty
from webhook.intake.delivery import Recognised
from webhook.intake.github import recognise

HEADERS = {"content-type": "application/json"}


def event(action: str | None, /, number: object = 7, project: str = "octo/alpha", **more: Any) -> dict[str, Any]:
    """A body with the keys that every GitHub delivery about an issue has."""
    return {
        **({"action": action} if action else {}),
        "issue": {"number": number, "title": "PROSE", "body": "PROSE"},
        "repository": {"full_name": project, "private": True, "default_branch": "main"},
        "sender": {"id": 1, "login": "ada", "type": "User"},
        **more,
    }


def seen(kind: str, body: bytes) -> Recognised:
    return recognise({**HEADERS, "x-github-event": kind}, body)


# --- what is marked


@pytest.mark.parametrize("action", ["opened", "reopened", "transferred", "deleted"])
def test_a_new_issue_is_due_at_once(door: FrontDoor, action: str) -> None:
    assert door.github("issues", event(action)) == 202
    assert door.kept.marks == [("github:Octo/Alpha#7", f"issues.{action}", 0.0, GITHUB_ID)]


@pytest.mark.parametrize("action", ["edited", "closed", "labeled", "unlabeled", "typed", "untyped", "locked"])
def test_an_edited_issue_comes_to_rest_for_as_long_as_the_settings_say(door: FrontDoor, action: str) -> None:
    assert door.github("issues", event(action)) == 202
    assert [(kind, rest) for _, kind, rest, _ in door.kept.marks] == [(f"issues.{action}", 7.0)]


@pytest.mark.parametrize("action", ["created", "edited", "deleted"])
def test_a_comment_is_looked_at_at_once_because_it_may_be_a_command(door: FrontDoor, action: str) -> None:
    assert door.github("issue_comment", event(action, comment={"id": 9, "body": "PROSE"})) == 202
    assert [(kind, rest) for _, kind, rest, _ in door.kept.marks] == [(f"issue_comment.{action}", 0.0)]


def test_a_comment_on_a_pull_request_is_nothing_to_us(door: FrontDoor) -> None:
    body = event("created", issue={"number": 7, "pull_request": {"url": "https://example.org"}})
    assert door.github("issue_comment", body) == 202
    assert door.kept.marks == []


@pytest.mark.parametrize("action", ["assigned", "unlocked", "milestoned", "pinned", "invented_tomorrow", None, 7, []])
def test_an_action_that_changes_no_answer_is_accepted_and_left(door: FrontDoor, action: Any) -> None:
    assert door.github("issues", {**event(None), "action": action}) == 202
    assert door.kept.marks == []


@pytest.mark.parametrize("number", [None, 0, -1, "7", 7.0, True, 2**31, 10**400, {}, []])
def test_a_number_that_is_no_issue_number_marks_nothing(door: FrontDoor, number: object) -> None:
    assert door.github("issues", event("opened", number)) == 202
    assert door.kept.marks == []


def test_the_same_delivery_again_marks_again(door: FrontDoor) -> None:
    assert [door.github("issues", event("opened")) for _ in range(2)] == [202, 202]
    assert door.kept.issues == ["github:Octo/Alpha#7"] * 2


@pytest.mark.parametrize(
    ("kind", "action"),
    [("issues", "labeled"), ("issues", "unlabeled"), ("issue_comment", "created"), ("issue_comment", "edited")],
)
def test_what_our_own_account_wrote_is_no_news(door: FrontDoor, kind: str, action: str) -> None:
    assert door.github(kind, event(action, sender={"id": 4242, "type": "Bot"})) == 202
    assert door.kept.marks == []


@pytest.mark.parametrize(
    ("kind", "action"), [("issues", "opened"), ("issues", "edited"), ("issues", "closed"), ("issue_comment", "deleted")]
)
def test_what_the_service_never_does_is_news_even_from_its_own_account(door: FrontDoor, kind: str, action: str) -> None:
    assert door.github(kind, event(action, sender={"id": 4242, "type": "Bot"})) == 202
    assert len(door.kept.marks) == 1


def test_another_bots_label_is_news(door: FrontDoor) -> None:
    assert door.github("issues", event("labeled", sender={"id": 4243, "type": "Bot"})) == 202
    assert len(door.kept.marks) == 1


def test_an_unknown_delivery_id_is_left_out_rather_than_repeated(door: FrontDoor) -> None:
    assert door.github("issues", event("opened"), X_GitHub_Delivery="please read this aloud") == 202
    assert door.kept.marks[0][3] == "none"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2026-11-23T02:00:00Z", 0),
        ("2026-11-23T03:00:00.250+01:00", 0.25),
        ("2026-11-23 02:00:00 UTC", 0),
        ("2026-11-23T02:00:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("yesterday", None),
        (1795399200, None),
    ],
)
def test_when_the_issue_changed_is_read_in_every_form_the_forges_write(value: object, seconds: float | None) -> None:
    body = json.dumps({"action": "edited", "issue": {"number": 7, "updated_at": value}}).encode()
    found = seen("issues", body).changed_at
    assert found == (None if seconds is None else NOW + timedelta(seconds=seconds))


# --- what concerns a whole repository


@pytest.mark.parametrize(
    ("kind", "body", "duties"),
    [
        ("repository", b'{"action":"publicized"}', (Duty.STOP,)),
        ("public", b"{}", (Duty.STOP,)),
        ("repository", b'{"action":"transferred"}', (Duty.STOP,)),
        ("repository", b'{"action":"privatized"}', (Duty.VISIBILITY,)),
        ("repository", b'{"action":"renamed"}', (Duty.VISIBILITY,)),
        ("repository", b'{"action":"archived"}', (Duty.VISIBILITY,)),
        ("repository", b'{"action":"deleted"}', (Duty.VISIBILITY,)),
        ("repository", b'{"action":"created"}', ()),
        ("label", b'{"action":"edited"}', (Duty.LABELS,)),
        ("label", b'{"action":"deleted"}', (Duty.LABELS,)),
        ("label", b'{"action":"created"}', ()),
        ("installation", b'{"action":"unsuspend"}', (Duty.SWEEP,)),
        ("installation", b'{"action":"suspend"}', (Duty.VISIBILITY,)),
        ("installation_repositories", b'{"action":"added"}', (Duty.LABELS, Duty.SWEEP)),
        ("push", b'{"ref":"refs/heads/main","repository":{"default_branch":"main"}}', (Duty.POLICY,)),
        ("push", b'{"ref":"refs/heads/topic","repository":{"default_branch":"main"}}', ()),
        ("push", b'{"ref":"refs/heads/main"}', ()),
        ("ping", b"{}", ()),
        ("meta", b'{"action":"deleted"}', ()),
        ("star", b'{"action":"created"}', ()),
        ("", b"{}", ()),
    ],
)
def test_what_happens_to_a_repository_becomes_a_duty_of_its_tracker(
    kind: str, body: bytes, duties: tuple[Duty, ...]
) -> None:
    assert seen(kind, body).duties == duties


def test_a_renamed_or_moved_repository_is_known_by_its_former_name_too() -> None:
    renamed = (
        b'{"action":"renamed","repository":{"full_name":"o/new"},"changes":{"repository":{"name":{"from":"old"}}}}'
    )
    assert seen("repository", renamed).projects == ("o/new", "o/old")
    moved = (
        b'{"action":"transferred","repository":{"full_name":"n/r"},"changes":{"owner":{"from":{"user":{"login":"o"}}}}}'
    )
    assert seen("repository", moved).projects == ("n/r", "o/r")


def test_an_installation_names_all_its_repositories() -> None:
    body = b'{"action":"added","repositories_added":[{"full_name":"o/a"},{"id":3},7,{"full_name":"o/b"}]}'
    assert seen("installation_repositories", body).projects == ("o/a", "o/b")


def test_a_kind_nobody_knows_is_told_by_no_word_of_its_own() -> None:
    assert seen("a kind made of prose", b'{"action":"more prose"}').kind == "other"


# --- who may speak for what


def test_a_secret_speaks_only_for_its_own_repository(door: FrontDoor) -> None:
    assert door.github("issues", event("opened", project="octo/beta")) == 401
    assert door.github("issues", event("opened", project="octo/nobody")) == 401
    assert door.kept.marks == []


def test_a_former_name_gives_no_way_into_another_tenants_repository(door: FrontDoor) -> None:
    body = event("opened", changes={"repository": {"name": {"from": "beta"}}})
    assert door.github("issues", body) == 202
    assert door.kept.issues == ["github:Octo/Alpha#7"]


@pytest.mark.parametrize("secret", ["beta retired", "beta current"])
def test_old_and_new_secret_are_both_right_while_they_are_rotated(door: FrontDoor, secret: str) -> None:
    assert door.github("issues", event("opened", project="OCTO/beta"), secret) == 202
    assert door.kept.issues == ["github:octo/beta#7"]


def test_a_tracker_without_a_secret_takes_no_delivery_at_all(door: FrontDoor) -> None:
    for secret in ("", "beta retired, beta current", "None"):
        assert door.github("issues", event("opened", project="octo/nobody"), secret) == 401


def test_a_repository_nobody_configured_is_accepted_and_left(door: FrontDoor) -> None:
    assert door.github("issues", event("opened", project="octo/elsewhere")) == 202
    assert door.kept.marks == []


def test_an_issue_without_a_repository_is_accepted_and_left(door: FrontDoor) -> None:
    assert door.github("issues", {"action": "opened", "issue": {"number": 7}}) == 202
    assert door.kept.marks == []


# --- what is refused


def test_an_unsigned_delivery_is_refused(door: FrontDoor) -> None:
    assert door.github("issues", event("opened"), X_Hub_Signature_256="") == 401
    assert door.github("issues", event("opened"), X_Hub_Signature_256="", X_Hub_Signature="sha1=" + 40 * "0") == 401
    assert door.kept.marks == []


def test_a_signature_is_right_for_its_own_body_only(door: FrontDoor) -> None:
    raw = json.dumps(event("opened")).encode()
    made = github_signature(raw, b"alpha secret")
    for other in (raw.replace(b"7", b"8"), raw + b" ", raw[:-1], b""):
        assert door.github("issues", other, X_Hub_Signature_256=made) == 401
    assert door.github("issues", raw, X_Hub_Signature_256=made.upper()) == 401
    assert door.kept.marks == []
    assert door.github("issues", raw, X_Hub_Signature_256=made) == 202


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "application/json-seq", " "])
def test_only_json_is_taken_and_that_is_said_to_signed_callers_alone(door: FrontDoor, kind: str) -> None:
    assert door.github("issues", event("opened"), Content_Type=kind) == 415
    assert door.github("issues", event("opened"), "wrong", Content_Type=kind) == 401


def test_a_form_body_is_verified_over_its_raw_bytes(door: FrontDoor) -> None:
    body = b"payload=%7B%22action%22%3A%22opened%22%7D"
    assert door.github("issues", body, Content_Type="application/x-www-form-urlencoded") == 415


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_known_in_every_spelling(door: FrontDoor, kind: str) -> None:
    assert door.github("ping", {"zen": "Keep it logically awesome."}, Content_Type=kind) == 202


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"{'a':1}", b"[" * 100_000, b"1" * 9_999]
)
def test_a_signed_body_that_is_no_json_object_is_told_so(door: FrontDoor, body: bytes) -> None:
    assert door.github("issues", body) == 400
    assert door.github("issues", body, "wrong") == 401


def test_a_get_is_not_allowed(door: FrontDoor) -> None:
    answer = door.client.get("/webhooks/github")
    assert (answer.status_code, answer.data) == (405, b"")
