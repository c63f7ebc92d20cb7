"""Our own form, as the policy lays it out, in the words the grammar and the store need."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import scope
from webhook.forms.description import FieldDescription, FormDescription, Kind

_KINDS: dict[str, Kind] = {"choice": "single", "ticks": "ticks", "line": "line", "text": "text"}


_described: dict[int, tuple[scope.Form, FormDescription]] = {}
"""By identity, with the form itself, so that no other one can come to have it. There are as many as policies."""


def describe(form: scope.Form) -> FormDescription:
    """The form as a reporter meets it: worked out once, because every run asks for it."""
    known = _described.get(id(form))
    if known is None:
        known = _described[id(form)] = (form, _describe(form))
    return known[1]


def _describe(form: scope.Form) -> FormDescription:
    return FormDescription(
        id=form_id(form),
        fields=tuple(_field(field) for field in form.fields),
        sections=tuple(section.title for section in form.sections),
    )


def _field(field: scope.Field) -> FieldDescription:
    return FieldDescription(
        id=field.id,
        kind=_KINDS[field.kind],
        label=field.label,
        options=tuple(option.text for option in field.options),
        hint=field.hint,
    )


def form_id(form: scope.Form) -> str:
    """What tells one version of the form from another: a digest of its labels, options and what they stand for."""
    text = json.dumps(to_data(form)["sections"], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def to_data(form: scope.Form) -> dict[str, Any]:
    """A form as JSON data, the same for the same form."""
    return {
        "name": form.name,
        "description": form.description,
        "intro": form.intro,
        "sections": [
            {"title": section.title, "fields": [_field_data(field) for field in section.fields]}
            for section in form.sections
        ],
    }


def _field_data(field: scope.Field) -> dict[str, Any]:
    return {
        "id": field.id,
        "kind": field.kind,
        "label": field.label,
        "hint": field.hint,
        "fact": field.fact,
        "options": [
            {
                "text": option.text,
                "sets": {fact: sorted(values) for fact, values in sorted(option.sets.items())},
                "not_sure": option.not_sure,
                "note": option.note,
            }
            for option in field.options
        ],
    }
