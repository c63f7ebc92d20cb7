"""gunicorn as our web faces run it: configured from our settings alone, its words in our log, an end without loss."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.util import import_app

from webhook.cli import starting
from webhook.log import logger

STUCK_SECONDS = 60
"""A web process that shows no sign of life for this long is replaced."""

_log = logger(__name__)


class Server(BaseApplication):
    """gunicorn without a command line, a file or a variable of its own. `application`: `module:function()`."""

    def __init__(self, application: str, options: Mapping[str, Any]) -> None:
        self._application, self._options = application, options
        super().__init__()

    def load_config(self) -> None:
        """Set our options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build the application; called in each web process, after the fork."""
        return import_app(self._application)


def options(face: str, *, bind: str, workers: int, threads: int, drain: float) -> dict[str, Any]:
    """What differs from gunicorn's defaults. `face` names it to the log and to `ps`; `drain` in seconds."""
    memory = Path("/dev/shm")  # noqa: S108  # heartbeat files belong in memory; gunicorn makes them safely itself

    def tell_ready(server: Any) -> None:
        """Say where the face listens. A port of 0 in the settings means any free one."""
        for listener in server.LISTENERS:
            name = listener.sock.getsockname()
            if isinstance(name, tuple):
                _log.info(f"{face}.started", port=name[1], workers=server.num_workers, pid=server.pid)

    return {
        "bind": bind,
        "workers": workers,
        "threads": threads,
        "worker_class": "gthread",
        "graceful_timeout": int(drain),
        "timeout": STUCK_SECONDS,
        "keepalive": 5,
        "worker_tmp_dir": str(memory) if os.access(memory, os.W_OK) else None,
        "logger_class": WebLogger,
        "accesslog": None,  # our own line per request names routes, never addresses
        "control_socket_disable": True,
        "when_ready": tell_ready,
        "child_exit": forget_figures,
        "proc_name": f"xsa-scope-{face}",
    }


def forget_figures(_server: Any, worker: Any) -> None:
    """Tell the shared figures that a web process is gone."""
    starting.forget_figures(worker.pid)


class WebLogger(Logger):
    """gunicorn's log without handlers of its own: what it says goes where all libraries' words go."""

    def setup(self, cfg: Any) -> None:
        """Keep the loggers as `webhook.log` has set them up."""
        self.cfg = cfg
        self.error_log.propagate = True
        self.error_log.handlers.clear()
        self.access_log.handlers.clear()
