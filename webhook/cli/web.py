"""`xsa-scope web`: the web face under gunicorn, with threads in a few processes, and an end that loses no request."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.util import import_app

from webhook.cli import starting
from webhook.log import logger
from webhook.settings import Settings

APPLICATION = "webhook.wsgi:create_app()"
STUCK_SECONDS = 60
"""A web process that shows no sign of life for this long is replaced."""

_log = logger(__name__)


@click.command()
def command() -> None:
    """Run the web processes: webhooks and health. `PORT`, where it is set, wins over `web.bind`."""
    settings = starting.settings()
    starting.store(settings).close()  # say what is wrong with it here, in words
    starting.share_figures()
    Server(settings).run()


class Server(BaseApplication):
    """gunicorn, configured from our settings alone: no command line, no file, no variable of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set our options."""
        for name, value in options(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build the application; called in each web process, after the fork."""
        return import_app(APPLICATION)


def options(settings: Settings) -> dict[str, Any]:
    """What differs from gunicorn's defaults."""
    memory = Path("/dev/shm")  # noqa: S108  # heartbeat files belong in memory; gunicorn makes them safely itself
    return {
        "bind": settings.web.bind,
        "workers": settings.web.workers,
        "threads": settings.web.threads,
        "worker_class": "gthread",
        "graceful_timeout": int(settings.web.drain_seconds),
        "timeout": STUCK_SECONDS,
        "keepalive": 5,
        "worker_tmp_dir": str(memory) if os.access(memory, os.W_OK) else None,
        "logger_class": WebLogger,
        "accesslog": None,  # our own line per request names routes, never addresses
        "control_socket_disable": True,
        "when_ready": tell_ready,
        "child_exit": forget_figures,
        "proc_name": "xsa-scope-web",
    }


def tell_ready(server: Any) -> None:
    """Say where the web face listens. A port of 0 in the settings means any free one."""
    for listener in server.LISTENERS:
        name = listener.sock.getsockname()
        if isinstance(name, tuple):
            _log.info("web.started", port=name[1], workers=server.num_workers, pid=server.pid)


def forget_figures(_server: Any, worker: Any) -> None:
    """Tell the shared figures that a web process is gone."""
    from prometheus_client import multiprocess  # noqa: PLC0415  # only once the folder of figures is set

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library leaves it untyped


class WebLogger(Logger):
    """gunicorn's log without handlers of its own: what it says goes where all libraries' words go."""

    def setup(self, cfg: Any) -> None:
        """Keep the loggers as `webhook.log` has set them up."""
        self.cfg = cfg
        self.error_log.propagate = True
        self.error_log.handlers.clear()
        self.access_log.handlers.clear()
