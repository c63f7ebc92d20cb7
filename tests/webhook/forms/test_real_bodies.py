"""Bodies that real people filed through two public forms, against GitHub's own parser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from webhook.forms.description import FieldDescription
from webhook.forms.github import GITHUB
from webhook.forms.github_yaml import description_from_github_yaml
from webhook.forms.reading import FieldReading, Reading, read_fields

HAND_EDITED = {
    ("global2022/issue-120.body.md", "things_to_do_after_the_project_is_submitted_and_ready_to_review"),
    ("global2023/issue-93.body.md", "development_status"),
}
"""Answers that people changed into something the form does not offer; the oracle accepts them, we must not."""


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "form-bodies"


@pytest.fixture(scope="module")
def readings(folder: Path) -> Mapping[str, Reading]:
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    return {
        entry["file"]: read_fields(
            description_from_github_yaml((folder / entry["form"]).read_text(encoding="utf-8")),
            GITHUB,
            (folder / entry["file"]).read_bytes().decode(),
        )
        for entry in index
    }


def _expected(asked: FieldDescription, value: Any) -> Any:
    if asked.kind == "ticks":
        return (value or {}).get("selected") or None
    return value[0] if value and asked.kind == "single" else value


def test_the_unambiguous_bodies_give_what_githubs_own_parser_gives(
    folder: Path, readings: Mapping[str, Reading]
) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert len(expected) == 23
    differing = {
        (name, asked.id): readings[name].fields[asked.id]
        for name, answers in expected.items()
        for asked in readings[name].form.fields
        if readings[name].fields[asked.id].answer != _expected(asked, answers.get(asked.id))
    }
    assert differing.keys() == HAND_EDITED
    assert all(field.state == "unanswered" and field.warnings for field in differing.values())


def test_a_body_edited_by_hand_glues_nothing_to_a_wrong_field(readings: Mapping[str, Reading]) -> None:
    fields = readings["global2022/issue-17.body.md"].fields
    assert fields["project_description"].state == "ambiguous"
    for name in ("link_to_project_repository_sources", "goals_for_brainhack_global", "good_first_issues"):
        assert fields[name].state == "unanswered"
        assert "is missing" in fields[name].warnings[0]
    assert fields["number_of_collaborators"].state == "unanswered"


@pytest.mark.parametrize(
    ("name", "field", "own_headings"),
    [
        ("global2022/issue-123.body.md", "project_description", 1),
        ("global2023/issue-75.body.md", "project_description", 3),
        ("global2023/issue-75.body.md", "skills", 3),
        ("global2023/issue-75.body.md", "what_will_participants_learn", 3),
    ],
)
def test_headings_of_the_reporters_own_stay_in_the_text_they_were_typed_in(
    name: str, field: str, own_headings: int, readings: Mapping[str, Reading]
) -> None:
    found: FieldReading = readings[name].fields[field]
    assert isinstance(found.answer, str)
    assert found.answer.count("\n### ") + found.answer.startswith("### ") == own_headings
