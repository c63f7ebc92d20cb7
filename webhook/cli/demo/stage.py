"""The demo's stage: a sandbox of both forges, and the real service beside it as processes of its own.

Everything lies in one folder that is removed at the end, unless it is to be kept. Loopback only.
"""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from webhook.sandbox import Sandbox

ORGANISATION = "xen-sec"
GITHUB_PROJECT = f"{ORGANISATION}/private-reports"
GITLAB_PROJECT = f"{ORGANISATION}/reports"
APP = "xsa-scope"
TEAM, REPORTER = "tess", "rita"
START_SECONDS = 60.0
STOP_SECONDS = 30.0

SETTINGS = """\
database_url = "sqlite:///{folder}/xsa-scope.db"
admin_bind = "127.0.0.1:{admin_port}"

[settling]
quiet_seconds = 1
longest_seconds = 5

[web]
bind = "127.0.0.1:{port}"

[log]
format = "json"

[[tracker]]
forge = "github"
api_url = "{api}"
project = "{github}"
webhook_secret_env = "DEMO_GITHUB_SECRET"
app_id = {app_id}
private_key_file = "app.pem"

[[tracker]]
forge = "gitlab"
api_url = "{api}"
project = "{gitlab}"
signing_secret_env = "DEMO_GITLAB_SIGNING"
token_env = "DEMO_GITLAB_TOKEN"
"""


class StageError(Exception):
    """The service did not come up."""


@dataclass(slots=True)
class Stage:
    """Sandbox and service, from `with` to its end."""

    folder: Path
    sandbox: Sandbox
    port: int
    admin_port: int
    service: subprocess.Popen[bytes] | None = None

    @classmethod
    def set_up(cls, folder: Path) -> Self:
        """Lay the stage in an empty folder; nothing runs yet."""
        return cls(folder, Sandbox(), _free_port(), _free_port())

    @property
    def log(self) -> Path:
        """What the service logs."""
        return self.folder / "service.log"

    @property
    def database(self) -> str:
        """The service's database."""
        return f"sqlite:///{self.folder}/xsa-scope.db"

    @property
    def settings(self) -> Path:
        """The service's settings."""
        return self.folder / "xsa-scope.toml"

    @property
    def alive(self) -> bool:
        """Whether the service still runs."""
        return self.service is not None and self.service.poll() is None

    @property
    def address(self) -> str:
        """The service's web face."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def watched_at(self) -> str:
        """The service's face for operators."""
        return f"http://127.0.0.1:{self.admin_port}"

    def __enter__(self) -> Self:
        self.sandbox.start()
        try:
            environment = self._projects()
            with self.log.open("wb") as log:
                self.service = subprocess.Popen(  # our own program
                    [sys.executable, "-m", "webhook", "serve"],
                    env={**_bare_environment(), **environment},
                    cwd=self.folder,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            self._wait_until_up()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.service is not None:
            self.service.terminate()
            try:
                self.service.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.service.kill()
                self.service.wait()
        self.sandbox.stop()

    def _projects(self) -> dict[str, str]:
        """Two projects with people, an App, a bot and signed hooks; returns the service's secrets."""
        github, gitlab = self.sandbox.github, self.sandbox.gitlab
        secret = secrets.token_hex(20)
        signing = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        github.create_repository(GITHUB_PROJECT, roles={TEAM: "triage", REPORTER: "read"})
        app = github.create_app(APP, ORGANISATION, hook_url=f"{self.address}/webhooks/github", secret=secret)
        github.install_app(APP, [GITHUB_PROJECT])
        gitlab.create_project(GITLAB_PROJECT, "public", roles={TEAM: "planner", REPORTER: "guest"})
        bot = gitlab.create_bot(GITLAB_PROJECT)
        gitlab.create_hook(GITLAB_PROJECT, f"{self.address}/webhooks/gitlab", signing_token=signing)
        self._write(app)
        return {
            "XSA_SCOPE_CONFIG": str(self.settings),
            "DEMO_GITHUB_SECRET": secret,
            "DEMO_GITLAB_SIGNING": signing,
            "DEMO_GITLAB_TOKEN": bot["token"],
        }

    def _write(self, app: dict[str, object]) -> None:
        key = self.folder / "app.pem"
        key.touch(mode=0o600)
        key.write_text(str(app["private_key"]), encoding="ascii")
        settings = SETTINGS.format(
            folder=self.folder,
            port=self.port,
            admin_port=self.admin_port,
            api=self.sandbox.url,
            github=GITHUB_PROJECT,
            gitlab=GITLAB_PROJECT,
            app_id=app["id"],
        )
        self.settings.write_text(settings, encoding="utf-8")

    def _wait_until_up(self) -> None:
        for _ in _every(0.1, START_SECONDS):
            if not self.alive:
                break
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.address}/healthz", timeout=2):  # noqa: S310  # loopback
                return
        raise StageError(f"the service did not start; its log is {self.log}")


def _every(pause: float, at_most: float) -> Iterator[None]:
    deadline = time.monotonic() + at_most
    while time.monotonic() < deadline:
        yield
        time.sleep(pause)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _bare_environment() -> dict[str, str]:
    """The environment without settings of another xsa-scope that the caller may have."""
    foreign = ("XSA_SCOPE_CONFIG", "DATABASE_URL", "PORT", "DYNO", "PROMETHEUS_MULTIPROC_DIR")
    return {name: value for name, value in os.environ.items() if name not in foreign}
