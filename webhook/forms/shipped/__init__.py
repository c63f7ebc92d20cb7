"""Every form this product ever shipped, one JSON file each: a report filed through an old form stays readable.

A file is named by the form's id. Files are added, never edited.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from pydantic import TypeAdapter

import scope
from webhook.forms.asked import to_data


@cache
def shipped() -> tuple[scope.Form, ...]:
    """All shipped forms, in the order of their file names."""
    reader = TypeAdapter(scope.Form)
    files = sorted(resources.files(__package__).iterdir(), key=lambda file: file.name)
    return tuple(reader.validate_json(file.read_bytes()) for file in files if file.name.endswith(".json"))


def as_file(form: scope.Form) -> str:
    """What the file of a form holds."""
    return json.dumps(to_data(form), indent=1, ensure_ascii=False) + "\n"
