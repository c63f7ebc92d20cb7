"""Who sees and may do what on the sandbox's GitLab, asked through the real python-gitlab."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.webhook.sandbox.gitlab_stand import PROJECT, ROLES, GitLabStand, refused
from webhook.sandbox import ControlError

TEAM = ("pia", "rex", "dora", "max", "olga")


@pytest.fixture
def stand() -> Iterator[GitLabStand]:
    with GitLabStand() as one:
        yield one


def test_a_confidential_issue_is_seen_by_its_author_and_the_team_only(stand: GitLabStand) -> None:
    iid = stand.file(person="rita")
    for person in ("rita", *TEAM):
        assert stand.project(person).issues.get(iid).iid == iid
    for person in ("gus", "stranger"):
        assert refused(lambda who=person: stand.project(who).issues.get(iid)) == (404, "404 Not found")
        assert stand.project(person).issues.list(get_all=True) == []
    assert stand.raw(None, "GET", f"/projects/{stand.project_id}/issues/{iid}").status_code == 404


def test_an_assignee_sees_it_as_well(stand: GitLabStand) -> None:
    iid = stand.file()
    stand.gitlab.assign(PROJECT, iid, "pia", ["gus"])
    assert stand.project("gus").issues.get(iid).iid == iid


def test_a_hidden_issue_refuses_changes_with_403(stand: GitLabStand) -> None:
    iid = stand.file()
    assert refused(lambda: stand.project("gus").issues.update(iid, {"title": "x"})) == (403, "403 Forbidden")


def test_made_public_anyone_reads_it_without_a_token(stand: GitLabStand) -> None:
    iid = stand.file()
    stand.gitlab.set_confidential(PROJECT, iid, "pia", confidential=False)
    assert stand.raw(None, "GET", f"/projects/{stand.project_id}/issues/{iid}").status_code == 200


@pytest.mark.parametrize(
    ("visibility", "anybody", "signed_in"), [("private", 404, 404), ("internal", 404, 200), ("public", 200, 200)]
)
def test_the_visibility_of_a_project_decides_who_finds_it(
    stand: GitLabStand, visibility: str, anybody: int, signed_in: int
) -> None:
    stand.gitlab.set_visibility(PROJECT, visibility)
    assert stand.raw(None, "GET", f"/projects/{stand.project_id}").status_code == anybody
    assert stand.raw("stranger", "GET", f"/projects/{stand.project_id}").status_code == signed_in
    assert stand.client("gus").projects.get(PROJECT).visibility == visibility


def test_a_project_one_may_not_see_is_worded_as_one_that_is_not_there(stand: GitLabStand) -> None:
    stand.gitlab.set_visibility(PROJECT, "private")
    hidden = refused(lambda: stand.client("stranger").projects.get(PROJECT))
    assert hidden == refused(lambda: stand.client("stranger").projects.get("no/such")) == (404, "404 Project Not Found")


def test_roles_are_numbers_and_strangers_have_none(stand: GitLabStand) -> None:
    numbers = {"gus": 10, "pia": 15, "rex": 20, "dora": 30, "max": 40, "olga": 50}
    project = stand.project("gus")
    for person, level in numbers.items():
        user = stand.client("gus").users.list(username=person, get_all=True)[0]
        assert project.members_all.get(user.id).access_level == level
    stranger = stand.client("stranger")
    stranger.auth()
    assert stranger.user is not None
    who = stranger.user.id
    assert refused(lambda: project.members_all.get(who)) == (404, "404 Not found")


def test_an_internal_note_is_the_teams_and_not_even_its_authors_when_out_of_the_team(stand: GitLabStand) -> None:
    iid = stand.file(person="rita")
    note = stand.gitlab.comment(PROJECT, iid, "rex", "between us", internal=True)
    stand.gitlab.set_role(PROJECT, "rex", "guest")
    stand.gitlab.assign(PROJECT, iid, "pia", ["rex"])
    for person in ("rita", "rex"):
        issue = stand.project(person).issues.get(iid)
        assert [n.id for n in issue.notes.list(get_all=True)] == []
        assert refused(lambda seen=issue: seen.notes.get(note)) == (404, "404 Note Not Found")
    assert stand.project("pia").issues.get(iid).notes.get(note).internal is True


def test_only_the_team_writes_internal_notes(stand: GitLabStand) -> None:
    issue = stand.project("rita").issues.get(stand.file(person="rita"))
    assert refused(lambda: issue.notes.create({"body": "x", "internal": True}))[0] == 403


def test_a_note_is_changed_by_its_author_or_a_maintainer(stand: GitLabStand) -> None:
    iid = stand.file(person="rita")
    note = stand.gitlab.comment(PROJECT, iid, "rita", "mine")
    for person in ("pia", "dora"):
        notes = stand.project(person).issues.get(iid, lazy=True).notes
        assert refused(lambda them=notes: them.update(note, {"body": "x"}))[0] == 403
    for person in ("rita", "max"):
        answer = stand.project(person).issues.get(iid, lazy=True).notes.update(note, {"body": f"by {person}"})
        assert answer["body"] == f"by {person}"


def test_a_locked_discussion_is_for_members(stand: GitLabStand) -> None:
    iid = stand.file(person="rita")
    stand.project("pia").issues.update(iid, {"discussion_locked": True})
    assert refused(lambda: stand.project("rita").issues.get(iid).notes.create({"body": "x"}))[0] == 403
    assert stand.project("pia").issues.get(iid).notes.create({"body": "x"}).id


def test_hooks_are_for_maintainers(stand: GitLabStand) -> None:
    hook = stand.hook()
    for person in set(ROLES) - {"max", "olga"}:
        assert refused(lambda who=person: stand.project(who).hooks.get(hook)) == (403, "403 Forbidden")
    assert stand.project("max").hooks.get(hook).id == hook


def test_an_archived_project_is_read_only(stand: GitLabStand) -> None:
    iid = stand.file()
    stand.gitlab.archive_project(PROJECT)
    project = stand.project("max")
    assert refused(lambda: project.issues.create({"title": "x"}))[0] == 403
    assert refused(lambda: project.issues.update(iid, {"add_labels": ["a"]}))[0] == 403
    assert refused(lambda: project.issues.get(iid, lazy=True).notes.create({"body": "x"}))[0] == 403
    assert stand.client("max").projects.get(PROJECT).archived is True


def test_notes_and_labels_want_a_token_even_in_public(stand: GitLabStand) -> None:
    iid = stand.file(confidential=False)
    for path in (f"issues/{iid}/notes", "labels", f"issues/{iid}/resource_label_events"):
        assert stand.raw(None, "GET", f"/projects/{stand.project_id}/{path}").status_code == 401


def test_people_at_the_controls_have_no_more_rights_than_at_the_api(stand: GitLabStand) -> None:
    iid = stand.file(person="rita")
    with pytest.raises(ControlError, match="does not see"):
        stand.gitlab.comment(PROJECT, iid, "gus", "hello")
    with pytest.raises(ControlError, match="may not"):
        stand.gitlab.add_labels(PROJECT, iid, "rita", ["a"])
