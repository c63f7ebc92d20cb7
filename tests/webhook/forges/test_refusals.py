"""What goes wrong on the way to a forge and back, told apart: one suite for both adapters."""

from __future__ import annotations

import contextlib
import socket
import traceback
from collections.abc import Callable, Iterator

import pytest

from tests.webhook.forges.scripted import MARKER, Says, Script
from webhook.forges import GitHubTokenAccess, GitLabAccess, forge_factory
from webhook.forges.port import (
    CredentialsError,
    Forge,
    ForgeError,
    GoneError,
    LimitedError,
    NotFoundError,
    RefusedError,
    UnavailableError,
    UncertainError,
)
from webhook.issue import LabelDefinition


def unguarded() -> None:
    """A guard that lets everything through."""


Act = Callable[[Forge], object]


def read(forge: Forge) -> object:
    return forge.issue(7)


def write(forge: Forge) -> object:
    return forge.create_comment(7, f"about {MARKER}", unguarded)


def refusal(script: Script, act: Act) -> ForgeError:
    adapter = script.factory()
    try:
        with pytest.raises(ForgeError) as caught:
            act(adapter)
    finally:
        adapter.close()
    return caught.value


@pytest.mark.parametrize(
    ("says", "on_read", "on_write"),
    [
        (Says(400, {"message": MARKER}), RefusedError, RefusedError),
        (Says(401, {"message": MARKER}), CredentialsError, CredentialsError),
        (Says(403, {"message": MARKER}), RefusedError, RefusedError),
        (Says(404, {"message": MARKER}), NotFoundError, NotFoundError),
        (Says(408, {"message": MARKER}), UnavailableError, UncertainError),
        (Says(409, {"message": MARKER}), UnavailableError, UnavailableError),
        (Says(410, {"message": MARKER}), GoneError, GoneError),
        (Says(422, {"message": MARKER}), RefusedError, RefusedError),
        (Says(429, {"message": MARKER}), LimitedError, LimitedError),
        (Says(429, MARKER.encode()), LimitedError, LimitedError),
        (Says(500, {"message": MARKER}), UnavailableError, UncertainError),
        (Says(502, b"<html>" + MARKER.encode()), UnavailableError, UncertainError),
        (Says(503, None), UnavailableError, UncertainError),
        (Says(200, b"<html>" + MARKER.encode()), UnavailableError, UncertainError),
        (Says(200, b'{"half": "' + MARKER.encode()), UnavailableError, UncertainError),
        (Says(200, None), UnavailableError, UncertainError),
        (Says(200, {"iid": MARKER, "number": MARKER}), UnavailableError, UncertainError),
        (Says(200, [MARKER]), UnavailableError, UncertainError),
        (Says(202, {"message": MARKER}), UnavailableError, UncertainError),
        (Says(307, None, {"Location": "/elsewhere"}), UnavailableError, UnavailableError),
        (Says(308, None, {"Location": "/elsewhere"}), UnavailableError, UnavailableError),
        (Says(302, None, {"Location": "/login"}), UnavailableError, UnavailableError),
        (Says(303, None, {"Location": "/login"}), UnavailableError, UnavailableError),
        (Says(cut=True), UnavailableError, UncertainError),
        (Says(200, {}, wait=3), UnavailableError, UncertainError),
    ],
    ids=lambda value: f"{value.status}{'-cut' * value.cut}" if isinstance(value, Says) else value.__name__,
)
def test_every_failure_is_a_refusal_of_the_port(
    script: Script, says: Says, on_read: type[ForgeError], on_write: type[ForgeError]
) -> None:
    script.forge.says("GET", script.issue_path, says)
    script.forge.says("POST", script.comments_path, says)
    for act, expected in ((read, on_read), (write, on_write)):
        error = refusal(script, act)
        assert type(error) is expected
        assert_silent(error)
    assert len(script.forge.writes()) == 1, "a write is sent once, whatever happens"


def assert_silent(error: BaseException) -> None:
    """Nothing of an answer, a request or a token in an error, in what it is chained to, or in what it holds."""
    told = "".join(traceback.format_exception(error)) + repr(error) + str(error) + repr(error.args) + repr(vars(error))
    assert MARKER not in told
    chain, seen = [error.__context__, error.__cause__], []
    while chain:
        if (link := chain.pop()) is not None:
            seen.append(link)
            chain += [link.__context__, link.__cause__]
    assert not seen, "nothing is chained that could carry a body"


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port nobody listens on."""
    with contextlib.closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_a_refused_connection_is_certain_not_to_have_written(script: Script) -> None:
    """The forge goes away between a read and the write."""
    says = Says(200, script.issue(), {"Connection": "close"})
    script.forge.says("GET", script.issue_path, says)
    adapter = script.factory()
    adapter.issue(7)
    script.forge.close()
    with pytest.raises(UnavailableError) as caught:
        adapter.create_comment(7, MARKER, unguarded)
    assert_silent(caught.value)
    adapter.close()


@pytest.mark.parametrize("kind", [GitHubTokenAccess, GitLabAccess])
def test_a_forge_that_is_not_there_is_unavailable(
    kind: type[GitHubTokenAccess | GitLabAccess], closed_port: int
) -> None:
    nowhere = forge_factory(kind(api_url=f"http://127.0.0.1:{closed_port}", project="o/r", token=MARKER))()
    with pytest.raises(UnavailableError) as caught:
        nowhere.visibility()
    assert_silent(caught.value)
    nowhere.close()


def test_a_limit_says_how_long(script: Script) -> None:
    says = Says(429, {"message": MARKER}, {"Retry-After": "17", "Date": "Mon, 23 Nov 2026 02:00:00 GMT"})
    script.forge.says("POST", script.comments_path, says)
    error = refusal(script, write)
    assert isinstance(error, LimitedError)
    assert error.seconds == 17


def test_a_limit_without_headers_is_a_minute(script: Script) -> None:
    script.forge.says("POST", script.comments_path, Says(429, {"message": {"error": MARKER}}))
    error = refusal(script, write)
    assert isinstance(error, LimitedError)
    assert (error.seconds, error.kind) == (60, "application" if script.kind == "gitlab" else "secondary")


def test_what_the_guard_raises_goes_through_and_nothing_is_sent(script: Script) -> None:
    class NotMineError(Exception):
        pass

    def guard() -> None:
        raise NotMineError

    label = LabelDefinition("in-scope", "00ff00", "")
    adapter = script.factory()
    acts: list[Act] = [
        lambda f: f.change_labels(7, ["a"], ["b"], guard),
        lambda f: f.create_comment(7, "x", guard),
        lambda f: f.edit_comment(7, 31, "x", guard),
        lambda f: f.delete_comment(7, 31, guard),
        lambda f: f.react(7, 31, "+1", guard),
        lambda f: f.create_label(label, guard),
    ]
    for act in acts:
        with pytest.raises(NotMineError):
            act(adapter)
    adapter.close()
    assert script.forge.writes() == []


def test_a_token_is_never_sent_to_another_address(script: Script) -> None:
    """Redirects are not followed; a next page is asked for where we asked for the first one."""
    other = "http://127.0.0.1:1/api/v4/steal?page=2&per_page=100"
    script.forge.says(
        "GET",
        script.comments_path,
        Says(200, [script.comment(id=1)], {"Link": f'<{other}>; rel="next"'}),
        Says(200, [script.comment(id=2)]),
    )
    adapter = script.factory()
    assert [comment.id for comment in adapter.comments(7)] == [1, 2]
    adapter.close()
    assert [a.query.get("page") for a in script.forge.asked if a.path == script.comments_path] == [None, ["2"]]


def test_an_endless_list_ends(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webhook.forges.exchange.MOST_PAGES", 3)
    again = Says(200, [], {"Link": f'<{script.forge.url}{script.comments_path}?page=2>; rel="next"'})
    script.forge.says("GET", script.comments_path, again)
    assert isinstance(refusal(script, lambda f: f.comments(7)), UnavailableError)


def test_an_answer_about_another_issue_is_not_taken(script: Script) -> None:
    script.forge.says("GET", script.issue_path, Says(200, script.issue(8)))
    assert_silent(refusal(script, read))
    script.forge.says("GET", script.comments_path, Says(200, [script.comment(8)]))
    assert isinstance(refusal(script, lambda f: f.comments(7)), UnavailableError)


def test_labels_that_did_not_stick_are_named(script: Script) -> None:
    answer = [{"name": MARKER}] if script.kind == "github" else script.issue(labels=[MARKER])
    script.forge.says(*script.label_write, Says(200, answer))
    error = refusal(script, lambda f: f.change_labels(7, ["in-scope"], [], unguarded))
    assert isinstance(error, RefusedError)
    assert "in-scope" in str(error)
    assert_silent(error)


def test_an_address_with_a_password_in_it_is_none(script: Script) -> None:
    kind = GitHubTokenAccess if script.kind == "github" else GitLabAccess
    for url in ("https://user:secret@forge.example", "ftp://forge.example", "forge.example", "https://f.example/?a=b"):
        with pytest.raises(ValueError, match="API address") as caught:
            forge_factory(kind(api_url=url, project="o/r", token="t"))()
        assert "secret" not in str(caught.value)


def test_secrets_do_not_show(script: Script) -> None:
    kind = GitHubTokenAccess if script.kind == "github" else GitLabAccess
    assert MARKER not in repr(kind(api_url="https://forge.example", project="o/r", token=MARKER))
