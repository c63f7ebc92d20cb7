"""Notes, emoji and quick actions of the sandbox's GitLab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.webhook.sandbox.gitlab_stand import PROJECT, GitLabStand, refused
from webhook.sandbox.gitlab_quick import extract


@pytest.fixture
def stand() -> Iterator[GitLabStand]:
    with GitLabStand() as one:
        yield one


def notes_of(stand: GitLabStand, iid: int, person: str = "pia") -> Any:
    return stand.project(person).issues.get(iid, lazy=True).notes


def test_notes_come_newest_first_unless_asked_otherwise(stand: GitLabStand) -> None:
    iid = stand.file()
    made = [stand.gitlab.comment(PROJECT, iid, "pia", f"note {n}") for n in range(3)]
    assert [n.id for n in notes_of(stand, iid).list(iterator=True)] == made[::-1]
    assert [n.id for n in notes_of(stand, iid).list(iterator=True, sort="asc", order_by="created_at")] == made


def test_notes_come_in_pages(stand: GitLabStand) -> None:
    iid = stand.file()
    for n in range(25):
        stand.gitlab.comment(PROJECT, iid, "pia", f"note {n}")
    assert len(notes_of(stand, iid).list(page=1, per_page=20)) == 20
    assert len(list(notes_of(stand, iid).list(iterator=True, per_page=7))) == 25


def test_system_notes_stand_among_the_others_and_can_be_told_apart(stand: GitLabStand) -> None:
    iid = stand.file()
    stand.gitlab.edit_issue(PROJECT, iid, "pia", description="changed")
    stand.gitlab.set_confidential(PROJECT, iid, "pia", confidential=False)
    stand.gitlab.comment(PROJECT, iid, "pia", "mine")
    assert [(n.system, n.author["username"]) for n in notes_of(stand, iid).list(iterator=True, sort="asc")] == [
        (True, "pia"),
        (True, "pia"),
        (False, "pia"),
    ]
    own = next(n for n in notes_of(stand, iid).list(iterator=True) if n.system)
    assert refused(lambda: notes_of(stand, iid, "max").update(own.id, {"body": "x"}))[0] == 403


def test_whether_a_note_is_internal_is_settled_at_its_creation(stand: GitLabStand) -> None:
    iid = stand.file()
    note = notes_of(stand, iid).create({"body": "for all"})
    answer = notes_of(stand, iid).update(note.id, {"body": "still for all", "internal": True})
    assert (answer["body"], answer["internal"]) == ("still for all", False)


def test_a_deleted_note_is_404(stand: GitLabStand) -> None:
    iid = stand.file()
    note = notes_of(stand, iid).create({"body": "x"})
    notes_of(stand, iid).delete(note.id)
    assert refused(lambda: notes_of(stand, iid).get(note.id)) == (404, "404 Not found")


def test_a_note_may_be_a_million_characters_and_not_one_more(stand: GitLabStand) -> None:
    iid = stand.file()
    assert len(notes_of(stand, iid).create({"body": "x" * 1_000_000}).body) == 1_000_000
    assert refused(lambda: notes_of(stand, iid).create({"body": "x" * 1_000_001}))[0] == 400
    assert refused(lambda: notes_of(stand, iid).create({"body": " "}))[0] == 400


def test_a_note_moves_the_issues_updated_at(stand: GitLabStand) -> None:
    iid = stand.file()
    before = stand.project("pia").issues.get(iid).updated_at
    stand.sandbox.core.clock.advance(5)
    stand.gitlab.comment(PROJECT, iid, "pia", "x")
    assert stand.project("pia").issues.get(iid).updated_at > before


def test_the_same_emoji_twice_is_refused_as_recorded(stand: GitLabStand) -> None:
    iid = stand.file()
    note = notes_of(stand, iid).create({"body": "/scope recheck"})
    awards = notes_of(stand, iid).get(note.id).awardemojis
    mine = awards.create({"name": "thumbsup"})
    wording = "404 Award Emoji Name has already been taken Not Found"
    assert refused(lambda: awards.create({"name": "thumbsup"})) == (404, wording)
    assert [a.name for a in awards.list(get_all=True)] == ["thumbsup"]
    awards.delete(mine.id)
    assert awards.list(get_all=True) == []


def test_the_template_ends_with_confidential_and_the_first_event_knows(stand: GitLabStand) -> None:
    stand.hook()
    filed = stand.new(lambda: stand.gitlab.file_issue(PROJECT, "rita", "x", "## Effect\n\n- [x] DoS\n\n/confidential"))
    assert [row.headers["x-gitlab-event"] for row in filed] == ["Confidential Issue Hook"]
    assert filed[0].json["object_attributes"]["description"] == "## Effect\n\n- [x] DoS"


def test_a_line_that_begins_with_a_command_runs_with_the_writers_rights(stand: GitLabStand) -> None:
    iid = stand.file(person="rita")
    note = notes_of(stand, iid, "pia").create({"body": "quoting the reporter:\n/close\n/label ~a"})
    assert note.body == "quoting the reporter:"
    read = stand.gitlab.read_issue(PROJECT, iid)
    assert (read["issue"]["state"], read["labels"]) == ("closed", ["a"])
    assert [row["action"] for row in stand.gitlab.quick_actions_run()] == ["close", "label"]


def test_an_edit_of_a_note_runs_them_too(stand: GitLabStand) -> None:
    iid = stand.file()
    note = notes_of(stand, iid).create({"body": "harmless"})
    notes_of(stand, iid).update(note.id, {"body": "not any more\n/close"})
    assert stand.project("pia").issues.get(iid).state == "closed"


def test_a_note_of_nothing_but_commands_is_no_note(stand: GitLabStand) -> None:
    iid = stand.file()
    answer = stand.raw("pia", "POST", f"/projects/{stand.project_id}/issues/{iid}/notes", json={"body": "/close"})
    assert answer.status_code == 202
    assert stand.gitlab.read_issue(PROJECT, iid)["notes"] == []


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("/close", True),
        ("~~~\n/close\n~~~", True),
        ("<details><summary>x</summary>\n\n/close\n\n</details>", True),
        ("a line\n/close ", True),
        ("/CLOSE", True),
        ("> /close", False),
        ("- /close", False),
        ("| /close |", False),
        ("```\n/close\n```", False),
        ("````\n/close\n````", False),
        ("    /close", False),
        ("a\r/close", False),
        ("a\u2028/close", False),
        ("\u200b/close", False),
        ("<details>\n/close\n</details>", False),
        ("/scope recheck", False),
    ],
)
def test_where_a_command_stands_decides_whether_it_runs(text: str, *, runs: bool) -> None:
    assert bool(extract(text)[1]) is runs
