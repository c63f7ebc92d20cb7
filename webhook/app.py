"""The web face, built by one function from settings and store. Nothing is wired at import.

Here: which blueprints there are, what every answer carries, and that an error is a status without a body. What is
only for operators (`admin`) has a face of its own, and a place on the public one only behind a token.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, Protocol

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from webhook import admin, api, health, intake
from webhook.log import failure, logger
from webhook.settings import Settings

PAGE_BYTES: Final = 256 * 1024
"""The largest request body outside the webhooks, which have a limit of their own."""
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every answer; a page that needs more says so itself."""
FIRST_ERROR: Final = 400
STRICT_TRANSPORT: Final = "max-age=31536000"

_log = logger(__name__)


class Keeper(intake.Marks, health.Pulse, Protocol):
    """What the web face needs of the store."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(  # noqa: PLR0913  # what the face is made of; tests leave most of it out
    settings: Settings,
    store: Keeper,
    *,
    policy: health.Check | None = None,
    watch: admin.Watch | None = None,
    desk: Callable[[], api.Desk] | None = None,
    clock: Callable[[], datetime] = _utc_now,
) -> Flask:
    """The public face. `policy` is the health check of the policy, where the process has one loaded.

    With `watch` and a token in the settings, it shows who has the token what the operators' face shows. With `desk`
    it decides reports for whoever asks.
    """
    app = _dressed(settings)
    app.register_blueprint(intake.blueprint(settings, store, clock))
    if watch is not None and settings.admin_tokens:
        app.register_blueprint(admin.blueprint(watch, settings.admin_tokens, clock))
    if desk is not None:
        app.register_blueprint(api.blueprint(desk))
    checks = health.checks(store, policy)

    @app.get("/healthz")
    def healthz() -> tuple[Response, int]:
        well = all(finding.well for finding in health.examine(checks))
        return jsonify(status="ok" if well else "failing"), 200 if well else 503

    return app


def create_admin_app(settings: Settings, watch: admin.Watch, *, clock: Callable[[], datetime] = _utc_now) -> Flask:
    """The operators' face, on an address of its own."""
    app = _dressed(settings)
    app.register_blueprint(admin.blueprint(watch, settings.admin_tokens, clock))
    return app


def _dressed(settings: Settings) -> Flask:
    """An application without routes: what every answer carries, and how errors are answered."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = PAGE_BYTES
    secure = (settings.public_url or "").startswith("https://")
    headers = {**HEADERS, "Strict-Transport-Security": STRICT_TRANSPORT} if secure else HEADERS
    app.before_request(_note_time)
    app.after_request(lambda response: _finish(response, headers))
    app.register_error_handler(HTTPException, _refuse)
    app.register_error_handler(Exception, _fail)
    return app


def _note_time() -> None:
    g.began = time.monotonic()


def _finish(response: Response, headers: Mapping[str, str]) -> Response:
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if not response.is_streamed and not response.get_data():
        response.headers.pop("Content-Type", None)
    told_already = request.blueprint == "intake"
    tell = _log.info if response.status_code >= FIRST_ERROR and not told_already else _log.debug
    tell(
        "request.answered",
        method=request.method if request.url_rule else "ANY",
        route=_route(),
        status=response.status_code,
        seconds=round(time.monotonic() - g.began, 4) if "began" in g else 0,
    )
    return response


def _route() -> str:
    """The route as declared: an unknown address is not repeated, a known one without its query."""
    return request.url_rule.rule if request.url_rule else "none"


def _refuse(error: HTTPException) -> Response:
    """An HTTP error's status and headers, without the library's page."""
    response = Response(status=error.code)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _fail(error: Exception) -> Response:
    """A fault of ours: its class and place in the log, nothing in the answer."""
    _log.error("request.failed", route=_route(), **failure(error))
    return Response(status=500)
