"""A forge that says what the test tells it to, over real sockets, and what its answers look like."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from webhook.forges import ForgeFactory, GitHubTokenAccess, GitLabAccess, forge_factory

MARKER = "pl4nted-m4rker"
"""Stands in bodies, answers and tokens; must never come out of an exception."""

IMPATIENT = (1.0, 1.0)
"""Seconds our adapters wait here: enough for a busy machine, short enough for a test."""

SEEN_AT = "2026-11-23T02:00:00Z"


@dataclass
class Asked:
    """One request as it arrived."""

    verb: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any


@dataclass
class Says:
    """An answer. `cut`: hang up without one; `wait`: stay silent for so many seconds first."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    wait: float = 0.0


class ScriptedForge:
    """Answers by (verb, path), the last answer of a list repeating; 404 in JSON otherwise. Remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: dict[tuple[str, str], list[Says]] = {}
        self._done = threading.Event()
        forge = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                forge._answer(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815  # http.server's names

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        class Server(ThreadingHTTPServer):
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def says(self, verb: str, path: str, *answers: Says) -> None:
        self.answers[verb, path] = list(answers)

    def writes(self) -> list[tuple[str, str]]:
        return [(a.verb, a.path) for a in self.asked if a.verb != "GET" and "access_tokens" not in a.path]

    def reads(self) -> list[str]:
        return [a.path for a in self.asked if a.verb == "GET"]

    def close(self) -> None:
        self._done.set()
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, call: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(call.path)
        sent = call.rfile.read(int(call.headers.get("Content-Length") or 0))
        headers = {key.lower(): value for key, value in call.headers.items()}
        asked = Asked(call.command, parts.path, parse_qs(parts.query), headers, json.loads(sent) if sent else None)
        self.asked.append(asked)
        said = self.answers.get((call.command, parts.path), [Says(404, {"message": f"404 Not Found {MARKER}"})])
        answer = said.pop(0) if len(said) > 1 else said[0]
        if answer.wait and self._done.wait(answer.wait):
            return
        if answer.cut:
            call.close_connection = True
            return
        data = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        data = b"" if answer.body is None else data
        call.send_response_only(answer.status)
        content_type = "application/json" if not isinstance(answer.body, bytes) else "text/html"
        for key, value in {"Content-Type": content_type, "Content-Length": str(len(data)), **answer.headers}.items():
            call.send_header(key, value)
        call.end_headers()
        call.wfile.write(data)


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 1_795_399_200.0

    def __call__(self) -> float:
        return self.now


REPOSITORY = {"id": 77, "full_name": "octo/reports", "private": True, "visibility": "private"}


def github_issue(number: int = 7, **changes: Any) -> dict[str, Any]:
    return {
        "number": number,
        "repository_url": "http://forge/repos/octo/reports",
        "user": {"id": 5, "login": "rita"},
        "title": MARKER,
        "body": MARKER,
        "labels": [{"name": "bug"}],
        "state": "open",
        "created_at": SEEN_AT,
        "updated_at": SEEN_AT,
        **changes,
    }


def gitlab_issue(number: int = 7, **changes: Any) -> dict[str, Any]:
    return {
        "id": 9001,
        "iid": number,
        "project_id": 77,
        "author": {"id": 5, "username": "rita"},
        "title": MARKER,
        "description": MARKER,
        "labels": ["bug"],
        "state": "opened",
        "confidential": True,
        "created_at": SEEN_AT,
        "updated_at": SEEN_AT,
        **changes,
    }


@dataclass
class Script:
    """One kind of forge as the tests of both speak of it: its adapters, and where its things lie."""

    kind: str
    forge: ScriptedForge
    factory: ForgeFactory
    issue_path: str
    comments_path: str
    create_label_path: str
    label_write: tuple[str, str]
    issue: Callable[..., dict[str, Any]]

    def comment(self, number: int = 7, **changes: Any) -> dict[str, Any]:
        common = {"id": 31, "body": MARKER, "created_at": SEEN_AT, "updated_at": SEEN_AT}
        if self.kind == "github":
            url = f"http://forge/repos/octo/reports/issues/{number}"
            return {**common, "user": {"id": 99, "login": "xsa[bot]"}, "issue_url": url, **changes}
        author = {"id": 99, "username": "xsa-bot"}
        return {**common, "author": author, "noteable_iid": number, "system": False, "internal": False, **changes}


def github_script(forge: ScriptedForge, clock: Clock) -> Script:
    forge.says("GET", "/repos/octo/reports", Says(200, REPOSITORY))
    forge.says("GET", "/repositories/77", Says(200, REPOSITORY))
    access = GitHubTokenAccess(
        api_url=forge.url, project="octo/reports", token=f"ghp_{MARKER}", timeouts=IMPATIENT, clock=clock
    )
    return Script(
        "github",
        forge,
        forge_factory(access),
        "/repositories/77/issues/7",
        "/repositories/77/issues/7/comments",
        "/repositories/77/labels",
        ("POST", "/repositories/77/issues/7/labels"),
        github_issue,
    )


def gitlab_script(forge: ScriptedForge, clock: Clock) -> Script:
    project = {"id": 77, "visibility": "private"}
    forge.says("GET", "/api/v4/projects/octo%2Freports", Says(200, project))
    forge.says("GET", "/api/v4/projects/77", Says(200, project))
    access = GitLabAccess(
        api_url=forge.url, project="octo/reports", token=f"glpat-{MARKER}", timeouts=IMPATIENT, clock=clock
    )
    return Script(
        "gitlab",
        forge,
        forge_factory(access),
        "/api/v4/projects/77/issues/7",
        "/api/v4/projects/77/issues/7/notes",
        "/api/v4/projects/77/labels",
        ("PUT", "/api/v4/projects/77/issues/7"),
        gitlab_issue,
    )
