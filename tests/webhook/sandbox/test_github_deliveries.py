"""Webhooks of the sandbox's GitHub: what is told, how it is signed, how the post misbehaves when asked."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import uuid
from urllib.parse import parse_qs

from tests.webhook.sandbox.github_stage import Box, Stage
from webhook.sandbox.delivery import Delivery
from webhook.sandbox.github_news import Postman
from webhook.sandbox.github_nouns import Hook


def test_the_signature_is_that_of_the_documentation() -> None:
    """Vectors of GitHub's documentation and of the service's own notes."""
    vectors = {
        b"Hello, World!": "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        b'{"action":"opened"}': "5ccdd8275f57d608741ad8390e42e8696ebfcd85607d9c2ef890769dda8f7568",
    }
    for body, digest in vectors.items():
        hook = Hook(1, "http://127.0.0.1/", "It's a Secret to Everybody")
        headers = Postman(hook).headers(Delivery(1, hook.line, hook.url, "issues", "opened", body, "guid"))
        assert headers["X-Hub-Signature-256"] == f"sha256={digest}"


def test_a_filed_issue_is_told_once_with_a_right_signature(stage: Stage, box: Box) -> None:
    stage.github.file_issue(stage.name, "rita", "Title", "é\u2028\n", [])
    stage.settled()
    (letter,) = box.of("issues", "opened")
    expected = hmac.new(stage.secret.encode(), letter.body, hashlib.sha256).hexdigest()
    assert letter.headers["x-hub-signature-256"] == f"sha256={expected}"
    uuid.UUID(letter.headers["x-github-delivery"])
    assert letter.headers["user-agent"].startswith("GitHub-Hookshot/")
    assert letter.headers["content-type"] == "application/json"
    assert letter.headers["x-github-hook-installation-target-type"] == "integration"
    assert letter.headers["x-github-hook-installation-target-id"] == str(stage.app["id"])
    assert re.fullmatch(r"\d+", letter.headers["x-github-hook-id"])


def test_a_payload_has_what_handlers_read(stage: Stage, box: Box) -> None:
    number = stage.github.file_issue(stage.name, "rita", "Title", "text", ["bug"])
    stage.settled()
    payload = box.of("issues", "opened")[0].json
    assert payload["installation"]["id"] == stage.installation
    repository = payload["repository"]
    assert (repository["id"], repository["full_name"]) == (stage.repository, stage.name)
    assert (repository["private"], repository["visibility"]) == (True, "private")
    assert (repository["owner"]["login"], repository["default_branch"]) == ("example", "main")
    assert payload["sender"]["login"] == "rita"
    assert payload["organization"]["login"] == "example"
    issue = payload["issue"]
    assert (issue["number"], issue["state"], issue["user"]["login"]) == (number, "open", "rita")
    assert [label["name"] for label in issue["labels"]] == ["bug"]
    assert issue["updated_at"].endswith("Z")


def test_a_form_with_labels_tells_one_labeled_each_at_once(stage: Stage, box: Box) -> None:
    stage.github.file_issue(stage.name, "rita", "Title", "text", ["bug", "new"])
    stage.settled()
    told = [letter.json["label"]["name"] for letter in box.of("issues", "labeled")]
    assert told == ["bug", "new"]


def test_own_writes_come_back_as_events_of_the_bot(stage: Stage, box: Box) -> None:
    number = stage.github.file_issue(stage.name, "rita", "Title")
    issue = stage.issue(number)
    issue.add_to_labels("bug")
    issue.create_comment("verdict").edit("other verdict")
    stage.settled()
    own = [letter.json for letter in box.letters if letter.json.get("sender", {}).get("type") == "Bot"]
    assert [payload["action"] for payload in own] == ["labeled", "created", "edited"]
    assert {payload["sender"]["login"] for payload in own} == {"xsa-scope[bot]"}
    assert own[2]["changes"] == {"body": {"from": "verdict"}}
    assert own[1]["comment"]["performed_via_github_app"]["id"] == stage.app["id"]


def test_edits_carry_what_was_there_before(stage: Stage, box: Box) -> None:
    number = stage.github.file_issue(stage.name, "rita", "Title", "old")
    stage.github.edit_issue(stage.name, number, "rita", body="new")
    stage.github.edit_issue(stage.name, number, "rita", body="new")
    stage.settled()
    (letter,) = box.of("issues", "edited")
    assert letter.json["changes"] == {"body": {"from": "old"}}


def test_going_public_is_told_twice(stage: Stage, box: Box) -> None:
    stage.github.set_visibility(stage.name, "ada", "public")
    stage.settled()
    (public,) = box.of("public")
    assert public.json["repository"]["visibility"] == "public"
    assert len(box.of("repository", "publicized")) == 1
    stage.github.set_visibility(stage.name, "ada", "private")
    stage.settled()
    assert len(box.of("repository", "privatized")) == 1


def test_all_other_changes_are_told(stage: Stage, box: Box) -> None:
    github, name = stage.github, stage.name
    github.create_repository("example/other")
    for _ in range(3):
        github.file_issue(name, "rita", "Title")
    comment = github.comment(name, 1, "rita", "words")
    github.edit_comment(comment, "rita", "other words")
    github.delete_comment(comment, "rita")
    github.set_state(name, 1, "rita", "closed")
    github.set_state(name, 1, "rita", "open")
    github.lock_issue(name, 1, "ada")
    github.transfer_issue(name, 2, "ada", "example/other")
    github.delete_issue(name, 3, "ada")
    github.put_file(name, "ada", "policy.toml", "x")
    stage.client().get_repo(stage.repository).create_label("new", "ededed").edit("newer", "ededed")
    stage.client().get_repo(stage.repository).get_label("newer").delete()
    github.archive_repository(name, "ada")
    github.rename_repository(name, "ada", "vault")
    github.transfer_repository("example/vault", "ada", "elsewhere")
    stage.settled()
    told = {(letter.event, letter.json.get("action")) for letter in box.letters}
    assert {
        ("issue_comment", "created"),
        ("issue_comment", "edited"),
        ("issue_comment", "deleted"),
        ("issues", "closed"),
        ("issues", "reopened"),
        ("issues", "locked"),
        ("issues", "transferred"),
        ("issues", "deleted"),
        ("push", None),
        ("label", "created"),
        ("label", "edited"),
        ("label", "deleted"),
        ("repository", "archived"),
        ("repository", "renamed"),
        ("repository", "transferred"),
        ("installation", "created"),
    } <= told


def test_an_app_hears_only_what_it_subscribes_to(stage: Stage, box: Box) -> None:
    stage.github.change_app("xsa-scope", events=["issue_comment"])
    stage.github.file_issue(stage.name, "rita", "Title")
    stage.github.comment(stage.name, 1, "rita", "words")
    stage.settled()
    assert [letter.event for letter in box.letters] == ["installation", "issue_comment"]


def test_a_hook_of_the_repository_has_no_installation_in_its_payload(stage: Stage, box: Box) -> None:
    hook = stage.github.create_hook(stage.name, box.url, "other secret", ["issues"])
    stage.github.file_issue(stage.name, "rita", "Title")
    stage.settled()
    assert box.of("ping")[0].json["hook_id"] == hook
    (letter,) = [one for one in box.of("issues") if one.headers["x-github-hook-id"] == str(hook)]
    assert "installation" not in letter.json
    assert letter.headers["x-github-hook-installation-target-type"] == "repository"
    expected = hmac.new(b"other secret", letter.body, hashlib.sha256).hexdigest()
    assert letter.headers["x-hub-signature-256"] == f"sha256={expected}"


def test_a_hook_may_send_forms(stage: Stage, box: Box) -> None:
    stage.github.create_hook(stage.name, box.url, "s", ["issues"], "form")
    stage.settled()
    (letter,) = [one for one in box.letters if one.event == "ping"]
    assert letter.headers["content-type"] == "application/x-www-form-urlencoded"
    assert json.loads(parse_qs(letter.body.decode())["payload"][0])["zen"]


def test_deliveries_keep_the_order_of_events(stage: Stage, box: Box) -> None:
    stage.github.file_issue(stage.name, "rita", "Title")
    for index in range(30):
        stage.github.edit_issue(stage.name, 1, "rita", title=f"title {index}")
    stage.settled()
    titles = [letter.json["issue"]["title"] for letter in box.of("issues", "edited")]
    assert titles == [f"title {index}" for index in range(30)]


def test_a_bad_post_doubles_drops_and_reorders(stage: Stage, box: Box) -> None:
    stage.github.file_issue(stage.name, "rita", "Title")
    stage.settled()
    stage.sandbox.core.deliveries.set_weather(duplicate=0.3, drop=0.2, reorder=0.3, hold=0.05, seed=7)
    for index in range(30):
        stage.github.edit_issue(stage.name, 1, "rita", title=f"title {index}")
    stage.settled()
    edits = box.of("issues", "edited")
    guids = [letter.headers["x-github-delivery"] for letter in edits]
    titles = [int(letter.json["issue"]["title"].split()[1]) for letter in edits]
    assert len(guids) > len(set(guids))
    assert stage.sandbox.core.deliveries.dropped > 0
    assert len(set(titles)) == 30 - stage.sandbox.core.deliveries.dropped
    assert titles != sorted(titles)


def test_paused_deliveries_wait(stage: Stage, box: Box) -> None:
    stage.settled()
    stage.sandbox.core.deliveries.pause()
    stage.github.file_issue(stage.name, "rita", "Title")
    assert not stage.sandbox.core.deliveries.wait_idle(0.2)
    assert box.of("issues") == []
    stage.sandbox.core.deliveries.resume()
    stage.settled()
    assert len(box.of("issues")) == 1


def test_failed_deliveries_are_listed_and_sent_again_on_request_only(stage: Stage, box: Box) -> None:
    stage.settled()
    box.status = 500
    stage.github.file_issue(stage.name, "rita", "Title")
    stage.settled()
    requester = stage.client(stage.app_auth).requester
    _, failed = requester.requestJsonAndCheck("GET", "/app/hook/deliveries?status=failure")
    (item,) = failed
    assert (item["event"], item["action"], item["status_code"], item["redelivery"]) == ("issues", "opened", 500, False)
    assert (item["repository_id"], item["installation_id"]) == (stage.repository, stage.installation)
    box.status = 202
    status, _, _ = requester.requestJson("POST", f"/app/hook/deliveries/{item['id']}/attempts")
    assert status == 202
    stage.settled()
    first, second = box.of("issues", "opened")
    assert first.headers["x-github-delivery"] == second.headers["x-github-delivery"] == item["guid"]
    assert first.body == second.body
    _, log = requester.requestJsonAndCheck("GET", "/app/hook/deliveries")
    assert [one["status_code"] for one in log if one["guid"] == item["guid"]] == [202, 500]
    assert log[0]["redelivery"] is True
    _, whole = requester.requestJsonAndCheck("GET", f"/app/hook/deliveries/{item['id']}")
    assert whole["request"]["payload"]["action"] == "opened"


def test_a_receiver_that_does_not_answer_is_in_no_list_of_failures(stage: Stage, box: Box) -> None:
    stage.settled()
    stage.github.change_app("xsa-scope", hook_url="http://127.0.0.1:9/closed")
    stage.github.file_issue(stage.name, "rita", "Title")
    stage.settled()
    requester = stage.client(stage.app_auth).requester
    assert requester.requestJsonAndCheck("GET", "/app/hook/deliveries?status=failure")[1] == []
    _, log = requester.requestJsonAndCheck("GET", "/app/hook/deliveries")
    assert log[0]["status_code"] == 0
    assert "failed to connect" in log[0]["status"]


def test_the_log_is_paged_by_cursor_and_goes_back_three_days(stage: Stage) -> None:
    for _ in range(4):
        stage.github.file_issue(stage.name, "rita", "Title")
    stage.settled()
    requester = stage.client(stage.app_auth).requester
    headers, first = requester.requestJsonAndCheck("GET", "/app/hook/deliveries?per_page=3")
    following = re.search(r"<([^>]+)>; rel=\"next\"", headers["link"])
    assert following
    _, second = requester.requestJsonAndCheck("GET", following[1])
    assert [len(first), len(second)] == [3, 2]
    assert len({one["id"] for one in first + second}) == 5
    for one in stage.sandbox.core.deliveries.log[:4]:
        one.delivered_at -= 3 * 86400
    assert len(requester.requestJsonAndCheck("GET", "/app/hook/deliveries")[1]) == 1


def test_only_the_app_itself_sees_its_deliveries(stage: Stage) -> None:
    status, _, _ = stage.client().requester.requestJson("GET", "/app/hook/deliveries")
    assert status == 401
