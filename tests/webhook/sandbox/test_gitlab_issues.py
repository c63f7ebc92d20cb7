"""Issues and labels of the sandbox's GitLab, through the real python-gitlab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gitlab
import pytest
import requests

from tests.webhook.sandbox.gitlab_stand import PROJECT, GitLabStand, refused


@pytest.fixture
def stand() -> Iterator[GitLabStand]:
    with GitLabStand() as one:
        yield one


def labels(stand: GitLabStand, iid: int) -> list[str]:
    return list(stand.gitlab.read_issue(PROJECT, iid)["labels"])


def put(stand: GitLabStand, iid: int, person: str = "pia", **fields: Any) -> Any:
    return stand.project(person).issues.update(iid, fields)


def test_the_client_identifies_itself_and_its_token(stand: GitLabStand) -> None:
    client = stand.client("pia")
    client.auth()
    assert client.user is not None
    assert client.user.username == "pia"
    token = client.personal_access_tokens.get("self")
    assert (token.scopes, token.expires_at, token.active) == (["api"], None, True)


def test_a_token_that_ends_says_the_day(stand: GitLabStand) -> None:
    url = f"{stand.sandbox.url}/api/v4/personal_access_tokens/self"
    headers = {"Authorization": f"Bearer {stand.gitlab.create_token('pia', expires_in=86_400)}"}
    ends = requests.get(url, headers=headers, timeout=5).json()["expires_at"]
    assert len(ends) == len("2026-11-23")
    stand.sandbox.core.clock.advance(2 * 86_400)
    ended = requests.get(url, headers=headers, timeout=5)
    assert (ended.status_code, ended.json()["error"]) == (401, "invalid_token")


def test_a_revoked_token_and_an_unknown_one_are_401(stand: GitLabStand) -> None:
    client = stand.client("pia")
    stand.gitlab.revoke_token(client.private_token or "")
    assert refused(client.auth)[0] == 401
    client.session.headers["PRIVATE-TOKEN"] = "glpat-nobody"
    assert refused(client.auth) == (401, "401 Unauthorized")


def test_a_read_only_token_reads_and_does_not_write(stand: GitLabStand) -> None:
    secret = stand.gitlab.create_token("max", scopes=["read_api"])
    client = gitlab.Gitlab(stand.sandbox.url, oauth_token=secret, timeout=5)
    project = client.projects.get(PROJECT)
    assert refused(lambda: project.issues.create({"title": "x"}))[0] == 403
    client.session.close()


def test_labels_are_added_and_removed_in_one_request(stand: GitLabStand) -> None:
    iid = stand.file()
    put(stand, iid, add_labels=["a", "b"])
    answer = put(stand, iid, add_labels="c,d", remove_labels=["a"])
    assert answer["labels"] == ["b", "c", "d"] == labels(stand, iid)


def test_labels_replaces_the_whole_set(stand: GitLabStand) -> None:
    iid = stand.file()
    put(stand, iid, add_labels=["a", "b"])
    assert put(stand, iid, labels="b,c")["labels"] == ["b", "c"]
    assert put(stand, iid, labels="")["labels"] == []


def test_an_unknown_label_is_created_for_the_team_and_dropped_in_silence_for_others(stand: GitLabStand) -> None:
    iid = stand.file(confidential=False)
    assert put(stand, iid, add_labels=["new"])["labels"] == ["new"]
    assert stand.project("pia").labels.get("new").color == "#6699cc"
    guest = stand.project("gus").issues.create({"title": "x", "labels": ["new", "newer"]})
    assert guest.labels == ["new"]
    assert refused(lambda: stand.project("pia").labels.get("newer")) == (404, "404 Label Not Found")


def test_an_archived_label_is_not_attached_and_nobody_is_told(stand: GitLabStand) -> None:
    iid, other = stand.file(), stand.file("another")
    put(stand, other, add_labels=["old"])
    stand.gitlab.archive_label(PROJECT, "old")
    assert put(stand, iid, add_labels=["old", "new"])["labels"] == ["new"]
    assert labels(stand, other) == ["old"]
    assert put(stand, other, labels=["old", "new"])["labels"] == ["new", "old"]


def test_the_author_outside_the_team_edits_the_text_but_not_labels_or_confidentiality(stand: GitLabStand) -> None:
    iid = stand.file(person="rita")
    answer = put(stand, iid, "rita", description="more", add_labels=["a"], confidential=False)
    assert (answer["description"], answer["labels"], answer["confidential"]) == ("more", [], True)


def test_label_rules(stand: GitLabStand) -> None:
    mine = stand.project("pia").labels
    made = mine.create({"name": " out-of-scope:1a ", "color": "#c5def5", "description": "Clause 1a"})
    assert made.name == "out-of-scope:1a"
    assert refused(lambda: mine.create({"name": "out-of-scope:1a", "color": "red"})) == (409, "Label already exists")
    assert refused(lambda: mine.create({"name": "a,b", "color": "red"}))[0] == 400
    assert refused(lambda: mine.create({"name": "a" * 256, "color": "red"}))[0] == 400
    assert refused(lambda: mine.create({"name": "a", "color": "blurple"}))[0] == 400
    colourless = stand.raw("pia", "POST", f"/projects/{stand.project_id}/labels", json={"name": "a"})
    assert (colourless.status_code, colourless.json()) == (400, {"error": "color is missing"})
    assert refused(lambda: stand.project("gus").labels.create({"name": "g", "color": "red"}))[0] == 403
    assert mine.create({"name": "a", "color": "red"}).color == "#FF0000"


def test_a_label_is_changed_with_its_name_in_the_body_and_renamed_on_its_issues(stand: GitLabStand) -> None:
    iid = stand.file()
    put(stand, iid, add_labels=["before"])
    mine = stand.project("pia").labels
    mine.update("before", {"new_name": "after", "color": "#00ff00", "description": "now"})
    assert labels(stand, iid) == ["after"]
    mine.delete("after")
    assert labels(stand, iid) == []


def test_label_events_tell_who_and_what_and_forget_deleted_labels(stand: GitLabStand) -> None:
    iid = stand.file()
    put(stand, iid, add_labels=["a"])
    put(stand, iid, "rex", remove_labels=["a"])
    events = stand.project("pia").issues.get(iid).resourcelabelevents.list(get_all=True)
    assert [(e.user["username"], e.action, e.label["name"]) for e in events] == [
        ("pia", "add", "a"),
        ("rex", "remove", "a"),
    ]
    stand.gitlab.delete_label(PROJECT, "a")
    events = stand.project("pia").issues.get(iid).resourcelabelevents.list(get_all=True)
    assert [event.label for event in events] == [None, None]


def test_the_list_is_sorted_filtered_and_paged(stand: GitLabStand) -> None:
    clock = stand.sandbox.core.clock
    numbers = []
    for title in ("one", "two", "three"):
        numbers.append(stand.file(title))  # the clock moves in between
        clock.advance(60)
    stand.file("public one", confidential=False)
    clock.advance(60)
    put(stand, numbers[0], add_labels=["a"])
    issues = stand.project("pia").issues
    stamp = stand.project("pia").issues.get(numbers[0]).updated_at
    assert [i.iid for i in issues.list(order_by="updated_at", sort="asc", confidential="true", iterator=True)] == [
        numbers[1],
        numbers[2],
        numbers[0],
    ]
    assert [i.iid for i in issues.list(updated_after=stamp, iterator=True)] == [numbers[0]]
    assert [i.iid for i in issues.list(labels=["a"], iterator=True)] == [numbers[0]]
    assert len(issues.list(per_page=1, get_all=True)) == 4
    first = issues.list(per_page=3, page=1)
    assert len(first) == 3
    lazily = issues.list(per_page=3, iterator=True)
    assert (lazily.total, lazily.total_pages, lazily.next_page) == (4, 2, 2)


def test_pages_hold_a_hundred_at_most(stand: GitLabStand) -> None:
    for number in range(101):
        stand.file(f"issue {number}")
    answer = stand.raw("pia", "GET", f"/projects/{stand.project_id}/issues?per_page=500")
    assert len(answer.json()) == 100
    wanted = {"x-next-page": "2", "x-page": "1", "x-per-page": "100", "x-total": "101", "x-total-pages": "2"}
    assert {name: answer.headers[name] for name in wanted} == wanted
    assert answer.headers["link"].count("rel=") == 3


def test_wrong_parameters_are_named(stand: GitLabStand) -> None:
    issues = stand.project("pia").issues
    assert refused(lambda: issues.list(order_by="mood")) == (400, "order_by does not have a valid value")
    assert refused(lambda: issues.list(updated_after="yesterday")) == (400, "updated_after is invalid")
    untitled = stand.raw("pia", "POST", f"/projects/{stand.project_id}/issues", json={"description": "x"})
    assert (untitled.status_code, untitled.json()) == (400, {"error": "title is missing"})
    assert refused(lambda: issues.create({"title": "x", "confidential": "perhaps"})) == (400, "confidential is invalid")
    assert refused(lambda: issues.create({"title": "x" * 256}))[0] == 400
    iid = stand.file()
    assert refused(lambda: issues.update(iid, {"unheard": 1}))[0] == 400


def test_a_body_that_is_not_json_is_400(stand: GitLabStand) -> None:
    answer = stand.raw("pia", "POST", f"/projects/{stand.project_id}/issues", data=b"{")
    assert answer.status_code == 400


def test_closing_and_reopening(stand: GitLabStand) -> None:
    iid = stand.file()
    closed = put(stand, iid, state_event="close")
    assert (closed["state"], closed["closed_by"]["username"]) == ("closed", "pia")
    assert put(stand, iid, state_event="reopen")["closed_at"] is None


def test_a_deleted_issue_is_404_and_only_owners_delete(stand: GitLabStand) -> None:
    iid = stand.file()
    assert refused(lambda: stand.project("max").issues.delete(iid))[0] == 403
    stand.project("olga").issues.delete(iid)
    assert refused(lambda: stand.project("olga").issues.get(iid)) == (404, "404 Not found")


def test_a_moved_issue_is_closed_and_points_to_its_successor(stand: GitLabStand) -> None:
    target = stand.gitlab.create_project("xen-sec/elsewhere", "private", {"max": "maintainer"})
    iid = stand.file()
    put(stand, iid, add_labels=["a"])
    stand.gitlab.create_label(target, "a")
    stand.gitlab.comment(PROJECT, iid, "pia", "before")
    issue = stand.project("max").issues.get(iid)
    issue.move(target)
    old = stand.project("max").issues.get(iid)
    new = stand.client("max").projects.get(target).issues.list(get_all=True)[0]
    assert (old.state, old.moved_to_id) == ("closed", new.id)
    assert (new.labels, new.confidential, new.author["username"]) == (["a"], True, "rita")
    assert "before" in [note.body for note in new.notes.list(get_all=True)]


def test_the_former_path_of_a_project_redirects_by_id(stand: GitLabStand) -> None:
    iid = stand.file()
    stand.gitlab.rename_project(PROJECT, "xen-sec/renamed")
    answer = stand.raw("pia", "GET", f"/projects/xen-sec%2Fprivate-reports/issues/{iid}")
    assert answer.status_code == 301
    assert answer.headers["location"] == f"{stand.sandbox.url}/api/v4/projects/{stand.project_id}/issues/{iid}"
    assert stand.client("pia").projects.get(PROJECT).path_with_namespace == "xen-sec/renamed"
    assert stand.raw("pia", "GET", "/projects/xen-sec%2Frenamed").status_code == 200


def test_a_label_with_awkward_characters_in_its_name_is_found_by_name(stand: GitLabStand) -> None:
    name = "a/b c:ä?"
    stand.gitlab.create_label(PROJECT, name)
    assert stand.project("pia").labels.get(name).name == name
