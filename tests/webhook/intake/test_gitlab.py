"""GitLab's deliveries through the front door: what they mark, and that nothing authentic is ever refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.webhook.intake.door import GITLAB_ID, SIGNING_TOKEN, FrontDoor
from webhook.intake import Duty
from webhook.intake.delivery import Recognised
from webhook.intake.gitlab import recognise

HEADERS = {"content-type": "application/json"}


def issue(
    action: str | None = "open", /, iid: object = 23, project: str | None = "group/gamma", **more: Any
) -> dict[str, Any]:
    """A body with the keys of a confidential issue's hook."""
    return {
        "object_kind": "issue",
        "event_type": "confidential_issue",
        "user": {"id": 1, "username": "ada"},
        **({"project": {"path_with_namespace": project, "default_branch": "main"}} if project else {}),
        "object_attributes": {"iid": iid, "type": "Issue", "title": "PROSE", **({"action": action} if action else {})},
        "changes": {},
        **more,
    }


def seen(body: Mapping[str, Any]) -> Recognised:
    return recognise(HEADERS, json.dumps(body).encode())


# --- what is marked


@pytest.mark.parametrize("action", ["open", "reopen"])
def test_a_new_issue_is_due_at_once(door: FrontDoor, action: str) -> None:
    assert door.gitlab(issue(action)) == 202
    assert door.kept.marks == [("gitlab:Group/gamma#23", f"issue.{action}", 0.0, GITLAB_ID)]


@pytest.mark.parametrize(
    ("action", "kind"),
    [("update", "issue.update"), ("close", "issue.close"), ("new_one", "issue.other"), (None, "issue.other")],
)
def test_an_edited_issue_comes_to_rest(door: FrontDoor, action: str | None, kind: str) -> None:
    assert door.gitlab(issue(action)) == 202
    assert [(k, rest) for _, k, rest, _ in door.kept.marks] == [(kind, 7.0)]


def test_a_change_of_confidentiality_is_looked_at_at_once(door: FrontDoor) -> None:
    flip = {"confidential": {"previous": True, "current": False}}
    assert door.gitlab(issue("update", changes=flip, event_type="issue")) == 202
    assert [rest for *_, rest, _ in door.kept.marks] == [0.0]


@pytest.mark.parametrize("kind", ["Issue", "issue", "Incident", "TICKET", None])
def test_a_work_item_of_a_configured_type_is_a_report_under_either_name(door: FrontDoor, kind: str | None) -> None:
    for object_kind, event_type in (
        ("issue", "issue"),
        ("work_item", "work_item"),
        ("work_item", "confidential_work_item"),
    ):
        body = issue(object_attributes={"iid": 23, "action": "open", "type": kind})
        assert door.gitlab({**body, "object_kind": object_kind, "event_type": event_type}) == 202
    assert door.kept.issues == ["gitlab:Group/gamma#23"] * 3


def test_a_task_is_no_report_unless_the_settings_say_so(door: FrontDoor) -> None:
    body = issue(object_kind="work_item", object_attributes={"iid": 23, "action": "open", "type": "Task"})
    assert door.gitlab(body) == 202
    assert door.kept.marks == []


@pytest.mark.parametrize(("item", "noteable"), [("issue", "Issue"), ("work_item", "WorkItem"), ("issue", "WorkItem")])
@pytest.mark.parametrize("action", [None, "create", "update"])
def test_a_comment_is_looked_at_at_once(door: FrontDoor, item: str, noteable: str, action: str | None) -> None:
    attributes = {"noteable_type": noteable, "note": "PROSE", **({"action": action} if action else {})}
    body = {**issue(), "object_kind": "note", "object_attributes": attributes, item: {"iid": 23}}
    assert door.gitlab(body) == 202
    assert [(ref, rest) for ref, _, rest, _ in door.kept.marks] == [("gitlab:Group/gamma#23", 0.0)]


@pytest.mark.parametrize("noteable", ["Commit", "MergeRequest", "Snippet", None])
def test_a_comment_on_something_else_is_nothing_to_us(door: FrontDoor, noteable: str | None) -> None:
    body = {**issue(), "object_kind": "note", "object_attributes": {"noteable_type": noteable}, "issue": {"iid": 23}}
    assert door.gitlab(body) == 202
    assert door.kept.marks == []


def test_our_own_label_write_is_no_news_but_a_persons_edit_in_the_same_event_is(door: FrontDoor) -> None:
    own = {"user": {"id": 4242}, "changes": {"labels": {}, "updated_at": {}, "updated_by_id": {}}}
    assert door.gitlab(issue("update", **own)) == 202
    assert door.kept.marks == []
    own["changes"]["description"] = {}
    assert door.gitlab(issue("update", **own)) == 202
    assert len(door.kept.marks) == 1


def test_an_event_without_changes_is_news_even_from_our_own_account(door: FrontDoor) -> None:
    assert door.gitlab(issue("update", user={"id": 4242}, changes={})) == 202
    assert len(door.kept.marks) == 1


@pytest.mark.parametrize(
    "address",
    [
        "https://gitlab.example.org/group/gamma/-/issues/23",
        "https://gitlab.example.org/group/gamma/-/work_items/23",
        "https://gitlab.example.org/group/gamma/issues/23#note_1",
    ],
)
def test_a_delivery_without_a_project_is_placed_by_its_items_address(door: FrontDoor, address: str) -> None:
    body = issue(project=None, object_attributes={"iid": 23, "action": "open", "url": address})
    assert door.gitlab(body) == 202
    assert door.kept.issues == ["gitlab:Group/gamma#23"]


@pytest.mark.parametrize("address", ["", "https://[broken/group/gamma/-/issues/1", "group/gamma", 7])
def test_a_delivery_that_names_no_project_marks_nothing(door: FrontDoor, address: object) -> None:
    body = issue(project=None, object_attributes={"iid": 23, "action": "open", "url": address})
    assert door.gitlab(body) == 202
    assert door.kept.marks == []


@pytest.mark.parametrize(
    ("body", "duties"),
    [
        ({"object_kind": "push", "ref": "refs/heads/main", "project": {"default_branch": "main"}}, (Duty.POLICY,)),
        ({"object_kind": "push", "ref": "refs/heads/x", "project": {"default_branch": "main"}}, ()),
        ({"object_kind": "access_token"}, (Duty.VISIBILITY,)),
        ({"object_kind": "pipeline"}, ()),
        ({"object_kind": ["issue"]}, ()),
        ({}, ()),
    ],
)
def test_what_happens_to_a_project_becomes_a_duty_of_its_tracker(
    body: Mapping[str, Any], duties: tuple[Duty, ...]
) -> None:
    assert seen(body).duties == duties


# --- who may speak for what


def test_a_signing_token_speaks_only_for_its_own_project(door: FrontDoor) -> None:
    assert door.gitlab(issue(project="group/sub/delta")) == 401
    assert door.gitlab_by_token(issue(project="group/gamma")) == 401
    assert door.gitlab_by_token(issue(project="Group/Sub/Delta")) == 202
    assert door.kept.issues == ["gitlab:group/sub/delta#23"]


def test_a_bad_signature_has_no_second_chance_as_a_plain_token(door: FrontDoor) -> None:
    assert door.gitlab_by_token(issue(), SIGNING_TOKEN) == 401
    assert door.gitlab(issue(), webhook_signature="v1,AAAA", X_Gitlab_Token=SIGNING_TOKEN) == 401
    assert door.kept.marks == []


def test_a_call_without_any_credential_has_no_effect(door: FrontDoor) -> None:
    assert door.gitlab_by_token(issue(project="group/sub/delta"), "") == 401
    assert door.gitlab(issue(), webhook_signature="") == 401
    assert door.kept.marks == []


def test_a_project_nobody_configured_is_accepted_and_left(door: FrontDoor) -> None:
    assert door.gitlab(issue(project="group/elsewhere")) == 202
    assert door.kept.marks == []


# --- signed times and replays


def test_a_stale_delivery_is_refused(door: FrontDoor) -> None:
    stale = str(int((door.now - timedelta(seconds=301)).timestamp()))
    assert door.gitlab(issue(), webhook_timestamp=stale) == 401
    assert door.kept.marks == []


def test_a_recorded_delivery_with_another_body_is_refused_and_with_its_own_is_taken_again(door: FrontDoor) -> None:
    raw = json.dumps(issue()).encode()
    recorded = signature(door, raw)
    assert door.gitlab(raw, webhook_signature=recorded) == 202
    assert door.gitlab(raw.replace(b"23", b"24"), webhook_signature=recorded) == 401
    assert door.gitlab(raw, webhook_signature=recorded) == 202
    assert door.kept.issues == ["gitlab:Group/gamma#23"] * 2


def test_a_recorded_signature_under_another_id_or_time_is_refused(door: FrontDoor) -> None:
    recorded = signature(door, json.dumps(issue()).encode())
    assert door.gitlab(issue(), webhook_signature=recorded, webhook_id="another") == 401
    later = str(int(door.now.timestamp()) + 1)
    assert door.gitlab(issue(), webhook_signature=recorded, webhook_timestamp=later) == 401
    assert door.kept.marks == []


def signature(door: FrontDoor, raw: bytes) -> str:
    """As the oracle makes it."""
    return Webhook(SIGNING_TOKEN).sign(GITLAB_ID, door.now, raw.decode())


# --- nothing authentic is refused, because refusals switch the hook off


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"custom template: hello", b"[" * 100_000])
def test_a_signed_body_that_is_no_json_object_is_accepted_and_counted(door: FrontDoor, body: bytes) -> None:
    assert door.gitlab(body) == 202
    assert door.gitlab_by_token(body) == 202
    assert door.gitlab(body, webhook_signature="v1,AAAA") == 401
    assert door.kept.marks == []


def test_another_content_type_is_accepted_and_counted(door: FrontDoor) -> None:
    assert door.gitlab(issue(), Content_Type="application/x-www-form-urlencoded") == 202
    assert door.kept.marks == []
