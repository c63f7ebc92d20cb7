"""Commands in comments: what counts as one, who may give it, and what is said to a wrong one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import scope
from webhook import commands
from webhook.answers import Evidence
from webhook.commands import Commands, Override, Problem, Resume, command_lines
from webhook.issue import Comment, Person, Role

BOT, ADA, REX = Person(1, "scope[bot]"), Person(2, "ada"), Person(3, "rex")
START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def policy() -> scope.Policy:
    return scope.load_policy("builtin:xen-rfc-v2")


ATTACKS = [
    {"source": frozenset({"guest_kernel"}), "effect": frozenset({effect}), "target": frozenset({"hypervisor"})}
    for effect in ("denial_of_service", "information_leak", "privilege_escalation", "other")
]


def said(*bodies: str | tuple[Person, str]) -> list[Comment]:
    spoken = [(ADA, body) if isinstance(body, str) else body for body in bodies]
    return [
        Comment(100 + n, who, body, START + timedelta(minutes=n), START + timedelta(minutes=n))
        for n, (who, body) in enumerate(spoken)
    ]


def obey(
    policy: scope.Policy, *bodies: str | tuple[Person, str], paths: int = 1, pins: Mapping[str, str] | None = None
) -> Commands:
    return commands.read(
        policy,
        said(*bodies),
        us=frozenset({BOT.id}),
        role=lambda person: Role.TRIAGE if person == ADA else Role.READ,
        form_paths=ATTACKS[:paths],
    )


def problem(policy: scope.Policy, body: str | tuple[Person, str], paths: int = 1) -> tuple[Problem, str | None]:
    found = obey(policy, body, paths=paths)
    assert not found.obeyed
    (refused,) = found.refused
    return refused.problem, refused.nearest


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("no command here", []),
        ("/scope recheck", [(1, ["recheck"])]),
        ("Thanks!\n\n/scope recheck\nmore", [(3, ["recheck"])]),
        ("Thanks!\r\n/scope recheck\r\n", [(2, ["recheck"])]),
        ("   /scope recheck", [(1, ["recheck"])]),
        ("/SCOPE Recheck", [(1, ["Recheck"])]),
        ("/scoped recheck", []),
        ("please /scope recheck", []),
        ("    /scope recheck", []),
        ("```\n/scope recheck\n```", []),
        ("~~~\n/scope recheck\n~~~", []),
        ("`code\n/scope recheck\nmore`", []),
        ("`/scope recheck`", []),
        ("> /scope recheck", []),
        ("> quoted\n/scope recheck", []),
        ("<div>\n/scope recheck\n</div>", []),
        ("<!--\n/scope recheck\n-->", []),
        ("- /scope recheck", []),
        ("- done:\n  /scope recheck", [(2, ["recheck"])]),
        ("# /scope recheck", []),
        ("\\/scope recheck", []),
        (
            "/scope os linux vulnerable because *we* saw `it`",
            [(1, ["os", "linux", "vulnerable", "because", "we", "saw", "it"])],
        ),
        ("", []),
    ],
)
def test_what_counts_as_a_command_line(body: str, lines: list[tuple[int, list[str]]]) -> None:
    assert list(command_lines(body)) == lines


def test_an_os_finding_becomes_evidence_with_its_origin(policy: scope.Policy) -> None:
    found = obey(policy, "hello", "/scope os linux not-vulnerable because the page tables are never shared")
    (word,) = found.evidence
    assert (word.fact, word.values, word.path, word.effort) == ("os_linux", {"not_vulnerable"}, None, False)
    assert (word.origin.person, word.origin.comment, word.origin.line) == (ADA.id, 101, 1)
    assert found.obeyed == {101}


def test_an_inconclusive_windows_is_an_effort_and_rules_nothing_out(policy: scope.Policy) -> None:
    (word,) = obey(policy, "/scope os windows inconclusive because no source to read").evidence
    assert (word.fact, word.values, word.effort) == ("os_windows", {"vulnerable", "not_vulnerable"}, True)


def test_rest_speaks_of_the_systems_nobody_has_settled(policy: scope.Policy) -> None:
    words = obey(policy, "/scope os rest not_vulnerable because none shares them").evidence
    assert len(words) == 6
    assert all(word.only_if_open for word in words)


def test_set_takes_several_values_and_hyphens_for_underscores(policy: scope.Policy) -> None:
    (word,) = obey(policy, "/scope set feature-status Tech-Preview,experimental because SUPPORT.md").evidence
    assert (word.fact, word.values) == ("feature_status", {"tech_preview", "experimental"})


def test_set_speaks_of_the_numbered_path(policy: scope.Policy) -> None:
    (word,) = obey(policy, "/scope set 2.source guest_kernel because it needs root", paths=2).evidence
    assert (word.fact, word.path) == ("source", 1)


def test_unset_takes_the_teams_word_back_and_needs_no_reason(policy: scope.Policy) -> None:
    (word,) = obey(policy, "/scope unset os_linux").evidence
    assert word == Evidence("os_linux", None, word.origin)


def test_an_added_path_can_be_spoken_of_afterwards(policy: scope.Policy) -> None:
    found = obey(
        policy,
        "/scope path add guest_userspace -> denial_of_service -> own-kernel",
        "/scope set 2.dos_severity termination because the kernel panics",
    )
    assert found.paths[0].target == {"own_kernel"}
    assert found.evidence[0].path == 1


def test_override_and_resume_come_in_the_order_they_were_said(policy: scope.Policy) -> None:
    found = obey(policy, "/scope override XSA-Candidate because the embargo list asks for one", "/scope resume")
    assert [type(word) for word in found.hands] == [Override, Resume]
    assert found.hands[0] == Override("xsa-candidate", found.hands[0].origin)


def test_anyone_may_ask_for_a_recheck_or_for_help(policy: scope.Policy) -> None:
    found = obey(policy, (REX, "/scope recheck"), (REX, "/scope help"))
    assert found.help_wanted
    assert not found.refused


def test_a_command_keeps_the_time_of_its_comment_however_late_it_is_edited(policy: scope.Policy) -> None:
    (comment,) = said("/scope resume")
    late = replace(comment, updated_at=comment.updated_at + timedelta(hours=1))
    for one, edited in ((comment, False), (late, True)):
        found = commands.read(policy, [one], us=frozenset(), role=lambda _: Role.TRIAGE, form_paths=ATTACKS[:1])
        assert (found.hands[0].origin.at, found.hands[0].origin.edited) == (comment.created_at, edited)


def test_our_own_comments_command_nothing(policy: scope.Policy) -> None:
    assert obey(policy, (BOT, "/scope resume")) == Commands()


def test_a_reporter_may_not_decide(policy: scope.Policy) -> None:
    assert problem(policy, (REX, "/scope override xsa-candidate because I want one")) == (Problem.NOT_PERMITTED, None)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("/scope", (Problem.UNKNOWN_COMMAND, None)),
        ("/scope overide xsa-candidate because x", (Problem.UNKNOWN_COMMAND, "override")),
        ("/scope recheckk", (Problem.UNKNOWN_COMMAND, "recheck")),
        ("/scope os linux", (Problem.INCOMPLETE, None)),
        ("/scope os linux vulnerable", (Problem.NO_REASON, None)),
        ("/scope os linux vulnerable because", (Problem.NO_REASON, None)),
        ("/scope os linus vulnerable because x", (Problem.UNKNOWN_SYSTEM, "linux")),
        ("/scope os linux vulnerabel because x", (Problem.UNKNOWN_VALUE, "vulnerable")),
        ("/scope os linux inconclusive because x", (Problem.ONLY_WINDOWS, None)),
        ("/scope set sorce guest_kernel because x", (Problem.UNKNOWN_FACT, "source")),
        ("/scope set source guest_kernle because x", (Problem.UNKNOWN_VALUE, "guest_kernel")),
        ("/scope set source guest_kernel", (Problem.NO_REASON, None)),
        ("/scope set 4.source guest_kernel because x", (Problem.NO_SUCH_PATH, None)),
        ("/scope set 0.source guest_kernel because x", (Problem.NO_SUCH_PATH, None)),
        ("/scope unset", (Problem.INCOMPLETE, None)),
        ("/scope path add a -> b", (Problem.INCOMPLETE, None)),
        ("/scope override xsa-candidat because x", (Problem.UNKNOWN_LABEL, "xsa-candidate")),
        ("/scope override scope:overridden because x", (Problem.UNKNOWN_LABEL, None)),
        ("/scope override xsa-candidate", (Problem.NO_REASON, None)),
    ],
)
def test_a_wrong_command_is_told_what_is_wrong(
    policy: scope.Policy, body: str, expected: tuple[Problem, str | None]
) -> None:
    assert problem(policy, body) == expected


def test_a_path_fact_needs_its_number_when_there_are_several(policy: scope.Policy) -> None:
    body = "/scope set source guest_kernel because x"
    assert problem(policy, body, paths=2) == (Problem.WHICH_PATH, None)


def test_one_wrong_line_leaves_the_right_ones_standing(policy: scope.Policy) -> None:
    found = obey(policy, "/scope os linux vulnerable because seen\n/scope os bsd vulnerable because seen")
    assert [word.fact for word in found.evidence] == ["os_linux"]
    assert [refused.problem for refused in found.refused] == [Problem.UNKNOWN_SYSTEM]
    assert not found.obeyed


# --- numbers


def test_a_number_keeps_its_meaning_when_the_reporter_renumbers_the_attacks(policy: scope.Policy) -> None:
    word = "/scope set 2.reachable no because it is dead code"
    first = obey(policy, word, paths=2)
    (evidence,) = first.evidence
    assert evidence.path == 1
    assert first.pins == {"100:1:2": "guest_kernel -> information_leak -> hypervisor"}
    moved = [ATTACKS[2], ATTACKS[0], ATTACKS[1]]
    found = read_with(policy, word, moved, first.pins)
    assert [one.path for one in found.evidence] == [2]
    assert found.pins == first.pins


def test_a_number_whose_attack_is_gone_speaks_of_no_other(policy: scope.Policy) -> None:
    word = "/scope set 2.reachable no because it is dead code"
    pins = obey(policy, word, paths=2).pins
    found = read_with(policy, word, [ATTACKS[0], ATTACKS[2]], pins)
    assert found.evidence == ()
    assert [one.problem for one in found.refused] == [Problem.ANOTHER_PATH]
    assert found.obeyed == frozenset()
    back = read_with(policy, word, ATTACKS[:2], found.pins)
    assert [one.path for one in back.evidence] == [1], "and counts again when it is back"


def test_another_number_on_the_same_line_is_another_word(policy: scope.Policy) -> None:
    pins = obey(policy, "/scope set 2.reachable no because it is dead code", paths=2).pins
    found = read_with(policy, "/scope set 1.reachable no because it is dead code", ATTACKS[:2], pins)
    assert [one.path for one in found.evidence] == [0]
    assert list(found.pins) == ["100:1:1"]


def read_with(
    policy: scope.Policy, body: str, attacks: list[dict[str, frozenset[str]]], pins: Mapping[str, str]
) -> Commands:
    return commands.read(policy, said(body), us=frozenset(), role=lambda _: Role.TRIAGE, form_paths=attacks, pins=pins)


@pytest.mark.parametrize("arrow", ["->", "→", " → "])
def test_an_attack_is_added_with_either_arrow(policy: scope.Policy, arrow: str) -> None:
    found = obey(policy, f"/scope path add guest_kernel{arrow}information_leak{arrow}other_guest")
    (added,) = found.paths
    assert (added.source, added.target) == (frozenset({"guest_kernel"}), frozenset({"other_guest"}))


@pytest.mark.parametrize("body", ["**/scope resume**", "_/scope resume_", "- /scope resume", "done\n**/scope resume**"])
def test_a_command_that_is_told_of_is_not_given(policy: scope.Policy, body: str) -> None:
    assert obey(policy, body) == Commands()
