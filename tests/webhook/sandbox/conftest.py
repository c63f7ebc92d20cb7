"""A sandbox per test, somewhere to send webhooks to, and GitHub's REST description to compare answers with."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jsonschema import Draft202012Validator

from tests.webhook.sandbox.github_stage import Box, Described, Letter, Stage
from webhook.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(lifetime=60) as running:
        yield running


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
def described(shared_data: Path) -> Described:
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
