"""A sandbox per test, somewhere to send webhooks to, and GitHub's REST description to compare answers with."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github import Auth, Github
from jsonschema import Draft202012Validator

from webhook.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(lifetime=60) as running:
        yield running


@dataclass
class Letter:
    """One delivery as the receiver saw it; header names in lower case."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> str:
        return self.headers["x-github-event"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Box:
    """A webhook receiver: keeps what it gets and answers `status` after `seconds`."""

    url: str = ""
    status: int = 202
    seconds: float = 0.0
    letters: list[Letter] = field(default_factory=list)

    def of(self, event: str, action: str | None = None) -> list[Letter]:
        return [one for one in self.letters if one.event == event and action in {None, one.json.get("action")}]


@pytest.fixture
def box() -> Iterator[Box]:
    receiver = Box()
    wait = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.letters.append(Letter({k.lower(): v for k, v in self.headers.items()}, body))
            wait.wait(receiver.seconds)
            self.send_response(receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/webhooks/github"
    yield receiver
    wait.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def app_key() -> tuple[str, str]:
    """An App's private and public key as PEM."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return (
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        ).decode(),
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    )


@dataclass
class Stage:
    """A private repository with people and an installed App, as a team would set it up."""

    sandbox: Sandbox
    repository: int
    app: dict[str, Any]
    installation: int
    private_key: str
    secret: str = "s3cret"
    name: str = "example/reports"

    @property
    def github(self) -> Any:
        return self.sandbox.github

    @property
    def app_auth(self) -> Auth.AppAuth:
        return Auth.AppAuth(self.app["id"], self.private_key)

    def client(self, auth: Auth.Auth | None = None) -> Github:
        """PyGithub as the App's installation, or with other credentials; without its own retries and pauses."""
        return Github(
            auth=auth or self.app_auth.get_installation_auth(self.installation),
            base_url=self.sandbox.url,
            lazy=True,
            retry=None,
            per_page=100,
            seconds_between_requests=0,
            seconds_between_writes=0,
        )

    def person(self, login: str) -> Github:
        """PyGithub with a person's classic token."""
        return self.client(Auth.Token(self.github.create_token(login)))

    def scoped(self, permissions: dict[str, str] | None = None, repositories: list[int] | None = None) -> str:
        """An installation token with the permissions and repositories asked for."""
        body = {"permissions": permissions or {}, "repository_ids": repositories or [self.repository]}
        _, answer = self.client(self.app_auth).requester.requestJsonAndCheck(
            "POST", f"/app/installations/{self.installation}/access_tokens", input=body
        )
        return str(answer["token"])

    def issue(self, number: int, client: Github | None = None) -> Any:
        return (client or self.client()).get_repo(self.repository).get_issue(number)

    def settled(self) -> None:
        assert self.sandbox.core.deliveries.wait_idle(10)


@pytest.fixture
def stage(sandbox: Sandbox, box: Box, app_key: tuple[str, str]) -> Stage:
    private, public = app_key
    github = sandbox.github
    roles = {"rita": "read", "tom": "triage", "wanda": "write", "ada": "admin"}
    repository = github.create_repository("example/reports", roles=roles)
    app = github.create_app("xsa-scope", "example", hook_url=box.url, secret="s3cret", public_key=public)
    installation = github.install_app("xsa-scope", ["example/reports"])
    return Stage(sandbox, repository, app, installation, private)


@pytest.fixture(scope="session")
def described(shared_data: Path) -> Callable[[str, str, int, Any], list[str]]:
    """Faults of an answer's body against GitHub's REST description (`octokit/openapi`, trimmed)."""
    document = json.loads((shared_data / "github-rest" / "gh_trim31.json").read_text(encoding="utf-8"))

    def faults(method: str, path: str, status: int, body: Any) -> list[str]:
        answer = document["paths"][path][method.lower()]["responses"][str(status)]
        if "$ref" in answer:
            answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        schema = {**answer["content"]["application/json"]["schema"], "components": document["components"]}
        found = Draft202012Validator(schema).iter_errors(body)
        return [f"{error.json_path}: {error.message[:200]}" for error in found]

    return faults
