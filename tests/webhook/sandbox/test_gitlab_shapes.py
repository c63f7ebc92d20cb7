"""The sandbox's GitLab answers and delivers in the shapes that gitlab.com was recorded and captured with."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.webhook.sandbox.gitlab_stand import PROJECT, GitLabStand
from tests.webhook.sandbox.recorded_gitlab import Recorded, answers, archive, entities

LATER = {
    "issue": {"task_status"},  # only where the text has check boxes
    "note": set(),
    "award": set(),
    "member": {"created_by"},  # only for members somebody invited
}
"""Keys of recorded answers that depend on what the record holds."""

NEWER = {"issue": set(), "note": set(), "award": set(), "member": {"locked", "public_email"}}
"""Keys since the recordings (`API::Entities::UserSafe`, `UserBasic`)."""


@pytest.fixture(scope="module")
def recorded(stand_missing: Callable[[str], NoReturn]) -> list[Recorded]:
    found = archive()
    if found is None:
        stand_missing("ogr's recordings of gitlab.com (source archive ogr 0.61.1) cannot be had")
    return answers(found)


@pytest.fixture
def stand() -> Iterator[GitLabStand]:
    with GitLabStand() as one:
        one.gitlab.file_issue(PROJECT, "rita", "x", "text")
        note = one.gitlab.comment(PROJECT, 1, "pia", "hello")
        one.gitlab.react(note or 0, "pia")
        one.gitlab.assign(PROJECT, 1, "pia", ["rex"])
        one.gitlab.set_state(PROJECT, 1, "pia", "closed")
        yield one


def ours(stand: GitLabStand, kind: str) -> list[dict[str, Any]]:
    base = f"/projects/{stand.project_id}"
    note = stand.raw("pia", "GET", f"{base}/issues/1/notes").json()[-1]["id"]
    path = {
        "issue": f"{base}/issues/1",
        "note": f"{base}/issues/1/notes",
        "award": f"{base}/issues/1/notes/{note}/award_emoji",
        "member": f"{base}/members/all",
        "user": "/user",
        "project": base,
    }[kind]
    body = stand.raw("pia", "GET", path).json()
    return body if isinstance(body, list) else [body]


def kinds_of(rows: list[dict[str, Any]]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for key, value in row.items():
            found[key].add(type(value).__name__)
    return found


@pytest.mark.parametrize("kind", ["issue", "note", "award", "member"])
def test_an_entity_has_the_recorded_keys(stand: GitLabStand, recorded: list[Recorded], kind: str) -> None:
    theirs = set(kinds_of(entities(recorded, kind)))
    mine = set(kinds_of(ours(stand, kind)))
    assert (theirs - mine, mine - theirs) == (LATER[kind], NEWER[kind])


@pytest.mark.parametrize("kind", ["user", "project"])
def test_nothing_is_invented_beside_the_recorded_keys(stand: GitLabStand, recorded: list[Recorded], kind: str) -> None:
    assert set(kinds_of(ours(stand, kind))) <= set(kinds_of(entities(recorded, kind)))


@pytest.mark.parametrize("kind", ["issue", "note", "award", "member", "user", "project"])
def test_values_are_of_the_recorded_types(stand: GitLabStand, recorded: list[Recorded], kind: str) -> None:
    theirs = kinds_of(entities(recorded, kind))
    wrong = {
        key: (mine, theirs[key])
        for key, mine in kinds_of(ours(stand, kind)).items()
        if key in theirs and theirs[key] != {"NoneType"} and not mine - {"NoneType"} <= theirs[key]
    }
    assert wrong == {}


def test_an_issue_in_a_list_lacks_what_only_a_single_one_tells(stand: GitLabStand) -> None:
    listed = stand.raw("pia", "GET", f"/projects/{stand.project_id}/issues").json()[0]
    assert set(ours(stand, "issue")[0]) - set(listed) == {"subscribed"}


def test_check_boxes_are_counted(stand: GitLabStand) -> None:
    stand.gitlab.edit_issue(PROJECT, 1, "pia", description="- [x] a\n- [ ] b\n* [X] c\n[x] no list\n")
    issue = ours(stand, "issue")[0]
    assert issue["task_completion_status"] == {"count": 3, "completed_count": 2}
    assert issue["task_status"] == "2 of 3 checklist items completed"


def test_paging_headers_are_the_recorded_ones(stand: GitLabStand, recorded: list[Recorded]) -> None:
    theirs = {
        name
        for answer in recorded
        if answer.method == "GET" and answer.path.endswith("/issues") and answer.status == 200
        for name in answer.headers
        if name.startswith("x-") and name.rpartition("-")[2] in {"page", "pages", "total"}
    }
    mine = stand.raw("pia", "GET", f"/projects/{stand.project_id}/issues").headers
    assert theirs
    assert {name for name in theirs if name not in mine} == set()


def test_refusals_are_worded_as_recorded(stand: GitLabStand, recorded: list[Recorded]) -> None:
    refusals = [one for one in recorded if one.status >= 400 and isinstance(one.body, dict)]
    theirs = {(one.status, str(one.body.get("message"))) for one in refusals}
    base, note = f"/projects/{stand.project_id}", ours(stand, "note")[-1]["id"]
    stand.gitlab.archive_project(PROJECT)
    mine = {
        (answer.status_code, answer.json()["message"])
        for answer in (
            stand.raw(None, "GET", "/user"),
            stand.raw("pia", "POST", f"{base}/issues", json={"title": "x"}),
            stand.raw("pia", "GET", "/projects/no%2Fsuch"),
        )
    }
    stand.gitlab.archive_project(PROJECT, archived=False)
    again = stand.raw("pia", "POST", f"{base}/issues/1/notes/{note}/award_emoji", json={"name": "thumbsup"})
    mine.add((again.status_code, again.json()["message"]))
    assert len(mine) == 4
    assert mine <= theirs


def keys(node: Any, path: str = "", depth: int = 3) -> set[str]:
    """All keys of nested objects, as dotted paths; lists by their first member."""
    if isinstance(node, list):
        return keys(node[0], f"{path}[]", depth) if node else set()
    if not isinstance(node, dict) or not depth:
        return set()
    found: set[str] = set()
    for key, value in node.items():
        found |= {f"{path}.{key}"} | keys(value, f"{path}.{key}", depth - 1)
    return found


def sample(shared_data: Path, name: str) -> Any:
    return json.loads((shared_data / "gitlab-webhooks" / name).read_text(encoding="utf-8"))


@pytest.fixture
def told(stand: GitLabStand) -> GitLabStand:
    stand.hook()
    return stand


def test_an_issue_event_has_the_captured_keys(told: GitLabStand, shared_data: Path) -> None:
    event = told.new(lambda: told.gitlab.file_issue(PROJECT, "rita", "x", "y", issue_type="task"))[0].json
    captured = sample(shared_data, "zulip/issue_hook__task_created_with_assignee.json")
    named = {"assignees", "changes"}
    assert set(event) == set(captured) - {"assignees"}  # only where somebody is assigned
    for part in set(event) - named - {"labels"}:
        lacking = keys(captured[part]) - keys(event[part])
        assert lacking <= {f".status{more}" for more in ("", ".id", ".name", ".category", ".description", ".color")}
    assert set(event["changes"]) == set(captured["changes"])
    assert event["event_type"] == captured["event_type"] == "work_item"


def test_a_closing_has_the_captured_changes(told: GitLabStand, shared_data: Path) -> None:
    iid = told.gitlab.file_issue(PROJECT, "pia", "x", confidential=True, issue_type="task")
    event = told.new(lambda: told.gitlab.set_state(PROJECT, iid, "pia", "closed"))[0].json
    captured = sample(shared_data, "zulip/confidential_issue_hook__task_updated.json")
    assert set(event["changes"]) == set(captured["changes"]) | {"updated_by_id"}
    assert (event["object_kind"], event["event_type"]) == ("work_item", "confidential_work_item")
    again = told.new(lambda: told.gitlab.set_state(PROJECT, iid, "pia", "opened"))[0].json
    assert set(again["changes"]) == set(captured["changes"])
    assert again["object_attributes"]["url"].endswith(f"/-/work_items/{iid}")


def test_an_assigned_issues_event_has_the_documented_keys(told: GitLabStand, shared_data: Path) -> None:
    event = told.new(lambda: told.project("pia").issues.update(1, {"add_labels": ["API"], "title": "other"}))[0].json
    documented = sample(shared_data, "docs/issue-hook.json")
    # the sample is of an incident with an escalation policy, and has the `assignee` of old
    incident = {".escalation_status", ".escalation_policy", ".escalation_policy.id", ".escalation_policy.name"}
    assert keys(documented["object_attributes"]) - keys(event["object_attributes"]) == incident
    assert set(documented) - set(event) == {"assignee"}
    assert set(documented["labels"][0]) == set(event["labels"][0])
    assert set(documented["changes"]["labels"]["previous"][0]) == set(event["changes"]["labels"]["current"][0])


def test_a_note_event_has_the_captured_keys(told: GitLabStand, shared_data: Path) -> None:
    event = told.new(lambda: told.gitlab.comment(PROJECT, 1, "pia", "x", internal=True))[0].json
    captured = sample(shared_data, "zulip/confidential_note_hook__issue_note.json")
    assert set(event) == set(captured)
    for part in set(captured) - {"object_kind", "event_type", "project_id"}:
        assert keys(captured[part]) <= keys(event[part])
    extra = set(event["object_attributes"]) - set(captured["object_attributes"])
    assert extra == {"internal", "action"}
    assert event["event_type"] == captured["event_type"]
    assert event["issue"]["confidential"] is captured["issue"]["confidential"] is False


def test_the_derived_flips_look_as_ours_do(told: GitLabStand, shared_data: Path) -> None:
    for hidden, name in ((True, "made-confidential"), (False, "made-public")):
        change = told.new(lambda to=hidden: told.gitlab.set_confidential(PROJECT, 1, "pia", confidential=to))[0]
        expected = sample(shared_data, f"derived/{name}.json")
        assert change.json["event_type"] == expected["event_type"]
        assert change.json["object_attributes"]["confidential"] is expected["object_attributes"]["confidential"]
        assert change.json["changes"]["confidential"] == expected["changes"]["confidential"]
        assert change.json["object_attributes"]["action"] == expected["object_attributes"]["action"]
