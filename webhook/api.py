"""`POST /api/v1/decide` and its OpenAPI document: the command line's interface over HTTP. Stores and logs nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, jsonify, request

import scope
from webhook.interface import BadReportError, ReportReader, decision, refusal
from webhook.interface.openapi import document

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Desk:
    """A policy, and what reads reports for it."""

    policy: scope.Policy
    reader: ReportReader

    @classmethod
    def of(cls, policy: scope.Policy) -> Desk:
        """The desk for a policy."""
        return cls(policy, ReportReader(policy))


def blueprint(desk: Callable[[], Desk]) -> Blueprint:
    """The two routes. `desk`: the one for the policy in force, asked for with every request."""
    routes = Blueprint("api", __name__, url_prefix="/api/v1")

    @routes.post("/decide")
    def decide() -> Response:
        if request.mimetype != JSON:
            return Response(status=415)
        here = desk()
        try:
            report = here.reader.read(request.get_data())
        except BadReportError as error:
            return Response(refusal(1, error).model_dump_json(), 400, mimetype=JSON)
        return Response(decision(here.policy, scope.assess(here.policy, report)).model_dump_json(), mimetype=JSON)

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(document(desk().policy))

    return routes
