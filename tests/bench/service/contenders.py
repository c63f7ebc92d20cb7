"""The four contenders: how each is started, killed and started again on the same state.

Ours is the real service with its default settings and `bot_ids` set: two web processes and one worker process. The
peers are apps of the bench's own (`tests/bench/peers`) on Probot and on gidgethub with aiohttp, one process each, as
such apps are run.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Protocol

from tests.bench.service.ground import PROJECT
from tests.bench.service.job import peers_job
from tests.bench.service.processes import BenchError, Process, free_port, wait_for_port
from tests.databases import SERVER, postgres_database

ROOT = Path(__file__).resolve().parent.parent.parent.parent
PEERS = ROOT / "tests" / "bench" / "peers"
PEERS_PYTHON = ROOT / "build" / "peers" / "bin" / "python"
SETTINGS = """\
database_url = "{database}"
admin_bind = "127.0.0.1:{admin}"

[web]
bind = "127.0.0.1:{port}"

[log]
format = "json"

[[tracker]]
forge = "github"
api_url = "{api}"
project = "{project}"
webhook_secret_env = "BENCH_SECRET"
app_id = {app}
private_key_file = "app.pem"
bot_ids = [{bot}]
"""
UNPACED = """
[budgets]
scale = 1000
"""
"""With the forge's limits lifted our own budgets are out of the way too: a thousand times the usual."""


@dataclass(frozen=True)
class Site:
    """Where a contender finds its forge, and where it may put what it keeps. The App's key is `app.pem` there."""

    folder: Path
    api: str
    app: int
    bot: int
    """Id of the App's bot account, by which ours tells its own writes when they come back as deliveries."""
    secret: str = field(repr=False)
    port: int = field(default_factory=free_port)

    @property
    def address(self) -> str:
        """Host and port of the contender."""
        return f"127.0.0.1:{self.port}"


class Purpose(Enum):
    """What a contender is started for."""

    ACCEPT = "take deliveries, and do nothing about them"
    FREE = "work without limits"
    LIMITED = "work under the forge's limits"


class Contender(Protocol):
    """A receiver of webhooks at `/webhooks/github` that labels and comments."""

    def start(self) -> None:
        """Come up; the second time on what the first left behind."""

    def processes(self) -> Mapping[str, Process]:
        """What runs, by what it is."""


class _Running:
    """What contenders have in common: named processes that listen on the site's port."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._processes: dict[str, Process] = {}

    def processes(self) -> Mapping[str, Process]:
        return self._processes

    def run(self, name: str, command: list[str], environment: Mapping[str, str]) -> Process:
        log = self.site.folder / f"{name}.log"
        self._processes[name] = Process(command, self.site.folder, environment, log)
        return self._processes[name]


class Ours(_Running):
    """The service on a database. To measure acceptance the web processes run alone."""

    def __init__(self, site: Site, database: str, purpose: Purpose) -> None:
        super().__init__(site)
        self._worker = purpose is not Purpose.ACCEPT
        settings = site.folder / "xsa-scope.toml"
        self._environment = {
            "XSA_SCOPE_CONFIG": str(settings),
            "BENCH_SECRET": site.secret,
            "PROMETHEUS_MULTIPROC_DIR": str(site.folder / "figures"),
        }
        text = SETTINGS if purpose is not Purpose.FREE else SETTINGS + UNPACED
        settings.write_text(
            text.format(
                database=database,
                admin=free_port(),
                port=site.port,
                api=site.api,
                project=PROJECT,
                app=site.app,
                bot=site.bot,
            ),
            encoding="utf-8",
        )
        upgrade = self.run("upgrade", self._command("db", "upgrade"), self._environment)
        if upgrade.wait() != 0:
            raise BenchError(upgrade.log.read_text(encoding="utf-8"))

    def start(self) -> None:
        web = self.run("web", self._command("web"), self._environment)
        if self._worker:
            self.run("worker", self._command("worker"), self._environment)
        wait_for_port(self.site.port, web)

    @staticmethod
    def _command(*words: str) -> list[str]:
        return [sys.executable, "-m", "webhook", *words]


class Peer(_Running):
    """One of the bench's own apps."""

    def __init__(self, site: Site, name: str, command: list[str], options: Mapping[str, str]) -> None:
        super().__init__(site)
        self._name, self._command = name, command
        job = site.folder / "job.json"
        job.write_text(peers_job(), encoding="utf-8")
        self._environment = {
            "PORT": str(site.port),
            "API_URL": site.api,
            "APP_ID": str(site.app),
            "PRIVATE_KEY_PATH": str(site.folder / "app.pem"),
            "WEBHOOK_SECRET": site.secret,
            "JOB": str(job),
            **options,
        }

    def start(self) -> None:
        wait_for_port(self.site.port, self.run(self._name, self._command, self._environment))


@dataclass(frozen=True)
class Entry:
    """A contender as the bench knows it before it runs."""

    name: str
    told: str
    ours: bool
    missing: Callable[[], str]
    """Why it cannot take part, empty if it can."""
    make: Callable[[Site, ExitStack, Purpose], Contender]
    """Set up on a site; the stack takes what must be taken away after."""


def _sqlite(site: Site, _stack: ExitStack, purpose: Purpose) -> Contender:
    return Ours(site, f"sqlite:///{site.folder}/xsa-scope.db", purpose)


def _postgres(site: Site, stack: ExitStack, purpose: Purpose) -> Contender:
    return Ours(site, stack.enter_context(_database()), purpose)


@contextmanager
def _database() -> Iterator[str]:
    with postgres_database(f"xsa_scope_bench_{os.getpid()}_{secrets.token_hex(3)}") as address:
        yield address.replace("postgresql+psycopg:", "postgresql:")


def _no_postgres() -> str:
    import psycopg  # noqa: PLC0415  # only where PostgreSQL is asked for

    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.Error as error:
        return f"PostgreSQL cannot be used ({type(error).__name__})"
    return ""


def _probot(site: Site, _stack: ExitStack, purpose: Purpose) -> Contender:
    # with the forge's limits lifted Probot may drop its own pacing, as its throttling plugin documents
    throttle = "off" if purpose is Purpose.FREE else "on"
    options = {"NODE_ENV": "production", "THROTTLE": throttle}
    return Peer(site, "probot", ["node", str(PEERS / "probot_app.mjs")], options)


def _no_probot() -> str:
    if shutil.which("node") is None:
        return "there is no Node"
    return (
        "" if (PEERS / "node_modules" / "probot").is_dir() else "Probot is not installed (npm ci in tests/bench/peers)"
    )


def _gidgethub(*, keep_token: bool) -> Callable[[Site, ExitStack, Purpose], Contender]:
    command = [str(PEERS_PYTHON), str(PEERS / "gidgethub_app.py")]
    options = {"KEEP_TOKEN": "1" if keep_token else "0"}
    return lambda site, _stack, _purpose: Peer(site, "gidgethub", command, options)


def _no_gidgethub() -> str:
    return "" if PEERS_PYTHON.is_file() else "gidgethub is not installed (tests/bench/peers/requirements.lock)"


CONTENDERS = (
    Entry("ours_sqlite", "ours, SQLite", ours=True, missing=str, make=_sqlite),
    Entry("ours_postgres", "ours, PostgreSQL", ours=True, missing=_no_postgres, make=_postgres),
    Entry("probot", "Probot", ours=False, missing=_no_probot, make=_probot),
    Entry("gidgethub", "gidgethub + aiohttp", ours=False, missing=_no_gidgethub, make=_gidgethub(keep_token=False)),
)
KEPT_TOKEN = Entry(
    "gidgethub_kept_token",
    "gidgethub, token kept",
    ours=False,
    missing=_no_gidgethub,
    make=_gidgethub(keep_token=True),
)
"""Beside the four: what gidgethub can do in an app that keeps its token for the hour it is good."""
