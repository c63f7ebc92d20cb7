"""The forms under test: ours, the one of the attack vectors, and a mean one with free text before everything else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import scope
from webhook.forms.description import FormDescription
from webhook.forms.github_yaml import description_from_github_yaml


@pytest.fixture(scope="session")
def policy() -> scope.Policy:
    return scope.load_policy("builtin:xen-rfc-v2")


@pytest.fixture(scope="session")
def attacks(shared_data: Path) -> dict[str, Any]:
    return json.loads((shared_data / "form-attacks" / "form-attacks.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def attacked_form(attacks: dict[str, Any]) -> FormDescription:
    return description_from_github_yaml(json.dumps(attacks["form"]))  # JSON is YAML
