"""GitHub's own ways: the App and its tokens, transferred issues, privacy said twice, labels one by one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.webhook.forges.scripted import (
    MARKER,
    REPOSITORY,
    SEEN_AT,
    Clock,
    Says,
    Script,
    ScriptedForge,
    github_issue,
    github_script,
)
from tests.webhook.forges.worlds import GitHubWorld
from webhook.forges import GitHubAppAccess, GitHubTokenAccess, forge_factory, open_forge
from webhook.forges.port import (
    CredentialsError,
    ForgeError,
    LimitedError,
    MovedError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from webhook.issue import LabelDefinition, Person, Role, Visibility
from webhook.sandbox import Sandbox

MINT = "/app/installations/100/access_tokens"
ISSUE = "/repositories/77/issues/7"
LABELS = f"{ISSUE}/labels"


def unguarded() -> None:
    """A guard that lets everything through."""


def minted(token: str = f"ghs_1_{MARKER}", ends: str = "2026-11-23T03:00:00Z", **more: Any) -> Says:
    return Says(201, {"token": token, "expires_at": ends, **more}, {"Date": "Mon, 23 Nov 2026 02:00:00 GMT"})


@pytest.fixture
def script(forge: ScriptedForge, clock: Clock) -> Script:
    return github_script(forge, clock)


@pytest.fixture
def world() -> Iterator[GitHubWorld]:
    with Sandbox(lifetime=60) as sandbox:
        yield GitHubWorld(sandbox)


# The App and its tokens


def test_the_token_that_writes_is_for_one_repository_and_for_issues(
    forge: ScriptedForge, app_access: GitHubAppAccess
) -> None:
    forge.says("POST", MINT, minted())
    forge.says("GET", ISSUE, Says(200, github_issue()))
    adapter = open_forge(app_access)
    adapter.issue(7)
    adapter.close()
    bodies = [asked.body for asked in forge.asked if asked.path == MINT]
    assert bodies == [
        {"permissions": {"metadata": "read"}},
        {"repository_ids": [77], "permissions": {"issues": "write", "metadata": "read"}},
    ]
    last = forge.asked[-1]
    assert last.headers["authorization"] == f"token ghs_1_{MARKER}"
    assert last.headers["x-github-api-version"] == "2022-11-28"


def test_contents_are_asked_for_only_where_the_policy_lies_there(
    forge: ScriptedForge, app_access: GitHubAppAccess
) -> None:
    forge.says("POST", MINT, minted())
    adapter = open_forge(replace(app_access, contents=True))
    adapter.visibility()
    adapter.close()
    assert forge.asked[-2].body["permissions"]["contents"] == "read"


def test_a_token_serves_all_adapters_until_two_minutes_before_its_end(
    forge: ScriptedForge, app_access: GitHubAppAccess, clock: Clock
) -> None:
    forge.says("POST", MINT, minted())
    factory = forge_factory(app_access)
    for later in (0, 3000, 479):
        clock.now += later
        adapter = factory()
        adapter.visibility()
        adapter.close()
    mints = [asked for asked in forge.asked if asked.path == MINT]
    assert len(mints) == 2
    clock.now += 2
    adapter = factory()
    adapter.visibility()
    adapter.close()
    assert len([asked for asked in forge.asked if asked.path == MINT]) == 3


def test_a_tokens_life_is_counted_by_the_forges_clock(
    forge: ScriptedForge, app_access: GitHubAppAccess, clock: Clock
) -> None:
    """Ours may be an hour ahead without every token looking dead."""
    forge.says("POST", MINT, minted())
    clock.now += 3600
    adapter = open_forge(app_access)
    adapter.visibility()
    adapter.visibility()
    adapter.close()
    assert len([asked for asked in forge.asked if asked.path == MINT]) == 2


def test_threads_that_need_a_token_at_once_share_one(forge: ScriptedForge, app_access: GitHubAppAccess) -> None:
    forge.says("POST", MINT, minted())
    factory = forge_factory(replace(app_access, timeouts=(10, 10)))

    def work() -> None:
        adapter = factory()
        adapter.visibility()
        adapter.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len([asked for asked in forge.asked if asked.path == MINT]) == 2
    assert forge.reads().count("/repositories/77") == 8


def test_the_token_is_there_before_the_guard_looks(
    forge: ScriptedForge, app_access: GitHubAppAccess, clock: Clock
) -> None:
    """Minting takes time, and nothing slow may stand between the last look and the write."""
    forge.says("POST", MINT, minted())
    adapter = open_forge(app_access)
    adapter.visibility()
    clock.now += 3590
    seen: list[int] = []
    comment = {"id": 1, "created_at": SEEN_AT, "updated_at": SEEN_AT, "user": {"id": 9, "login": "x"}}
    forge.says("POST", f"{ISSUE}/comments", Says(201, comment))
    adapter.create_comment(7, "text", lambda: seen.append(len(forge.asked)))
    adapter.close()
    assert seen == [len(forge.asked) - 1]
    assert forge.asked[-2].path == MINT


@pytest.mark.parametrize("status", [401, 403])
def test_a_fresh_token_that_is_refused_says_so_and_is_kept(
    forge: ScriptedForge, app_access: GitHubAppAccess, clock: Clock, status: int
) -> None:
    forge.says("POST", MINT, minted())
    forge.says("GET", ISSUE, Says(status, {"message": MARKER}), Says(200, github_issue()))
    adapter = open_forge(app_access)
    with pytest.raises(CredentialsError) as caught:
        adapter.issue(7)
    assert caught.value.fresh
    clock.now += 2
    assert adapter.issue(7).ref.number == 7
    adapter.close()
    assert len([asked for asked in forge.asked if asked.path == MINT]) == 2


def test_an_older_token_that_is_refused_is_not_used_again(
    forge: ScriptedForge, app_access: GitHubAppAccess, clock: Clock
) -> None:
    forge.says("POST", MINT, minted("lookup"), minted("one"), minted("two"))
    adapter = open_forge(app_access)
    adapter.visibility()
    clock.now += 600
    forge.says("GET", ISSUE, Says(401, {"message": "Bad credentials"}), Says(200, github_issue()))
    with pytest.raises(CredentialsError) as caught:
        adapter.issue(7)
    assert not caught.value.fresh
    adapter.issue(7)
    adapter.close()
    assert forge.asked[-1].headers["authorization"] == "token two"


def test_a_refusal_to_an_older_token_is_a_refusal(
    forge: ScriptedForge, app_access: GitHubAppAccess, clock: Clock
) -> None:
    forge.says("POST", MINT, minted())
    adapter = open_forge(app_access)
    adapter.visibility()
    clock.now += 600
    forge.says("GET", ISSUE, Says(403, {"message": "Resource not accessible by integration"}))
    with pytest.raises(RefusedError):
        adapter.issue(7)
    adapter.close()


@pytest.mark.parametrize(
    ("says", "refusal"),
    [
        (Says(401, {"message": MARKER}), CredentialsError),
        (Says(403, {"message": MARKER}), CredentialsError),
        (Says(404, {"message": MARKER}), CredentialsError),
        (Says(422, {"message": MARKER}), CredentialsError),
        (Says(403, {"message": "secondary rate limit"}), LimitedError),
        (Says(502, b"<html>"), UnavailableError),
        (Says(201, b"<html>"), UnavailableError),
        (Says(201, {"token": MARKER}), UnavailableError),
        (minted(repositories=[{"id": 78}]), UnavailableError),
        (Says(cut=True), UnavailableError),
    ],
)
def test_a_token_that_cannot_be_had_wrote_nothing(
    forge: ScriptedForge, app_access: GitHubAppAccess, says: Says, refusal: type[ForgeError]
) -> None:
    forge.says("POST", MINT, minted("lookup"), says)
    adapter = open_forge(app_access)
    with pytest.raises(ForgeError) as caught:
        adapter.create_comment(7, "text", unguarded)
    assert type(caught.value) is refusal
    assert MARKER not in str(caught.value)
    adapter.close()
    assert forge.writes() == []


def test_a_key_that_cannot_be_read_is_told_without_showing_it(app_access: GitHubAppAccess) -> None:
    for pem in ("", MARKER, f"-----BEGIN RSA PRIVATE KEY-----\n{MARKER}\n-----END RSA PRIVATE KEY-----"):
        with pytest.raises(CredentialsError) as caught:
            forge_factory(replace(app_access, private_key=pem))
        assert MARKER not in str(caught.value)


def test_nothing_of_texts_and_tokens_is_logged_even_at_debug(
    forge: ScriptedForge, app_access: GitHubAppAccess, caplog: pytest.LogCaptureFixture
) -> None:
    forge.says("POST", MINT, minted())
    forge.says("GET", ISSUE, Says(200, github_issue()))
    adapter = open_forge(app_access)
    caplog.set_level(logging.DEBUG)
    logging.getLogger("github.Requester").setLevel(logging.DEBUG)
    adapter.issue(7)
    with pytest.raises(ForgeError):
        adapter.create_comment(7, MARKER, unguarded)
    adapter.close()
    assert caplog.records, "the connection pool does log, so something was listened to"
    assert MARKER not in caplog.text


# Who we are


def test_our_account_is_asked_for_once(world: GitHubWorld) -> None:
    first, second = world.factory(), world.factory()
    assert first.us() == second.us() == {world.us}
    asked = [path for _, path in world.asked() if "/users/" in path]
    assert asked == ["/users/xsa-scope%5Bbot%5D"]
    first.close()
    second.close()


def test_an_account_that_does_not_show_is_learned_from_what_it_writes(
    forge: ScriptedForge, app_access: GitHubAppAccess, clock: Clock
) -> None:
    forge.says("POST", MINT, minted())
    adapter = open_forge(replace(app_access, identities=frozenset({3})))
    assert adapter.us() == {3}
    assert adapter.us() == {3}
    assert forge.reads().count("/users/xsa-scope%5Bbot%5D") == 1
    clock.now += 61
    adapter.us()
    assert forge.reads().count("/users/xsa-scope%5Bbot%5D") == 2
    comment = {"id": 1, "created_at": SEEN_AT, "updated_at": SEEN_AT, "user": {"id": 99, "login": "xsa-scope[bot]"}}
    forge.says("POST", f"{ISSUE}/comments", Says(201, comment))
    adapter.create_comment(7, "text", unguarded)
    assert adapter.us() == {3, 99}
    adapter.close()


def test_with_a_personal_token_we_are_its_user(world: GitHubWorld) -> None:
    token = world.forge.create_token("mia")
    adapter = open_forge(GitHubTokenAccess(api_url=world.sandbox.url, project="octo/reports", token=token))
    assert adapter.us() == {world.person("mia").id}
    number = world.file()
    adapter.create_comment(number, "text", unguarded)
    adapter.close()
    world.forge.revoke_token(token)
    adapter = open_forge(GitHubTokenAccess(api_url=world.sandbox.url, project="octo/reports", token=token))
    with pytest.raises(CredentialsError) as caught:
        adapter.us()
    assert not caught.value.fresh
    adapter.close()


# Privacy


@pytest.mark.parametrize(
    ("private", "visibility", "seen"),
    [
        (True, "private", Visibility.PRIVATE),
        (True, "internal", Visibility.PUBLIC),
        (True, "public", Visibility.PUBLIC),
        (False, "private", Visibility.PUBLIC),
        (False, "public", Visibility.PUBLIC),
        (True, None, Visibility.PUBLIC),
        (None, "private", Visibility.PUBLIC),
        ("true", "private", Visibility.PUBLIC),
        (1, "private", Visibility.PUBLIC),
    ],
)
def test_only_what_is_private_by_both_fields_is_private(
    script: Script, private: object, visibility: object, seen: Visibility
) -> None:
    said = {**REPOSITORY, "private": private, "visibility": visibility}
    script.forge.says("GET", "/repositories/77", Says(200, {k: v for k, v in said.items() if v is not None}))
    adapter = script.factory()
    assert adapter.visibility() is seen
    adapter.close()


def test_an_internal_repository_is_public_to_us(world: GitHubWorld) -> None:
    adapter = world.factory()
    world.forge.set_visibility("octo/reports", "root", "internal")
    assert adapter.visibility() is Visibility.PUBLIC
    adapter.close()


def test_another_repository_under_our_number_is_refused(script: Script) -> None:
    script.forge.says("GET", "/repositories/77", Says(200, {**REPOSITORY, "id": 78}))
    adapter = script.factory()
    with pytest.raises(MovedError):
        adapter.visibility()
    adapter.close()


# Moved, renamed, gone


@pytest.mark.parametrize(
    ("location", "refusal"),
    [
        ("/repositories/78/issues/1", MovedError),
        ("http://elsewhere/repositories/78/issues/1", MovedError),
        ("/repos/octo/other/issues/1", MovedError),
        ("", MovedError),
        ("/repositories/77/issues/7/comments", UnavailableError),
        ("/repos/Octo/Reports/issues/7/comments", UnavailableError),
    ],
)
def test_a_comment_never_follows_its_issue_into_another_repository(
    script: Script, location: str, refusal: type[ForgeError]
) -> None:
    script.forge.says("POST", f"{ISSUE}/comments", Says(301, {"message": "Moved Permanently"}, {"Location": location}))
    adapter = script.factory()
    with pytest.raises(ForgeError) as caught:
        adapter.create_comment(7, MARKER, unguarded)
    assert type(caught.value) is refusal
    adapter.close()
    assert script.forge.writes() == [("POST", f"{ISSUE}/comments")]


def test_a_transferred_issue_that_we_can_follow_is_moved(world: GitHubWorld) -> None:
    token = world.forge.create_token("root")
    adapter = open_forge(GitHubTokenAccess(api_url=world.sandbox.url, project="octo/reports", token=token))
    number = world.file()
    world.move(number)
    for act in (
        lambda: adapter.issue(number),
        lambda: adapter.create_comment(number, "text", unguarded),
        lambda: adapter.change_labels(number, ["a"], [], unguarded),
    ):
        with pytest.raises(MovedError):
            act()
    adapter.close()
    there = world.forge.read_issue("octo/archive", 1)
    assert (there["comments"], there["labels"]) == ([], [])


def test_a_renamed_repository_goes_on_as_before(world: GitHubWorld) -> None:
    adapter = world.factory()
    number = world.file()
    adapter.issue(number)
    world.forge.rename_repository("octo/reports", "root", "secrets")
    assert adapter.issue(number).ref.project == "octo/reports"
    assert adapter.visibility() is Visibility.PRIVATE
    adapter.close()


def test_a_repository_renamed_while_we_were_away_is_found_by_its_old_name(
    forge: ScriptedForge, app_access: GitHubAppAccess
) -> None:
    by_number = {"Location": f"{forge.url}/repositories/77"}
    forge.says("GET", "/repos/octo/reports", Says(301, {}, by_number))
    forge.says("GET", "/repos/octo/reports/installation", Says(301, {}, {"Location": "/repositories/77/installation"}))
    forge.says("GET", "/repositories/77/installation", Says(200, {"id": 100, "app_slug": "xsa-scope"}))
    forge.says("POST", MINT, minted())
    adapter = open_forge(app_access)
    assert adapter.visibility() is Visibility.PRIVATE
    adapter.close()


def test_issues_switched_off_are_no_deleted_issue(script: Script) -> None:
    script.forge.says("GET", ISSUE, Says(410, {"message": "Issues are disabled for this repo"}))
    adapter = script.factory()
    with pytest.raises(RefusedError):
        adapter.issue(7)
    adapter.close()


def test_a_pull_request_is_not_found(world: GitHubWorld) -> None:
    number = world.forge.file_pull_request("octo/reports", "rita", "title")
    issue = world.file()
    adapter = world.factory()
    with pytest.raises(NotFoundError):
        adapter.issue(number)
    assert [each.ref.number for each in adapter.issues_updated_since(None)] == [issue]
    adapter.close()


def test_an_author_whose_account_is_gone_is_the_ghost(script: Script) -> None:
    script.forge.says("GET", ISSUE, Says(200, github_issue(user=None, body=None)))
    adapter = script.factory()
    issue = adapter.issue(7)
    assert (issue.author, issue.body) == (Person(0, "ghost"), "")
    adapter.close()


# Labels


def test_labels_go_out_as_github_describes_them(script: Script) -> None:
    script.forge.says("POST", LABELS, Says(200, [{"name": "a"}, {"name": "out-of-scope:1a-infoleak"}]))
    script.forge.says("DELETE", f"{LABELS}/out-of-scope%3A1a-infoleak", Says(200, [{"name": "a"}]))
    adapter = script.factory()
    assert adapter.change_labels(7, ["a"], ["out-of-scope:1a-infoleak"], unguarded) == {"a"}
    adapter.close()
    assert script.forge.asked[-2].body == {"labels": ["a"]}


@pytest.mark.parametrize("message", ["Label does not exist", "Not Found"])
def test_a_label_that_was_not_there_is_checked_by_reading(script: Script, message: str) -> None:
    script.forge.says("DELETE", f"{LABELS}/old", Says(404, {"message": message}))
    script.forge.says("GET", LABELS, Says(200, [{"name": "other"}]))
    adapter = script.factory()
    assert adapter.change_labels(7, [], ["old"], unguarded) == {"other"}
    adapter.close()


def test_a_label_in_another_case_is_the_same_label(script: Script) -> None:
    script.forge.says("POST", LABELS, Says(200, [{"name": "In-Scope"}]))
    adapter = script.factory()
    assert adapter.change_labels(7, ["in-scope"], [], unguarded) == {"In-Scope"}
    adapter.close()


def test_what_a_person_does_between_our_two_writes_is_no_refusal(script: Script) -> None:
    script.forge.says("POST", LABELS, Says(200, [{"name": "new"}, {"name": "old"}]))
    script.forge.says("DELETE", f"{LABELS}/old", Says(200, []))
    adapter = script.factory()
    assert adapter.change_labels(7, ["new"], ["old"], unguarded) == frozenset()
    adapter.close()


def test_a_label_that_exists_in_another_case_is_adopted(world: GitHubWorld) -> None:
    adapter = world.factory()
    adapter.create_label(LabelDefinition("In-Scope", "00ff00", "one"), unguarded)
    adapter.create_label(LabelDefinition("in-scope", "ff0000", "two"), unguarded)
    names = [each.name for each in adapter.label_definitions() if each.name.casefold() == "in-scope"]
    assert names == ["In-Scope"]
    with pytest.raises(RefusedError):
        adapter.create_label(LabelDefinition("x" * 51, "00ff00", ""), unguarded)
    adapter.close()


def test_github_has_no_confidential_issues(script: Script) -> None:
    adapter = script.factory()
    with pytest.raises(RefusedError):
        adapter.make_confidential(7, unguarded)
    adapter.close()
    assert script.forge.asked == []


# Roles


@pytest.mark.parametrize(
    ("answer", "role"),
    [
        ({"role_name": "triage", "permission": "read"}, Role.TRIAGE),
        ({"role_name": "Maintain", "permission": "write"}, Role.MAINTAIN),
        ({"role_name": "security-desk", "permission": "write"}, Role.TRIAGE),
        ({"role_name": "security-desk", "permission": "read"}, Role.READ),
        ({"role_name": "security-desk", "permission": "admin"}, Role.MAINTAIN),
        ({"role_name": "", "permission": "none"}, Role.NONE),
        ({"permission": "write"}, Role.TRIAGE),
        ({"role_name": "x", "permission": "y"}, Role.NONE),
    ],
)
def test_a_role_is_read_from_its_name_and_a_custom_one_from_its_permission(
    script: Script, answer: dict[str, str], role: Role
) -> None:
    path = "/repositories/77/collaborators/tom/permission"
    script.forge.says("GET", path, Says(200, {**answer, "user": {"id": 8, "login": "tom"}}))
    adapter = script.factory()
    assert adapter.role(Person(8, "tom")) is role
    assert adapter.role(Person(9, "tom")) is Role.NONE
    adapter.close()


def test_a_custom_role_in_the_sandbox_goes_by_its_base(world: GitHubWorld) -> None:
    world.forge.set_role("octo/reports", "tom", "write", custom="security-desk")
    adapter = world.factory()
    assert adapter.role(world.person("tom")) is Role.TRIAGE
    adapter.close()


# The forge's moods


@pytest.mark.parametrize(("seconds", "least"), [(9, 9), (0, 60)])
def test_a_secondary_limit_is_waited_out_as_asked_or_for_a_minute(world: GitHubWorld, seconds: int, least: int) -> None:
    adapter = world.factory()
    number = world.file()
    world.misbehave("secondary_limit", seconds=seconds, path="comments")
    with pytest.raises(LimitedError) as caught:
        adapter.create_comment(number, "text", unguarded)
    assert (caught.value.seconds, caught.value.kind) == (least, "secondary")
    adapter.close()


def test_a_fresh_token_in_the_sandbox_works_a_moment_later(world: GitHubWorld) -> None:
    number = world.file()
    world.misbehave("fresh_token", seconds=5, path="issues")
    adapter = world.factory()
    with pytest.raises(CredentialsError) as caught:
        adapter.issue(number)
    assert caught.value.fresh
    world.sandbox.core.clock.advance(6)
    assert adapter.issue(number).ref.number == number
    adapter.close()


def test_a_token_that_ended_early_is_replaced(world: GitHubWorld, clock: Clock) -> None:
    adapter = open_forge(replace(world.access, clock=clock))
    number = world.file()
    adapter.issue(number)
    clock.now += 100
    world.forge.expire_installation_tokens()
    with pytest.raises(CredentialsError):
        adapter.issue(number)
    assert adapter.issue(number).ref.number == number
    adapter.close()


def test_an_app_installed_anew_is_found_again(world: GitHubWorld, clock: Clock) -> None:
    adapter = open_forge(replace(world.access, clock=clock))
    number = world.file()
    adapter.issue(number)
    world.forge.suspend_installation(world.installation)
    clock.now += 3600
    with pytest.raises(CredentialsError):
        adapter.issue(number)
    world.forge.suspend_installation(world.installation, suspended=False)
    assert adapter.issue(number).ref.number == number
    adapter.close()
