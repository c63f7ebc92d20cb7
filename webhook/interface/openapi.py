"""The decide interface as an OpenAPI 3.1 document, made of the same models that read and answer."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

import scope
from webhook.interface.reports import ReportReader
from webhook.interface.verdicts import Decision, Refusal

PLACE = "#/components/schemas/{model}"
EXAMPLE = {
    "paths": [{"source": ["guest_kernel"], "effect": ["information_leak"], "target": ["hypervisor"]}],
    "component": ["xen"],
    "leaked_data": ["uninitialised"],
}


def document(policy: scope.Policy) -> dict[str, Any]:
    """The document for one policy: its facts and values are the schema of a report."""
    schemas: dict[str, Any] = {}
    names = {}
    for name, model in (("Report", ReportReader(policy).model), ("Decision", Decision), ("Refusal", Refusal)):
        names[name] = _schema(schemas, name, model)
    asked = {"required": True, "content": {"application/json": {"schema": names["Report"], "example": EXAMPLE}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "xsa-scope", "version": policy.version, "description": f"{policy.title} ({policy.id})"},
        "paths": {
            "/api/v1/decide": {
                "post": {
                    "operationId": "decide",
                    "summary": "Decide one report. Nothing of it is stored or logged.",
                    "requestBody": asked,
                    "responses": {
                        "200": _answer("The verdict", names["Decision"]),
                        "400": _answer(
                            "The report cannot be read: which field, and the nearest word", names["Refusal"]
                        ),
                        "413": {"description": "The body is longer than 256 kB"},
                        "415": {"description": "The body is not application/json"},
                    },
                }
            }
        },
        "components": {"schemas": schemas},
    }


def _schema(schemas: dict[str, Any], name: str, model: type[BaseModel]) -> dict[str, str]:
    """Put a model and what it is made of among the schemas; returns a reference to it."""
    made = model.model_json_schema(ref_template=PLACE)
    schemas.update(made.pop("$defs", {}))
    schemas[name] = made
    return {"$ref": PLACE.format(model=name)}


def _answer(description: str, schema: dict[str, str]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
