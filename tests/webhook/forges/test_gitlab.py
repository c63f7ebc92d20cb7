"""GitLab's own ways: one PUT for labels, archived labels, notes and quick actions, confidentiality, access levels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.webhook.forges.scripted import (
    MARKER,
    SEEN_AT,
    Clock,
    Says,
    Script,
    ScriptedForge,
    gitlab_issue,
    gitlab_script,
)
from tests.webhook.forges.worlds import PROJECT, GitLabWorld
from webhook.forges import GitLabAccess, open_forge
from webhook.forges.port import LimitedError, MovedError, NotFoundError, RefusedError, UnavailableError, UncertainError
from webhook.issue import LabelDefinition, Person, Role, Visibility
from webhook.sandbox import Sandbox

API = "/api/v4/projects/77"
ISSUE = f"{API}/issues/7"


def unguarded() -> None:
    """A guard that lets everything through."""


@pytest.fixture
def script(forge: ScriptedForge, clock: Clock) -> Script:
    return gitlab_script(forge, clock)


@pytest.fixture
def world() -> Iterator[GitLabWorld]:
    with Sandbox(lifetime=60) as sandbox:
        yield GitLabWorld(sandbox)


# How we reach it


@pytest.mark.parametrize(
    ("sent_as", "header", "value"), [("bearer", "authorization", "Bearer t0ken"), ("private", "private-token", "t0ken")]
)
@pytest.mark.parametrize("suffix", ["", "/", "/api/v4", "/api/v4/"])
def test_the_token_goes_out_as_configured_and_the_address_may_end_in_the_api(
    script: Script, sent_as: Any, header: str, value: str, suffix: str
) -> None:
    url = f"{script.forge.url}{suffix}"
    adapter = open_forge(GitLabAccess(api_url=url, project=PROJECT, token="t0ken", sent_as=sent_as))
    assert adapter.visibility() is Visibility.PRIVATE
    adapter.close()
    assert [asked.headers.get(header) for asked in script.forge.asked] == [value, value]


def test_a_gitlab_may_live_in_a_folder(forge: ScriptedForge) -> None:
    forge.says("GET", "/git/api/v4/projects/octo%2Freports", Says(200, {"id": 77}))
    forge.says("GET", "/git/api/v4/projects/77", Says(200, {"id": 77, "visibility": "private"}))
    adapter = open_forge(GitLabAccess(api_url=f"{forge.url}/git", project=PROJECT, token="t"))
    assert adapter.visibility() is Visibility.PRIVATE
    adapter.close()


def test_the_project_is_looked_up_once_and_then_goes_by_its_number(world: GitLabWorld) -> None:
    for _ in range(2):
        adapter = world.factory()
        adapter.visibility()
        adapter.close()
    paths = [path for _, path in world.asked()]
    assert [path for path in paths if "octo" in path] == ["/api/v4/projects/octo%2Freports"]


def test_a_project_renamed_while_we_were_away_is_found_by_its_old_path(world: GitLabWorld) -> None:
    number = world.file()
    world.forge.rename_project(PROJECT, "octo/secrets")
    adapter = world.factory()
    assert adapter.issue(number).ref.project == PROJECT
    adapter.close()


def test_the_users_of_former_tokens_are_us_too(world: GitLabWorld) -> None:
    adapter = open_forge(replace(world.access, identities=frozenset({3, 4})))
    assert adapter.us() == {3, 4, world.us}
    adapter.us()
    adapter.close()
    assert [path for _, path in world.asked()] == ["/api/v4/user"]


# Who can read it


@pytest.mark.parametrize(
    ("visibility", "seen"),
    [
        ("private", Visibility.PRIVATE),
        ("internal", Visibility.PUBLIC),
        ("public", Visibility.PUBLIC),
        (None, Visibility.PUBLIC),
        (0, Visibility.PUBLIC),
    ],
)
def test_only_a_private_project_is_private(script: Script, visibility: object, seen: Visibility) -> None:
    script.forge.says("GET", API, Says(200, {"id": 77, "visibility": visibility}))
    adapter = script.factory()
    assert adapter.visibility() is seen
    adapter.close()


@pytest.mark.parametrize("said", [{}, {"confidential": None}, {"confidential": "true"}, {"confidential": 1}])
def test_an_issue_is_confidential_only_if_gitlab_says_true(script: Script, said: dict[str, Any]) -> None:
    issue = gitlab_issue()
    del issue["confidential"]
    script.forge.says("GET", ISSUE, Says(200, {**issue, **said}))
    adapter = script.factory()
    assert not adapter.issue(7).confidential
    adapter.close()


def test_making_an_issue_confidential_says_nothing_else(world: GitLabWorld, script: Script) -> None:
    script.forge.says("PUT", ISSUE, Says(200, gitlab_issue()))
    adapter = script.factory()
    adapter.make_confidential(7, unguarded)
    adapter.close()
    assert script.forge.asked[-1].body == {"confidential": True}
    number = world.forge.file_issue(PROJECT, "rita", "title", "text")
    adapter = world.factory()
    assert not adapter.issue(number).confidential
    adapter.make_confidential(number, unguarded)
    assert adapter.issue(number).confidential
    adapter.close()


def test_an_issue_that_stays_public_is_a_refusal(script: Script) -> None:
    script.forge.says("PUT", ISSUE, Says(200, gitlab_issue(confidential=False)))
    adapter = script.factory()
    with pytest.raises(RefusedError):
        adapter.make_confidential(7, unguarded)
    adapter.close()


def test_a_moved_issue_is_moved_even_in_a_list(script: Script) -> None:
    script.forge.says("GET", ISSUE, Says(200, gitlab_issue(moved_to_id=5)))
    script.forge.says("GET", f"{API}/issues", Says(200, [gitlab_issue(6), gitlab_issue(7, moved_to_id=5)]))
    adapter = script.factory()
    with pytest.raises(MovedError):
        adapter.issue(7)
    assert [issue.ref.number for issue in adapter.issues_updated_since(None)] == [6]
    adapter.close()


# Labels


def test_labels_change_by_one_put_that_never_replaces_the_set(script: Script) -> None:
    script.forge.says("PUT", ISSUE, Says(200, gitlab_issue(labels=["a", "b", "other"])))
    adapter = script.factory()
    assert adapter.change_labels(7, ["b", "a"], ["old"], unguarded) == {"a", "b", "other"}
    adapter.change_labels(7, ["a"], [], unguarded)
    adapter.close()
    assert [asked.body for asked in script.forge.asked[-2:]] == [
        {"add_labels": ["a", "b"], "remove_labels": ["old"]},
        {"add_labels": ["a"]},
    ]


def test_an_archived_label_is_a_refusal_that_names_it(world: GitLabWorld) -> None:
    number = world.file()
    world.forge.create_label(PROJECT, "in-scope")
    world.forge.archive_label(PROJECT, "in-scope")
    adapter = world.factory()
    with pytest.raises(RefusedError, match=r"not attached: in-scope$"):
        adapter.change_labels(number, ["in-scope", "needs-info"], [], unguarded)
    assert [label.archived for label in adapter.label_definitions() if label.name == "in-scope"] == [True]
    adapter.close()
    assert world.labels(number) == {"needs-info"}


def test_a_label_that_did_not_come_off_is_a_refusal(script: Script) -> None:
    script.forge.says("PUT", ISSUE, Says(200, gitlab_issue(labels=["old"])))
    adapter = script.factory()
    with pytest.raises(RefusedError, match=r"not taken off: old$"):
        adapter.change_labels(7, [], ["old"], unguarded)
    adapter.close()


def test_labels_may_come_with_their_details(script: Script) -> None:
    script.forge.says("GET", ISSUE, Says(200, gitlab_issue(labels=[{"id": 1, "name": "bug"}])))
    adapter = script.factory()
    assert adapter.issue(7).labels == {"bug"}
    adapter.close()


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_label_that_exists_is_fine_and_a_bad_one_is_not(script: Script, status: int) -> None:
    script.forge.says("POST", f"{API}/labels", Says(status, {"message": MARKER}))
    there = {"name": "In-Scope", "color": "#FF0000", "description": None}
    script.forge.says("GET", f"{API}/labels", Says(200, [there]))
    adapter = script.factory()
    adapter.create_label(LabelDefinition("in-scope", "00aa00", "words"), unguarded)
    with pytest.raises((RefusedError, UnavailableError)):
        adapter.create_label(LabelDefinition("a,b", "00aa00", "words"), unguarded)
    assert adapter.label_definitions() == (LabelDefinition("In-Scope", "ff0000", ""),)
    adapter.close()
    assert [asked.body for asked in script.forge.asked if asked.verb == "POST"] == [
        {"name": "in-scope", "color": "#00aa00", "description": "words"},
        {"name": "a,b", "color": "#00aa00", "description": "words"},
    ]


def test_events_of_deleted_labels_and_of_people_who_are_gone_are_tolerated(script: Script) -> None:
    label = {"id": 1, "name": "bug"}
    script.forge.says(
        "GET",
        f"{ISSUE}/resource_label_events",
        Says(
            200,
            [
                {"id": 3, "user": None, "label": label, "action": "remove", "created_at": "2026-11-23T02:00:01.500Z"},
                {"id": 2, "user": {"id": 5}, "label": None, "action": "add", "created_at": SEEN_AT},
                {"id": 1, "user": {"id": 5}, "label": label, "action": "add", "created_at": SEEN_AT},
            ],
        ),
    )
    adapter = script.factory()
    events = adapter.label_events(7)
    adapter.close()
    assert [(e.label, e.added, e.actor) for e in events] == [("bug", True, Person(5, "")), ("bug", False, None)]


# Notes


def test_a_note_is_a_normal_one(script: Script) -> None:
    script.forge.says("POST", f"{ISSUE}/notes", Says(201, script.comment()))
    adapter = script.factory()
    assert adapter.create_comment(7, "text", unguarded) == 31
    adapter.close()
    assert script.forge.asked[-1].body == {"body": "text", "internal": False}


@pytest.mark.parametrize("body", ["/close", "text\n/close", "text\r\n/label ~x", "~~~\n/close\n~~~"])
def test_a_text_with_a_quick_action_is_not_sent(script: Script, body: str) -> None:
    adapter = script.factory()
    with pytest.raises(RefusedError) as caught:
        adapter.create_comment(7, body, unguarded)
    assert "close" not in str(caught.value)
    with pytest.raises(RefusedError):
        adapter.edit_comment(7, 31, body, unguarded)
    adapter.close()
    assert script.forge.writes() == []


def test_a_note_that_was_all_commands_to_gitlab_is_uncertain(script: Script) -> None:
    script.forge.says("POST", f"{ISSUE}/notes", Says(202, {"commands_changes": {}, "summary": [MARKER]}))
    adapter = script.factory()
    with pytest.raises(UncertainError):
        adapter.create_comment(7, "text", unguarded)
    adapter.close()


def test_internal_notes_are_marked_and_system_notes_left_out(script: Script) -> None:
    notes = [
        script.comment(id=1),
        script.comment(id=2, system=True),
        script.comment(id=3, internal=True),
        script.comment(id=4, internal=None, confidential=True),
        script.comment(id=5, author=None, noteable_iid=7),
    ]
    script.forge.says("GET", f"{ISSUE}/notes", Says(200, notes))
    adapter = script.factory()
    read = adapter.comments(7)
    adapter.close()
    assert [(note.id, note.internal) for note in read] == [(1, False), (3, True), (4, True), (5, False)]
    assert read[-1].author == Person(0, "ghost")
    assert script.forge.asked[-1].query == {"sort": ["asc"], "order_by": ["created_at"], "per_page": ["100"]}


@pytest.mark.parametrize("status", [404, 409, 400])
def test_a_reaction_given_twice_is_fine_whatever_gitlab_calls_it(script: Script, status: int) -> None:
    said = {"message": "404 Award Emoji Name has already been taken Not Found"}
    script.forge.says("POST", f"{ISSUE}/notes/31/award_emoji", Says(status, said))
    adapter = script.factory()
    adapter.react(7, 31, "+1", unguarded)
    adapter.close()
    assert script.forge.asked[-1].body == {"name": "thumbsup"}


def test_a_reaction_to_a_note_that_is_gone_is_not_found(script: Script) -> None:
    adapter = script.factory()
    with pytest.raises(NotFoundError):
        adapter.react(7, 31, "confused", unguarded)
    adapter.close()


# Roles


@pytest.mark.parametrize(
    ("level", "role"),
    [
        (0, Role.NONE),
        (5, Role.NONE),
        (10, Role.READ),
        (15, Role.TRIAGE),
        (20, Role.TRIAGE),
        (25, Role.TRIAGE),
        (30, Role.TRIAGE),
        (40, Role.MAINTAIN),
        (50, Role.MAINTAIN),
    ],
)
def test_access_levels_are_reduced_to_what_we_ask(script: Script, level: int, role: Role) -> None:
    script.forge.says("GET", f"{API}/members/all/8", Says(200, {"id": 8, "access_level": level, "state": "active"}))
    adapter = script.factory()
    assert adapter.role(Person(8, "tom")) is role
    adapter.close()


@pytest.mark.parametrize("said", [{"state": "blocked"}, {"state": "active", "membership_state": "awaiting"}])
def test_a_member_who_is_shut_out_has_no_role(script: Script, said: dict[str, str]) -> None:
    script.forge.says("GET", f"{API}/members/all/8", Says(200, {"id": 8, "access_level": 50, **said}))
    adapter = script.factory()
    assert adapter.role(Person(8, "tom")) is Role.NONE
    adapter.close()


def test_a_role_that_was_taken_away_is_forgotten_within_the_hour(script: Script, clock: Clock) -> None:
    member = Says(200, {"id": 8, "access_level": 40})
    script.forge.says("GET", f"{API}/members/all/8", member, Says(404, {}))
    adapter = script.factory()
    assert adapter.role(Person(8, "tom")) is Role.MAINTAIN
    clock.now += 3599
    assert adapter.role(Person(8, "tom")) is Role.MAINTAIN
    clock.now += 1
    assert adapter.role(Person(8, "tom")) is Role.NONE
    adapter.close()


# Limits


@pytest.mark.parametrize(
    ("says", "seconds", "kind"),
    [
        (Says(429, b"Retry later\n"), 60, "application"),
        (Says(429, b"Retry later\n", {"Retry-After": "21"}), 21, "primary"),
        (
            Says(429, {}, {"Retry-After": "Mon, 23 Nov 2026 02:00:33 GMT", "Date": "Mon, 23 Nov 2026 02:00:00 GMT"}),
            33,
            "primary",
        ),
        (Says(429, {"message": {"error": MARKER}}, {"RateLimit-Remaining": "1999"}), 60, "application"),
    ],
)
def test_limits_are_read_and_nobody_sleeps(script: Script, says: Says, seconds: float, kind: str) -> None:
    script.forge.says("POST", f"{ISSUE}/notes", says)
    adapter = script.factory()
    with pytest.raises(LimitedError) as caught:
        adapter.create_comment(7, "text", unguarded)
    adapter.close()
    assert (caught.value.seconds, caught.value.kind) == (seconds, kind)
    assert len(script.forge.writes()) == 1


def test_the_note_limit_of_the_sandbox_is_an_application_limit(world: GitLabWorld) -> None:
    number = world.file()
    world.misbehave("application_limit", path="notes")
    adapter = world.factory()
    with pytest.raises(LimitedError) as caught:
        adapter.create_comment(number, "text", unguarded)
    adapter.close()
    assert caught.value.kind == "application"
