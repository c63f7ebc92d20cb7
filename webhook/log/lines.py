"""From a call to a line: level, time, the fixed shapes, then JSON or a line for people, written at once.

The chain is fixed here and not in structlog's global configuration, so that no line escapes it, configured or not.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from types import TracebackType
from typing import Any, Final, cast

import structlog
from structlog.contextvars import merge_contextvars
from structlog.processors import JSONRenderer, TimeStamper
from structlog.typing import EventDict, FilteringBoundLogger

from webhook.log.shapes import UnfitForLogError, fit_key, fits, plain

HOME: Final = Path(__file__).resolve().parent.parent
NOWHERE: Final = "none:0"


class State:
    """How this process writes. Silent below `warning` until `configure` is called."""

    level: int = logging.WARNING
    console: bool = False
    strict: bool = False


@contextmanager
def strict() -> Iterator[None]:
    """While tests run: a line that does not fit is an error at the place that wrote it."""
    before, State.strict = State.strict, True
    try:
        yield
    finally:
        State.strict = before


def failure(error: BaseException) -> dict[str, str]:
    """What may be told of an exception: its class, and the innermost line of ours that it came through."""
    return {"error": type(error).__name__, "at": _place(error.__traceback__)}


def logger(room: str) -> FilteringBoundLogger:
    """The logger of one module; `room` is the module's `__name__`."""
    bound = structlog.wrap_logger(
        _StandardError(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        processors=CHAIN,
    )
    return cast("FilteringBoundLogger", bound.bind(logger=room))


class _StandardError:
    """Writes each line in one piece to what `sys.stderr` is at that moment."""

    def write(self, line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    debug = info = warning = error = critical = write


def _place(traceback: TracebackType | None) -> str:
    ours = innermost = NOWHERE
    while traceback is not None:
        file = PurePath(traceback.tb_frame.f_code.co_filename)
        innermost = f"{file.parent.name}/{file.name}:{traceback.tb_lineno}"
        if file.is_relative_to(HOME):
            ours = f"{file.relative_to(HOME.parent)}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return innermost if ours == NOWHERE else ours


def _important_enough(_logger: Any, method: str, event: EventDict) -> EventDict:
    level = "error" if method in {"critical", "exception"} else method
    if logging.getLevelName(level.upper()) < State.level and not State.strict:
        raise structlog.DropEvent  # inside strict() every line is judged, and dropped only afterwards
    return {**event, "level": level}


def _tell_failure(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """`exc_info` becomes the exception's class and place; its text and its traceback's code are dropped."""
    told = event.pop("exc_info", None)
    error = sys.exception() if told is True else told[1] if isinstance(told, tuple) else told
    return {**event, **failure(error)} if isinstance(error, BaseException) else event


def _only_what_fits(_logger: Any, _method: str, event: EventDict) -> EventDict:
    values = {key: plain(key, value) for key, value in event.items()}
    unfit = [key for key, value in values.items() if not fits(key, value)]
    if not unfit:
        return values
    if State.strict:
        raise UnfitForLogError(f"unfit for the log: {', '.join(map(fit_key, unfit))}")
    kept = {key: value for key, value in values.items() if key not in unfit}
    return {"event": "unfit", **kept, "unfit": sorted({fit_key(key) for key in unfit})}


def _dropped_after_all(_logger: Any, _method: str, event: EventDict) -> EventDict:
    if logging.getLevelName(str(event["level"]).upper()) < State.level:
        raise structlog.DropEvent
    return event


_json = JSONRenderer(sort_keys=True)
_console = structlog.dev.ConsoleRenderer(sort_keys=True)


def _render(target: Any, method: str, event: EventDict) -> str:
    line = _console(target, method, event) if State.console else _json(target, method, event)
    return line if isinstance(line, str) else line.decode()


CHAIN: Final = (
    merge_contextvars,
    _important_enough,
    _tell_failure,
    TimeStamper(fmt="iso", utc=True),
    _only_what_fits,
    _dropped_after_all,
    _render,
)
