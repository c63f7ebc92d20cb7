"""What operators and their monitors may see over HTTP: `/readyz` and `/metrics`, and nothing else.

Both tell that reports arrive, so they are served on loopback or for a bearer token. What is seen comes from
`health.Watch`; under which address the routes are served is `app`'s and the command line's business.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from flask import Blueprint, Response, jsonify, request

from webhook import health
from webhook.metrics import Asked, Samples, exposition

SCHEME: Final = "bearer"
TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/)."""


class Watch(Protocol):
    """Where the answers come from."""

    def ready(self, now: datetime) -> Sequence[health.Finding]:
        """Whether everything that the service rests on is there."""

    def figures(self, now: datetime) -> Mapping[Asked, Samples]:
        """What a monitor is shown of the database."""


def blueprint(watch: Watch, tokens: Collection[bytes], clock: Callable[[], datetime]) -> Blueprint:
    """The two routes. With `tokens`, one of them must come with each request."""
    routes = Blueprint("admin", __name__)

    @routes.before_request
    def admit() -> Response | None:
        if not tokens or _admitted(request.headers.get("Authorization", ""), tokens):
            return None
        return Response(status=401, headers={"WWW-Authenticate": "Bearer"})

    @routes.get("/readyz")
    def readyz() -> tuple[Response, int]:
        told = health.readiness(watch.ready(clock()))
        return jsonify(told), 200 if told["ready"] else 503

    @routes.get("/metrics")
    def metrics() -> Response:
        return Response(exposition(watch.figures(clock())), content_type=TEXT)

    return routes


def _admitted(header: str, tokens: Collection[bytes]) -> bool:
    """Whether the header brings one of the tokens; each is compared, so that the time taken tells nothing."""
    scheme, _, given = header.partition(" ")
    brought = given.strip().encode()
    matches = [hmac.compare_digest(brought, token) for token in tokens]
    return scheme.casefold() == SCHEME and any(matches)
