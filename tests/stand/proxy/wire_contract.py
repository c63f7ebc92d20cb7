"""Every request and every answer on the wire, checked against GitHub's REST description.

A finding on the side `request` that is not `allowed` is the client's fault; one on the side `response` tells how far
the server is from the real one. Requests are checked before a fault may refuse them, answers before it may lose them.
"""

from __future__ import annotations

import collections
import json
import re
import urllib.parse
from collections.abc import Callable
from typing import Any

from mitmproxy import ctx, http
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

ALLOWED = (("get", r"^/users/[^/]+$", "the description at hand is cut to issues and Apps: users are not in it"),)
"""Requests that cannot be judged: method, path, and why."""
BASE = "http://forge.invalid"
"""Stands for the server's address, which is another one in each run."""


class Asked:
    """A request as openapi-core wants to see it."""

    def __init__(self, message: http.Request) -> None:
        url = urllib.parse.urlsplit(message.path)
        self.host_url = BASE
        self.path = url.path
        self.method = message.method.lower()
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(urllib.parse.parse_qsl(url.query, keep_blank_values=True)),
            header=Headers(list(message.headers.items())),
            cookie=ImmutableMultiDict(),
        )
        self.body = message.content or None
        self.content_type = _media_type(message)


class Answered:
    """An answer as openapi-core wants to see it."""

    def __init__(self, message: http.Response) -> None:
        self.data = message.content
        self.status_code = message.status_code
        self.content_type = _media_type(message)
        self.headers = Headers(list(message.headers.items()))


class WireContract:
    """Checks, and counts what it finds."""

    def __init__(self) -> None:
        self._api: OpenAPI | None = None
        self._counts: collections.Counter[str] = collections.Counter()
        self._findings: collections.Counter[tuple[Any, ...]] = collections.Counter()

    def load(self, loader: Any) -> None:
        loader.add_option("stand_spec", str, "", "GitHub's REST description, OpenAPI 3.x as JSON")

    def running(self) -> None:
        with open(ctx.options.stand_spec, encoding="utf-8") as file:  # noqa: PTH123  # mitmproxy gives a plain name
            document = json.load(file)
        document["servers"] = [{"url": BASE}]
        self._api = OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))

    def request(self, flow: http.HTTPFlow) -> None:
        if flow.metadata.get("stand") or self._api is None:
            return
        asked = Asked(flow.request)
        flow.metadata["asked-as"] = asked
        self._check("request", asked, None, lambda api: api.validate_request(asked))

    def response(self, flow: http.HTTPFlow) -> None:
        asked, answer = flow.metadata.get("asked-as"), flow.response
        if asked is None or answer is None or flow.metadata.get("made-up"):
            return
        answered = Answered(answer)
        self._check("response", asked, answer.status_code, lambda api: api.validate_response(asked, answered))

    def report(self) -> dict[str, Any]:
        """How many were right and wrong on each side, and what was wrong."""
        names = ("side", "method", "path", "status", "where", "message", "allowed")
        rows = [dict(zip(names, key, strict=True), count=n) for key, n in self._findings.most_common()]
        return {"counts": self._counts, "findings": rows}

    def forget(self) -> None:
        """Count from nought."""
        self._counts.clear()
        self._findings.clear()

    def _check(self, side: str, asked: Asked, status: int | None, validate: Callable[[OpenAPI], object]) -> None:
        try:
            validate(self._api)
        except Exception as error:  # noqa: BLE001  # openapi-core raises many kinds; each is a finding, not a crash
            details = _details(error)
        else:
            self._counts[f"{side} right"] += 1
            return
        self._counts[f"{side} wrong"] += 1
        why = next((why for verb, path, why in ALLOWED if asked.method == verb and re.match(path, asked.path)), None)
        path = re.sub(r"/\d+(?=/|$)", "/N", asked.path)
        for where, message in details:
            self._findings[side, asked.method, path, status, re.sub(r"\d+", "N", where), message, why] += 1


def _details(error: Exception) -> list[tuple[str, str]]:
    """Where in the body and what, for each fault of a schema; else the kind of error."""
    cause = error.__cause__ or error
    found = [("/".join(map(str, e.absolute_path)), e.message[:160]) for e in getattr(cause, "schema_errors", [])]
    return found or [("", f"{type(error).__name__}: {cause}"[:160])]


def _media_type(message: http.Message) -> str:
    return (message.headers.get("content-type") or "").split(";")[0]
