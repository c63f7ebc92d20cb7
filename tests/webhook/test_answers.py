"""Laying the team's evidence over the reporter's answers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from webhook.answers import AddedPath, Answers, Evidence, FormAnswers, Origin, merge, restore

START = datetime(2026, 11, 1, tzinfo=UTC)


def origin(minute: int = 0) -> Origin:
    return Origin(2, "ada", 100 + minute, 1, START + timedelta(minutes=minute))


def word(fact: str, *values: str, path: int | None = None, minute: int = 0, effort: bool = False) -> Evidence:
    return Evidence(fact, frozenset(values), origin(minute), path=path, effort=effort)


FORM = FormAnswers(
    form="form-1",
    paths=({"source": frozenset({"guest_kernel"})}, {"effect": frozenset({"denial_of_service"})}),
    facts={"os_linux": frozenset({"vulnerable"}), "component": frozenset({"xen"})},
    not_sure=frozenset({"feature_status"}),
)


def test_without_evidence_the_reporter_is_taken_at_their_word() -> None:
    answers = merge(FORM)
    assert answers.facts["component"].by == "reporter"
    report = answers.report()
    assert report.paths == FORM.paths
    assert report.facts == FORM.facts
    assert report.not_sure == {"feature_status"}


def test_the_teams_word_outranks_the_reporters_and_the_last_one_counts() -> None:
    answers = merge(FORM, [word("os_linux", "not_vulnerable"), word("os_linux", "vulnerable", minute=1)])
    assert answers.facts["os_linux"].values == {"vulnerable"}
    assert (answers.facts["os_linux"].by, answers.facts["os_linux"].comment) == ("team", 101)


def test_taking_the_teams_word_back_brings_the_reporters_answer_to_light() -> None:
    taken_back = Evidence("os_linux", None, origin(2))
    answers = merge(FORM, [word("os_linux", "not_vulnerable"), word("os_bsd", "vulnerable"), taken_back])
    assert (answers.facts["os_linux"].values, answers.facts["os_linux"].by) == ({"vulnerable"}, "reporter")


def test_a_path_has_its_own_evidence_and_a_path_that_is_gone_has_none() -> None:
    answers = merge(FORM, [word("source", "host", path=1), word("target", "dom0", path=7)])
    assert answers.report().paths[1] == {"effect": {"denial_of_service"}, "source": {"host"}}
    assert len(answers.paths) == 2


def test_rest_leaves_alone_what_somebody_has_settled() -> None:
    rest = [
        Evidence(fact, frozenset({"not_vulnerable"}), origin(), only_if_open=True) for fact in ("os_linux", "os_netbsd")
    ]
    facts = merge(FORM, rest).report().facts
    assert facts["os_linux"] == {"vulnerable"}
    assert facts["os_netbsd"] == {"not_vulnerable"}


def test_an_effort_stands_until_the_next_word_on_that_fact() -> None:
    tried = word("os_windows", "vulnerable", "not_vulnerable", effort=True)
    assert merge(FORM, [tried]).report().efforts == {"os_windows"}
    assert merge(FORM, [tried, word("os_windows", "vulnerable", minute=1)]).report().efforts == frozenset()
    assert merge(FORM, [tried, Evidence("os_windows", None, origin(1))]).report().efforts == frozenset()


def test_the_team_can_add_a_path() -> None:
    path = AddedPath(frozenset({"host"}), frozenset({"other"}), frozenset({"self"}), origin())
    answers = merge(FORM, added=[path])
    assert answers.report().paths[2] == {"source": {"host"}, "effect": {"other"}, "target": {"self"}}
    assert answers.paths[2]["source"].by == "team"


def test_what_the_database_keeps_comes_back_the_same_without_a_login() -> None:
    answers = merge(FORM, [word("os_linux", "not_vulnerable"), word("source", "host", path=0)])
    kept = json.dumps(answers.stored())
    back = restore(json.loads(kept))
    assert back.report() == answers.report()
    assert back.digest() == answers.digest()
    assert "ada" not in kept
    assert back.facts["os_linux"].person == 2


def test_equal_answers_have_equal_digests_whatever_the_order() -> None:
    one = merge(FORM, [word("os_linux", "vulnerable"), word("os_netbsd", "vulnerable")])
    other = merge(FORM, [word("os_netbsd", "vulnerable"), word("os_linux", "vulnerable")])
    assert one.digest() == other.digest()
    assert one.digest() != Answers().digest()


def by(person: int, login: str, value: str) -> Evidence:
    return Evidence("os_linux", frozenset({value}), replace(origin(), person=person, login=login))


def test_a_word_against_that_of_another_of_the_team_names_it() -> None:
    said = merge(FORM, [by(2, "ada", "vulnerable"), by(3, "bob", "not_vulnerable")]).facts["os_linux"]
    assert said.against is not None
    assert (said.login, said.against.login, said.against.values) == ("bob", "ada", {"vulnerable"})


def test_it_stays_named_when_the_last_word_is_said_again_and_goes_when_they_agree() -> None:
    again = merge(FORM, [by(2, "ada", "vulnerable"), by(3, "bob", "not_vulnerable"), by(3, "bob", "not_vulnerable")])
    assert again.facts["os_linux"].against is not None
    agreed = merge(FORM, [by(2, "ada", "vulnerable"), by(3, "bob", "not_vulnerable"), by(3, "bob", "vulnerable")])
    assert agreed.facts["os_linux"].against is None


def test_neither_ones_own_earlier_word_nor_the_reporters_is_a_contradiction() -> None:
    assert merge(FORM, [by(2, "ada", "not_vulnerable")]).facts["os_linux"].against is None
    changed = merge(FORM, [by(2, "ada", "not_vulnerable"), by(2, "ada", "vulnerable")])
    assert changed.facts["os_linux"].against is None


def test_whom_a_word_is_against_is_not_stored() -> None:
    answers = merge(FORM, [by(2, "ada", "vulnerable"), by(3, "bob", "not_vulnerable")])
    assert restore(answers.stored()).facts["os_linux"].against is None
    assert "ada" not in json.dumps(answers.stored())


def test_a_later_word_on_the_whole_report_takes_the_place_of_one_on_a_single_attack() -> None:
    answers = merge(FORM, [word("reachable", "no", path=1), word("reachable", "yes", minute=1)])
    assert "reachable" not in answers.paths[1]
    assert answers.facts["reachable"].values == {"yes"}
    earlier = merge(FORM, [word("reachable", "yes"), word("reachable", "no", path=1, minute=1)])
    assert earlier.paths[1]["reachable"].values == {"no"}


def test_saying_that_the_rest_is_unknown_takes_no_effort_back() -> None:
    both = frozenset({"vulnerable", "not_vulnerable"})
    looked_into = Evidence("os_windows", both, origin(0), effort=True)
    rest = Evidence("os_windows", both, origin(1), only_if_open=True)
    assert "os_windows" in merge(FORM, [looked_into, rest]).efforts
