"""What libraries, warnings and uncaught exceptions say, cut down to where and how bad.

A library's message can quote what it was given: PyGithub prints bodies and tokens, SQLAlchemy parameters, an
exception's text an answer. So of a foreign record only level, logger, line and exception class are written; the
line tells a maintainer which message it was.
"""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType
from typing import Literal

from webhook.log.lines import State, failure, logger

QUIET = ("github", "gitlab", "urllib3", "werkzeug", "gunicorn", "sqlalchemy", "alembic", "markdown_it")
"""Libraries that never write below `warning`, whatever else is asked for."""

_log = logger("webhook.log")


def configure(
    level: Literal["debug", "info", "warning", "error"] = "info", style: Literal["auto", "json", "console"] = "auto"
) -> None:
    """Take over this process's logs: ours, the libraries', warnings and uncaught exceptions.

    `style` is `json`, `console`, or `auto`: for people on a terminal, else JSON.
    """
    State.level = logging.getLevelNamesMapping()[level.upper()]
    State.console = style == "console" or (style == "auto" and sys.stderr.isatty())
    root = logging.getLogger()
    root.handlers[:] = [LibraryHandler()]
    root.setLevel(logging.WARNING)
    for name in (*QUIET, "github.Requester"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


class LibraryHandler(logging.Handler):
    """Writes of a foreign record how bad it is and where it comes from. Its words stay behind."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's level, logger, line and exception class."""
        level = min(max(record.levelno, logging.WARNING), logging.ERROR)
        told = {"logger": record.name, "at": f"{record.filename}:{record.lineno}"}
        if record.exc_info and record.exc_info[1] is not None:
            told |= failure(record.exc_info[1])
        _log.log(level, "library", **told)


def _uncaught(kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log.error("uncaught", **failure(error))


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
        _log.error("uncaught.in-thread", **failure(told.exc_value))
