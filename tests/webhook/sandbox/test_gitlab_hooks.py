"""Webhooks of the sandbox's GitLab: who hears what, how it is proved, and what failures lead to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.stand.gitlab_check import Delivered
from tests.webhook.sandbox.gitlab_stand import PROJECT, SIGNING_TOKEN, GitLabStand, refused
from webhook.sandbox.gitlab_signing import signature

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.fixture
def stand() -> Iterator[GitLabStand]:
    with GitLabStand() as one:
        yield one


def told(rows: list[Delivered]) -> list[tuple[str, str, str]]:
    """Header, event type and action of deliveries."""
    return [
        (row.headers["x-gitlab-event"], row.json["event_type"], row.json["object_attributes"]["action"]) for row in rows
    ]


def put(stand: GitLabStand, iid: int, **fields: Any) -> Any:
    return stand.project("pia").issues.update(iid, fields)


CONFIDENTIAL, PUBLIC = "Confidential Issue Hook", "Issue Hook"


def test_the_life_of_a_confidential_issue_in_events(stand: GitLabStand) -> None:
    stand.hook()
    iid = stand.file()
    put(stand, iid, add_labels=["a"])
    put(stand, iid, confidential=False)
    put(stand, iid, title="other")
    put(stand, iid, confidential=True)
    put(stand, iid, state_event="close")
    put(stand, iid, state_event="reopen")
    rows = stand.delivered()
    assert told(rows) == [
        (CONFIDENTIAL, "confidential_issue", "open"),
        (CONFIDENTIAL, "confidential_issue", "update"),
        (PUBLIC, "issue", "update"),
        (PUBLIC, "issue", "update"),
        (CONFIDENTIAL, "confidential_issue", "update"),
        (CONFIDENTIAL, "confidential_issue", "close"),
        (CONFIDENTIAL, "confidential_issue", "reopen"),
    ]
    assert rows[0].json["changes"]["confidential"] == {"previous": False, "current": True}
    assert [one["title"] for one in rows[1].json["changes"]["labels"]["current"]] == ["a"]
    assert rows[2].json["changes"]["confidential"] == {"previous": True, "current": False}
    assert rows[4].json["changes"]["confidential"] == {"previous": False, "current": True}
    assert rows[5].json["changes"]["state_id"] == {"previous": 1, "current": 2}


@pytest.mark.parametrize(
    ("flag", "heard"),
    [
        ("issues_events", {"Issue Hook"}),
        ("confidential_issues_events", {"Confidential Issue Hook"}),
        ("note_events", {"Note Hook"}),
        ("confidential_note_events", {"Confidential Note Hook"}),
        ("push_events", set()),
    ],
)
def test_a_flag_lets_through_nothing_but_its_own(stand: GitLabStand, flag: str, heard: set[str]) -> None:
    stand.hook(events=[flag])
    for confidential in (True, False):
        iid = stand.file(confidential=confidential)
        stand.gitlab.comment(PROJECT, iid, "pia", "x")
    assert {row.headers["x-gitlab-event"] for row in stand.delivered()} == heard


def test_an_internal_note_on_a_public_issue_is_a_confidential_note(stand: GitLabStand) -> None:
    stand.hook()
    iid = stand.file(confidential=False)
    stand.delivered()
    rows = stand.new(
        lambda: (
            stand.gitlab.comment(PROJECT, iid, "pia", "x", internal=True),
            stand.gitlab.comment(PROJECT, iid, "pia", "y"),
        )
    )
    assert told(rows) == [("Confidential Note Hook", "confidential_note", "create"), ("Note Hook", "note", "create")]
    assert [row.json["object_attributes"]["internal"] for row in rows] == [True, False]


def test_editing_a_note_tells_deleting_it_and_system_notes_do_not(stand: GitLabStand) -> None:
    iid = stand.file()
    note = stand.gitlab.comment(PROJECT, iid, "pia", "x") or 0
    stand.hook(events=["confidential_note_events"])
    stand.gitlab.edit_comment(note, "pia", "y")
    stand.gitlab.edit_comment(note, "pia", "y")
    stand.gitlab.edit_issue(PROJECT, iid, "pia", description="a system note")
    stand.gitlab.delete_comment(note, "pia")
    assert told(stand.delivered()) == [("Confidential Note Hook", "confidential_note", "update")]


def test_deleting_an_issue_or_a_label_tells_nobody(stand: GitLabStand) -> None:
    iid = stand.file()
    put(stand, iid, add_labels=["a"])
    stand.hook()
    stand.gitlab.rename_label(PROJECT, "a", "b")
    stand.gitlab.delete_label(PROJECT, "b")
    stand.gitlab.delete_issue(PROJECT, iid)
    stand.gitlab.set_visibility(PROJECT, "private")
    assert stand.delivered() == []


def test_an_update_that_changes_nothing_tells_all_the_same(stand: GitLabStand) -> None:
    iid = stand.file()
    put(stand, iid, add_labels=["a"])
    before = stand.project("pia").issues.get(iid).updated_at
    stand.hook()
    rows = stand.new(lambda: put(stand, iid, add_labels=["a"]))
    assert [row.json["changes"] for row in rows] == [{}]
    assert stand.project("pia").issues.get(iid).updated_at == before
    stand.gitlab.switches(noop_update_fires=False)
    assert stand.new(lambda: put(stand, iid, add_labels=["a"])) == []


def test_a_payload_is_a_copy_of_the_moment_it_was_queued(stand: GitLabStand) -> None:
    stand.hook()
    stand.sandbox.core.deliveries.pause()
    iid = stand.file(title="first")
    put(stand, iid, title="second")
    stand.sandbox.core.deliveries.resume()
    assert [row.json["object_attributes"]["title"] for row in stand.delivered()] == ["first", "second"]


def test_other_types_come_as_work_items_under_the_same_header(stand: GitLabStand) -> None:
    stand.hook()
    for confidential in (True, False):
        stand.file(issue_type="incident", confidential=confidential)
    rows = stand.delivered()
    assert told(rows) == [
        (CONFIDENTIAL, "confidential_work_item", "open"),
        (PUBLIC, "work_item", "open"),
    ]
    assert {(row.json["object_kind"], row.json["object_attributes"]["type"]) for row in rows} == {
        ("work_item", "Incident")
    }


def test_image_links_are_absolute_in_the_hook_and_not_in_the_api(stand: GitLabStand) -> None:
    stand.hook()
    iid = stand.file(description="![x](/uploads/a/b.png)")
    address = f"![x]({stand.sandbox.url}/-/project/{stand.project_id}/uploads/a/b.png)"
    assert stand.delivered()[0].json["object_attributes"]["description"] == address
    assert stand.project("pia").issues.get(iid).description == "![x](/uploads/a/b.png)"


def test_the_headers_of_a_delivery(stand: GitLabStand) -> None:
    stand.hook()
    stand.file()
    headers = stand.delivered()[0].headers
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("GitLab/19.")
    assert headers["x-gitlab-instance"] == stand.sandbox.url
    assert headers["idempotency-key"] == headers["webhook-id"]
    for name in ("x-gitlab-event-uuid", "x-gitlab-webhook-uuid", "idempotency-key"):
        assert UUID.fullmatch(headers[name])
    assert "x-gitlab-token" not in headers


def test_each_secret_is_used_where_it_is_set(stand: GitLabStand) -> None:
    stand.hook(token="plain", signing_token="")
    stand.file()
    headers = stand.delivered()[0].headers
    assert headers["x-gitlab-token"] == "plain"
    assert "webhook-signature" not in headers


def test_signatures_verify_and_a_changed_body_does_not(stand: GitLabStand) -> None:
    stand.hook()
    stand.file(title="é\u2028 “quoted” </script>")
    row = stand.delivered()[0]
    oracle = Webhook(SIGNING_TOKEN)
    oracle.verify(row.raw, dict(row.headers))
    with pytest.raises(WebhookVerificationError):
        oracle.verify(row.raw + b" ", dict(row.headers))
    with pytest.raises(WebhookVerificationError):
        oracle.verify(row.raw, {**row.headers, "webhook-id": "another"})


def test_the_signing_vector_made_with_somebody_elses_library(shared_data: Path) -> None:
    file = shared_data / "gitlab-webhooks" / "signing-vector.json"
    vector = json.loads(file.read_text(encoding="utf-8"))
    made = signature(
        vector["signing_token"], vector["webhook-id"], int(vector["webhook-timestamp"]), vector["body"].encode()
    )
    assert made == vector["webhook-signature"]


def test_secrets_of_a_hook_are_write_only(stand: GitLabStand) -> None:
    hooks = stand.project("max").hooks
    made = hooks.create({"url": stand.receiver.url, "signing_token": SIGNING_TOKEN, "token": "plain"})
    assert (made.signing_token_present, made.token_present) == (True, True)
    assert SIGNING_TOKEN not in str(made.attributes)
    assert "plain" not in str(made.attributes)
    hooks.update(made.id, {"url": made.url, "token": "", "issues_events": True})
    again = hooks.get(made.id)
    assert (again.signing_token_present, again.token_present, again.issues_events) == (True, False, True)
    assert SIGNING_TOKEN not in repr(stand.gitlab.doorman.hooks[made.id])
    hooks.delete(made.id)
    assert refused(lambda: hooks.get(made.id))[0] == 404


def test_a_hook_needs_an_address_and_a_signing_token_its_form(stand: GitLabStand) -> None:
    hooks = stand.project("max").hooks
    assert refused(lambda: hooks.create({"url": "nowhere"})) == (422, "Invalid url given")
    assert refused(lambda: hooks.create({"url": stand.receiver.url, "signing_token": "whsec_x"}))[0] == 422


def test_a_failed_delivery_is_not_tried_again(stand: GitLabStand) -> None:
    stand.hook()
    stand.receiver.status = 500
    stand.file()
    stand.file()
    assert len(stand.delivered()) == 2


@pytest.mark.parametrize("status", [400, 401, 500])
def test_the_fourth_failure_in_a_row_disables_the_hook_for_a_minute_and_each_more_twice_as_long(
    stand: GitLabStand, status: int
) -> None:
    hook = stand.hook()
    stand.receiver.status = status
    for _ in range(3):
        stand.file()
        stand.delivered()
    assert stand.gitlab.read_hook(hook)["alert_status"] == "executable"
    for minutes in (1, 2, 4):
        stand.file()
        stand.delivered()
        assert stand.gitlab.read_hook(hook)["alert_status"] == "temporarily_disabled"
        assert stand.new(stand.file) == []
        stand.sandbox.core.clock.advance(minutes * 60 - 5)
        assert stand.project("max").hooks.get(hook).alert_status == "temporarily_disabled"
        stand.sandbox.core.clock.advance(10)
        assert stand.project("max").hooks.get(hook).alert_status == "executable"
    assert stand.gitlab.dropped_events() == {"disabled": 3}


def test_one_success_forgives_all_failures(stand: GitLabStand) -> None:
    hook = stand.hook()
    stand.receiver.status = 500
    for _ in range(3):
        stand.file()
    stand.delivered()
    stand.receiver.status = 302
    stand.file()
    stand.delivered()
    assert stand.gitlab.read_hook(hook)["recent_failures"] == 0


def test_the_fortieth_failure_in_a_row_is_the_last(stand: GitLabStand) -> None:
    hook = stand.hook()
    stand.receiver.status = 503
    for _ in range(40):
        stand.file()
        stand.delivered()
        stand.sandbox.core.clock.advance(86_401)
    assert stand.gitlab.read_hook(hook)["recent_failures"] == 40
    assert stand.project("max").hooks.get(hook).alert_status == "disabled"
    assert stand.new(stand.file) == []


def test_what_is_queued_when_the_hook_is_disabled_is_dropped(stand: GitLabStand) -> None:
    stand.hook()
    stand.receiver.status = 500
    stand.sandbox.core.deliveries.pause()
    for _ in range(6):
        stand.file()
    stand.sandbox.core.deliveries.resume()
    assert len(stand.delivered()) == 4
    assert stand.gitlab.dropped_events() == {"disabled": 2}


def test_a_test_event_reaches_a_disabled_hook_and_enables_it(stand: GitLabStand) -> None:
    hook = stand.hook()
    stand.receiver.status = 500
    for _ in range(4):
        stand.file()
    stand.delivered()
    assert stand.project("max").hooks.get(hook).alert_status == "temporarily_disabled"
    stand.receiver.status = 200
    rows = stand.new(lambda: stand.project("max").hooks.get(hook).test("confidential_issues_events"))
    assert [row.headers["x-gitlab-event"] for row in rows] == [CONFIDENTIAL]
    assert stand.project("max").hooks.get(hook).alert_status == "executable"


def test_self_managed_instances_do_not_disable_hooks(stand: GitLabStand) -> None:
    hook = stand.hook()
    stand.gitlab.switches(auto_disable=False)
    stand.receiver.status = 500
    for _ in range(6):
        stand.file()
    assert len(stand.delivered()) == 6
    assert stand.gitlab.read_hook(hook)["alert_status"] == "executable"


def test_the_log_names_failures_and_a_resend_has_the_same_id(stand: GitLabStand) -> None:
    hook = stand.hook()
    stand.file()
    stand.delivered()
    stand.receiver.status = 503
    stand.file()
    first = stand.delivered()[-1]
    stand.receiver.status = 202
    client = stand.client("max")
    path = f"/projects/{stand.project_id}/hooks/{hook}/events"
    rows: Any = client.http_get(path, query_data={"status": "server_failure"})
    assert [row["response_status"] for row in rows] == ["503"]
    assert rows[0]["request_data"] == first.json
    assert SIGNING_TOKEN not in json.dumps(rows)
    resent = stand.new(lambda: client.http_post(f"{path}/{rows[0]['id']}/resend"))
    assert [row.headers["idempotency-key"] for row in resent] == [first.headers["idempotency-key"]]
    assert resent[0].headers["x-gitlab-webhook-uuid"] != first.headers["x-gitlab-webhook-uuid"]
    assert resent[0].raw == first.raw
    Webhook(SIGNING_TOKEN).verify(resent[0].raw, dict(resent[0].headers))
    assert len(client.http_list(path, get_all=True)) == 3


def test_a_dead_receiver_is_an_internal_error_in_the_log(stand: GitLabStand) -> None:
    hook = stand.gitlab.create_hook(PROJECT, "http://127.0.0.1:9/nobody", signing_token=SIGNING_TOKEN)
    stand.file()
    stand.delivered()
    rows: Any = stand.client("max").http_get(f"/projects/{stand.project_id}/hooks/{hook}/events")
    assert [row["response_status"] for row in rows] == ["internal error"]
    resend = f"/projects/{stand.project_id}/hooks/{hook}/events/{rows[0]['id']}/resend"
    assert refused(lambda: stand.client("max").http_post(resend))[0] == 422


def test_a_request_that_names_its_chain_is_not_told_to_the_hook_that_began_it(stand: GitLabStand) -> None:
    stand.hook()
    iid = stand.file()
    chain = stand.delivered()[0].headers["x-gitlab-event-uuid"]
    issues = stand.project("pia").issues
    within = {"X-Gitlab-Event-UUID": chain}
    assert stand.new(lambda: issues.update(iid, {"add_labels": ["a"]}, extra_headers=within)) == []
    assert stand.gitlab.dropped_events() == {"recursion": 1}
    notes = issues.get(iid, lazy=True).notes
    assert len(stand.new(lambda: notes.create({"body": "x"}, extra_headers=within))) == 1
    stand.sandbox.core.clock.advance(1_801)
    assert len(stand.new(lambda: issues.update(iid, {"add_labels": ["b"]}, extra_headers=within))) == 1


def test_a_move_tells_of_a_closing_and_an_opening(stand: GitLabStand) -> None:
    target = stand.gitlab.create_project("xen-sec/elsewhere", "private", {"max": "maintainer"})
    iid = stand.file()
    stand.hook()
    stand.gitlab.create_hook(target, stand.receiver.url, signing_token=SIGNING_TOKEN)
    stand.gitlab.move_issue(PROJECT, iid, "max", target)
    rows = stand.delivered()
    seen = {(row.json["project"]["id"], row.json["object_attributes"]["action"]) for row in rows}
    assert seen == {(stand.project_id, "close"), (target, "open")}
