"""A sandbox with a GitLab project, people of every role, real python-gitlab clients and a receiver for its hook."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import gitlab
import requests

from tests.stand.gitlab_check import Delivered
from webhook.sandbox import Sandbox

SIGNING_TOKEN = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
PROJECT = "xen-sec/private-reports"
ROLES = {
    "gus": "guest",
    "pia": "planner",
    "rex": "reporter",
    "dora": "developer",
    "max": "maintainer",
    "olga": "owner",
}


class Receiver:
    """A webhook receiver on 127.0.0.1 that keeps what it gets and answers `status`."""

    def __init__(self) -> None:
        self.status = 202
        self.got: list[Delivered] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.got.append(Delivered(headers, body))
                self.send_response(receiver.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/gitlab"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class GitLabStand:
    """`with GitLabStand() as stand:` a public project, the people of `ROLES`, and `rita`, who is nobody's member."""

    def __init__(self, visibility: str = "public") -> None:
        self.sandbox = Sandbox()
        self.gitlab = self.sandbox.gitlab
        self.project_id = self.gitlab.create_project(PROJECT, visibility, ROLES)
        self.receiver = Receiver()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self.sandbox)
        self._stack.enter_context(self.receiver)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def client(self, person: str, **more: Any) -> gitlab.Gitlab:
        """A python-gitlab client with a token of that person."""
        token = self.gitlab.create_token(person)
        made = gitlab.Gitlab(self.sandbox.url, private_token=token, timeout=10, retry_transient_errors=False, **more)
        self._stack.callback(made.session.close)
        return made

    def project(self, person: str) -> Any:
        """The project as that person's client has it, unread."""
        return self.client(person).projects.get(self.project_id, lazy=True)

    def raw(self, person: str | None, method: str, path: str, **more: Any) -> requests.Response:
        """A request as it stands on the wire, below `/api/v4`."""
        headers = {"PRIVATE-TOKEN": self.gitlab.create_token(person)} if person else {}
        return requests.request(
            method, f"{self.sandbox.url}/api/v4{path}", headers=headers, timeout=10, allow_redirects=False, **more
        )

    def file(self, title: str = "a leak", person: str = "rita", **more: Any) -> int:
        """An issue, confidential unless said otherwise."""
        return self.gitlab.file_issue(self.project_id, person, title, **{"confidential": True, **more})

    def hook(self, **more: Any) -> int:
        """A hook that tells the receiver of issues and notes, signed."""
        return self.gitlab.create_hook(self.project_id, self.receiver.url, **{"signing_token": SIGNING_TOKEN, **more})

    def delivered(self) -> list[Delivered]:
        """What the receiver got, once nothing is on its way any more."""
        assert self.sandbox.core.deliveries.wait_idle(10)
        return list(self.receiver.got)

    def new(self, action: Callable[[], object]) -> list[Delivered]:
        """What the receiver got because of an action."""
        before = len(self.delivered())
        action()
        return self.delivered()[before:]


def refused(action: Callable[[], object]) -> tuple[int, Any]:
    """Status and message of the refusal an action meets."""
    try:
        action()
    except gitlab.exceptions.GitlabError as error:
        return error.response_code or 0, error.error_message
    raise AssertionError("it was not refused")
