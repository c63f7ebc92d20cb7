"""The sticky comment: what it says for each kind of verdict, what it never says, and when it needs an edit."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import scope
from webhook import comment
from webhook.answers import Answers, Said
from webhook.commands import VERBS, Problem
from webhook.comment import Page, Paused, PolicyStamp, Refused, Reversals, words
from webhook.issue import ForgeKind

POLICY = scope.load_policy("builtin:xen-rfc-v2")
STAMP = PolicyStamp(POLICY.id, POLICY.version, POLICY.digest)
CLOSING = (
    "Decided from the answers given, for the attacks listed and no other; a person can change it. "
    "Keep this report private until the security team tells you otherwise. "
    "Which releases contain the bug is not judged here."
)

Words = Mapping[str, str]


def _said(words_: Words, by: str = "reporter", login: str = "") -> dict[str, Said]:
    return {f: Said(frozenset(v.split()), by, login=login) for f, v in words_.items()}  # type: ignore[arg-type]


def _answers(
    *paths: Words, facts: Words | None = None, team: Words | None = None, efforts: str = "", not_sure: str = ""
) -> Answers:
    return Answers(
        paths=tuple(_said(path) for path in paths) or ({},),
        facts={**_said(facts or {}), **_said(team or {}, "team", "carol")},
        efforts={fact: Said(frozenset(), "team", login="dave") for fact in efforts.split()},
        not_sure=frozenset(not_sure.split()),
        form="xen-rfc-v2",
    )


def _page(answers: Answers, policy: scope.Policy = POLICY) -> Page:
    report = answers.report()
    verdict = scope.assess(policy, report)
    return Page(
        policy=policy,
        explanation=scope.explain(policy, report, verdict),
        labels=scope.labels_for(policy, verdict),
        answers=answers,
        forge=ForgeKind.GITHUB,
        verdict_policy=STAMP,
    )


def _path(source: str, effect: str, target: str) -> Words:
    return {"source": source, "effect": effect, "target": target}


CRASH = _answers(
    _path("guest_kernel", "denial_of_service", "hypervisor"),
    facts={"component": "xen", "dos_severity": "termination", "feature_status": "supported", "reachable": "yes"},
)
STALE = _answers(
    _path("guest_kernel", "information_leak", "hypervisor"),
    facts={"component": "xen", "leaked_data": "uninitialised", "feature_status": "supported", "reachable": "yes"},
)
INTERNAL = _answers(_path("guest_kernel", "information_leak", "dom0"), facts={"leaked_data": "xen_internal"})
EMULATOR = _answers(
    _path("guest_userspace", "privilege_escalation", "own_kernel"),
    facts={"component": "xen", "depends_on_target_os": "yes", "os_freebsd": "not_vulnerable"},
    team={"os_linux": "not_vulnerable"},
    efforts="os_windows",
)
READ_ONLY = _answers(_path("guest_kernel", "other", "toolstack"), facts={"component": "xen"})
ITSELF = _answers(_path("guest_kernel", "denial_of_service", "self"))
BLANK = replace(_answers(), form="")
PARTLY = _answers(_path("guest_kernel", "denial_of_service", "hypervisor"), not_sure="component")
TEAMS = _answers(_path("guest_kernel", "privilege_escalation", "dom0"), not_sure="component qemu_config")
CONFLICT = _answers(_path("guest_kernel", "privilege_escalation", "hypervisor"), facts={"component": ""})
SEVERAL = _answers(
    _path("guest_kernel", "denial_of_service", "self"),
    _path("guest_kernel", "privilege_escalation", "hypervisor"),
    facts={"component": "xen"},
)

KINDS = {
    "candidate, settled": CRASH,
    "candidate, presumed": STALE,
    "out, a leak of internal values": INTERNAL,
    "out, plain": ITSELF,
    "out, contested": READ_ONLY,
    "waiting for systems": EMULATOR,
    "blank": BLANK,
    "needs info": PARTLY,
    "the team's turn": TEAMS,
    "conflict": CONFLICT,
    "several attacks": SEVERAL,
}
every_kind = pytest.mark.parametrize("answers", KINDS.values(), ids=KINDS)


class TestEveryComment:
    @every_kind
    def test_begins_with_the_marker_and_ends_with_the_closing_sentences(self, answers: Answers) -> None:
        text = comment.render(_page(answers))
        assert text.splitlines()[0] == comment.MARKER == "<!-- xsa-scope:comment v1 -->"
        assert text.splitlines()[-1].strip("*") == CLOSING
        assert text.count(comment.MARKER) == 1
        assert comment.is_ours(text)

    @every_kind
    def test_names_its_labels_in_plain_code_spans(self, answers: Answers) -> None:
        page = _page(answers)
        text = comment.render(page)
        assert all(f"`{label}`" in text for label in page.labels)
        assert '~"' not in text

    @every_kind
    def test_shows_each_criterion_with_its_state_and_a_quotation(self, answers: Answers) -> None:
        page = _page(answers)
        rows = [line for line in comment.render(page).splitlines() if re.match(r"\| [0-4] ", line)]
        assert len(rows) == 5 * len(page.explanation.paths)
        assert all(re.search(r"“[^”]+” \|$", row) for row in rows)

    @every_kind
    def test_has_no_line_that_either_forge_would_act_on(self, answers: Answers) -> None:
        text = comment.render(_page(answers))
        assert not [line for line in text.splitlines() if line.lstrip().startswith("/")]
        assert "~~~" not in text
        assert "```" not in text
        visible = re.sub(r"`[^`]*`", "", text)
        assert not re.search(r"@\w|#\d|(?<!\w)!\d|://", visible)

    @every_kind
    def test_is_html_only_where_we_fold(self, answers: Answers) -> None:
        text = comment.render(_page(answers)).removeprefix(comment.MARKER)
        tags = set(re.findall(r"</?\w+>", re.sub(r"`[^`]*`", "", text)))
        assert tags == {"<details>", "<summary>", "</summary>", "</details>"}
        assert "\n</details>" in text
        assert text.count("<details>") == text.count("</details>")

    @every_kind
    def test_never_says_that_something_may_be_published_nor_thanks(self, answers: Answers) -> None:
        text = comment.render(_page(answers)).casefold()
        assert "publish" not in text
        assert "thank" not in text

    @every_kind
    def test_tells_how_to_correct_an_answer(self, answers: Answers) -> None:
        assert words.CORRECT in comment.render(_page(answers))

    @every_kind
    def test_names_the_policy_under_which_the_verdict_last_changed(self, answers: Answers) -> None:
        stamp = PolicyStamp("older", "0.9", "sha256:" + "f" * 64)
        line = next(
            line
            for line in comment.render(replace(_page(answers), verdict_policy=stamp)).splitlines()
            if line.startswith("Policy under which this verdict last changed:")
        )
        assert "`older` version `0.9`" in line

    @every_kind
    def test_reads_back_who_said_what(self, answers: Answers) -> None:
        text = comment.render(_page(answers))
        for name, said in answers.facts.items():
            if said.values:
                meanings = " or ".join(POLICY.facts[name].meanings[v] for v in said.values)
                who = "the reporter's form" if said.by == "reporter" else "the team (`carol`)"
                assert f"| {POLICY.facts[name].title} | {meanings} | {who} |" in text


class TestWhatItSays:
    def test_a_candidate_is_told_with_its_pair_and_effect_and_who_decides(self) -> None:
        text = comment.render(_page(CRASH))
        assert (
            "qualifies for an advisory: the guest kernel or administrator → the hypervisor (1a), denial of service (2b)"
            in text
        )
        assert "The team decides whether and when one is issued." in text

    def test_a_presumed_candidate_says_what_would_end_it_and_how_that_is_recorded(self) -> None:
        text = comment.render(_page(STALE))
        assert "unless someone shows otherwise" in text
        assert "`/scope set shown_internal_only yes because …`" in text

    def test_a_rejection_says_why_and_what_would_change_it(self) -> None:
        text = comment.render(_page(INTERNAL))
        assert "That it may help another exploit does not change this." in text
        assert "It may still be a bug worth fixing, and reporting it was right." in text
        assert "it would be in scope" in text or "it could be in scope" in text

    def test_a_contested_rejection_asks_a_person_to_confirm(self) -> None:
        page = _page(READ_ONLY)
        assert words.CONTESTED in comment.render(page)
        assert words.WRONG_POLICY in comment.render(page)
        assert "R10 (contested)" in comment.render(page)
        assert words.CONTESTED not in comment.render(replace(page, confirmed=True))

    def test_waiting_for_systems_lists_them_with_state_and_command(self) -> None:
        text = comment.render(_page(EMULATOR))
        assert "Nothing more is needed from the reporter." in text
        rows = {
            line.split(" | ")[0][2:]: line for line in text.splitlines() if "`/scope os " in line and line[0] == "|"
        }
        assert list(rows) == ["Linux", "OpenBSD", "FreeBSD", "NetBSD", "Windows", "Another system"]
        assert "| not vulnerable | the team (`carol`) | `/scope os linux STATE because …` |" in rows["Linux"]
        assert "| not looked at yet | nobody |" in rows["OpenBSD"]
        assert "| not vulnerable | the reporter's form |" in rows["FreeBSD"]
        assert "| looked into, inconclusive | the team (`dave`) |" in rows["Windows"]

    def test_the_next_question_comes_with_the_forms_own_options(self) -> None:
        text = comment.render(_page(PARTLY))
        assert "this is no rejection" in text
        assert "**Next question: If it is stopped or slowed down: how badly?**" in text
        assert "- It stops: crash or endless hang or it must be restarted" in text
        assert words.NEXT_HOW["reporter"] in text

    def test_the_teams_next_question_comes_with_the_command_that_records_it(self) -> None:
        text = comment.render(_page(TEAMS))
        assert "Nothing more is needed from the reporter" in text
        assert "`/scope set component VALUE because …`" in text

    def test_without_the_form_it_says_how_to_fill_it_in(self) -> None:
        assert words.NO_FORM in comment.render(_page(BLANK))

    def test_fields_that_cannot_be_read_are_named(self) -> None:
        page = _page(replace(CRASH, ambiguous=("What does it hit?", "Who starts the attack?")))
        text = comment.render(page)
        assert "**What does it hit?** and **Who starts the attack?**" in text
        assert "qualifies for an advisory" in text

    def test_contradictions_are_named(self) -> None:
        text = comment.render(_page(CONFLICT))
        assert "Contradictory statements about Component" in text

    def test_labels_left_alone_are_told_with_the_time_they_are_left_alone_for(self) -> None:
        until = datetime(2026, 11, 25, 16, 5, 59, tzinfo=UTC)
        text = comment.render(replace(_page(CRASH), reversals=Reversals(("xsa-candidate",), until)))
        assert "left alone until 2026-11-25 16:05 UTC" in text
        assert "reversed `xsa-candidate`" in text

    def test_labels_that_cannot_be_set_are_told(self) -> None:
        text = comment.render(replace(_page(CRASH), barred=("xsa-candidate",)))
        assert words.BARRED.format(labels="`xsa-candidate`") in text

    def test_help_names_every_command_fact_and_value(self) -> None:
        text = comment.render(replace(_page(CRASH), help_wanted=True))
        assert all(f"| `/scope {verb}" in text for verb in VERBS)
        assert all(f"`{name}`: " in text for name in POLICY.facts)
        assert all(f"`{value}`" in text for fact in POLICY.facts.values() for value in fact.values)
        assert words.HELP_TITLE not in comment.render(_page(CRASH))

    def test_several_attacks_say_which_one_qualifies(self) -> None:
        text = comment.render(_page(SEVERAL))
        assert "Attack 2 of 2 qualifies, and one that qualifies is enough." in text
        assert text.index("**Attack 2**") < text.index("**Attack 1**")
        assert "| Target of attack 1 | the attacker itself | the reporter's form |" in text

    @pytest.mark.parametrize(
        ("how", "sentence"),
        [
            ("command", "was set by `carol` on 2026-11-25; that comment holds the reason"),
            ("added", "was added by hand by `carol` on 2026-11-25"),
            ("removed", "was removed by hand by `carol` on 2026-11-25"),
        ],
    )
    def test_a_persons_decision_is_told_with_what_the_labels_would_be(self, how: str, sentence: str) -> None:
        paused = Paused(how, "needs-triage", "carol", date(2026, 11, 25))  # type: ignore[arg-type]
        text = comment.render(replace(_page(CRASH), paused=paused))
        assert f"The label `needs-triage` {sentence}" in text
        assert "on the present answers they would be `xsa-candidate`. `/scope resume` hands back." in text

    @pytest.mark.parametrize("problem", Problem)
    def test_every_refused_command_has_its_sentence(self, problem: Problem) -> None:
        assert problem.value in words.REFUSED
        refused = (Refused(problem.value, "eve", 3, "guest_kernel"),)
        text = comment.render(replace(_page(CRASH), refused=refused))
        line = f"- A command of `eve` did nothing (line 3 of the comment): {words.REFUSED[problem.value]}."
        assert f"{line} Nearest: `guest_kernel`." in text

    def test_remarks_for_the_team_are_shown(self) -> None:
        page = _page(replace(CRASH, notes=("The reporter argues that *x*.",)))
        assert "For the team: The reporter argues that \\*x\\*." in comment.render(page)

    def test_out_by_no_certain_criterion_says_that_one_fails_all_the_same(self) -> None:
        text = comment.render(_page(_answers({"effect": "none"})))
        assert words.OUT_UNCERTAIN_CODE in text

    def test_out_by_presumption_says_that_it_may_end(self) -> None:
        systems = {f"os_{name}": "not_vulnerable" for name in ("linux", "openbsd", "freebsd", "netbsd")}
        answers = replace(EMULATOR, facts={**EMULATOR.facts, **_said(systems, "team", "carol")})
        text = comment.render(_page(answers))
        assert words.OUT_PRESUMED in text
        assert words.PRESUMED_EFFORT in text
        assert "`/scope os other vulnerable because …`" in text

    def test_contradictory_words_on_a_system_are_shown_as_such(self) -> None:
        facts = {**EMULATOR.facts, "os_linux": Said(frozenset(), "team", login="carol")}
        text = comment.render(_page(replace(EMULATOR, facts=facts)))
        assert "| Linux | contradictory statements | the team (`carol`) |" in text

    def test_a_question_about_one_of_several_attacks_names_it(self) -> None:
        text = comment.render(_page(_answers(_path("host", "other", "self"), {"source": "guest_kernel"})))
        assert "**Next question: What does it hit? (Attack 2)**" in text

    def test_several_attacks_that_qualify_are_all_named(self) -> None:
        paths = [_path("guest_kernel", "privilege_escalation", target) for target in ("hypervisor", "toolstack")]
        text = comment.render(_page(_answers(*paths, facts={"component": "xen"})))
        assert "Attacks 1 and 2 of 2 qualify, and one that qualifies is enough." in text

    def test_several_attacks_none_of_which_qualifies_are_told_so(self) -> None:
        paths = [_path("host", "privilege_escalation", target) for target in ("hypervisor", "toolstack")]
        assert "None of the 2 attacks listed qualifies." in comment.render(_page(_answers(*paths)))

    def test_many_attacks_are_numbered_up_to_a_dozen(self) -> None:
        assert "and 3 more" in comment.render(_page(_answers(*({"source": "guest_kernel"} for _ in range(15)))))

    @pytest.mark.parametrize("code", POLICY.codes)
    def test_every_code_of_the_policy_has_its_reason(self, code: str) -> None:
        assert code in words.WHY

    def test_every_outcome_has_its_title(self) -> None:
        assert set(words.TITLES) == set(scope.Outcome)


class TestDigest:
    def test_the_same_page_has_the_same_digest(self) -> None:
        assert comment.digest(comment.render(_page(CRASH))) == comment.digest(comment.render(_page(CRASH)))

    @pytest.mark.parametrize(("a", "b"), [(CRASH, STALE), (EMULATOR, replace(EMULATOR, efforts={})), (PARTLY, BLANK)])
    def test_other_answers_have_another(self, a: Answers, b: Answers) -> None:
        assert comment.digest(comment.render(_page(a))) != comment.digest(comment.render(_page(b)))

    def test_who_said_it_counts(self) -> None:
        team = replace(CRASH, facts={**CRASH.facts, "component": Said(frozenset(["xen"]), "team", login="carol")})
        assert comment.digest(comment.render(_page(CRASH))) != comment.digest(comment.render(_page(team)))

    @every_kind
    def test_another_policy_line_or_clause_wording_does_not(self, answers: Answers) -> None:
        page = _page(answers)
        before = comment.render(page)
        stamped = replace(page, verdict_policy=PolicyStamp("other", "2", "sha256:" + "0" * 64))
        assert comment.digest(comment.render(stamped)) == comment.digest(before)
        reworded = re.sub("“[^”\n]*”", "“quite another quotation”", before)
        assert reworded != before
        assert comment.digest(reworded) == comment.digest(before)

    @every_kind
    def test_what_a_forge_does_to_line_ends_does_not(self, answers: Answers) -> None:
        text = comment.render(_page(answers))
        assert comment.digest(text.replace("\n", "\r\n") + "\n") == comment.digest(text)

    def test_a_word_changed_by_a_person_does(self) -> None:
        text = comment.render(_page(CRASH))
        assert comment.digest(text.replace("qualifies", "does not qualify")) != comment.digest(text)


def _many(count: int) -> Answers:
    every = itertools.product(*(POLICY.facts[name].values for name in ("source", "effect", "target")))
    paths = [_path(*values) for values in itertools.islice(every, count)]
    return _answers(*paths, facts={"component": "third_party xen"})


class TestLength:
    @pytest.mark.parametrize("count", [1, 21, 22, 200])
    def test_a_report_with_many_attacks_stays_below_the_limit(self, count: int) -> None:
        page = _page(_many(count))
        assert len(comment.render(page)) <= comment.LONGEST == 60_000

    def test_the_folded_parts_are_shortened_first_and_the_verdict_never(self) -> None:
        notes = tuple("x" * 5_000 for _ in range(20))
        short = comment.render(_page(CRASH))
        long = comment.render(_page(replace(CRASH, notes=notes)))
        assert len(long) <= comment.LONGEST
        assert words.SHORTENED in long
        assert "<details>" not in long
        assert short[: short.index("<details>")] == long[: long.index(words.SHORTENED)]

    def test_a_comment_of_ours_that_could_act_is_never_written(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for sentence in ("fine\n /close", f"fine {comment.MARKER}", "x" * 70_000):
            monkeypatch.setattr(words, "CORRECT", sentence)
            with pytest.raises(comment.UnsafeCommentError):
                comment.render(_page(CRASH))

    def test_a_thousand_refused_commands_are_counted(self) -> None:
        refused = tuple(Refused("incomplete", f"person-{n}", n) for n in range(1000))
        text = comment.render(replace(_page(CRASH), refused=refused))
        assert text.count("did nothing (line") == 10
        assert "990 more commands did nothing." in text


@settings(max_examples=60, deadline=None)
@given(login=st.text(max_size=60), note=st.text(max_size=200), label=st.text(max_size=200), near=st.text(max_size=60))
def test_whatever_people_are_called_and_type_nothing_acts(login: str, note: str, label: str, near: str) -> None:
    answers = replace(CRASH, notes=(note,), ambiguous=(label,))
    answers = replace(
        answers, facts={**answers.facts, "os_linux": Said(frozenset(["vulnerable"]), "team", login=login)}
    )
    page = replace(
        _page(answers),
        refused=(Refused("unknown-value", login, 1, near),),
        paused=Paused("added", "needs-info", login, date(2026, 1, 1)),
    )
    text = comment.render(page)
    assert text.count("<!--") == 1
    assert not [line for line in text.splitlines() if line.lstrip().startswith("/")]
    ours = {"bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"}
    assert _kinds(text) - _kinds(comment.render(_page(CRASH))) <= ours


def _kinds(text: str) -> set[str]:
    """What a Markdown reader makes of a text: blocks and what stands in them."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    return {token.type for token in tokens} | {child.type for token in tokens for child in token.children or []}


def test_another_field_that_cannot_be_read_is_told_by_an_edit() -> None:
    pages = (_page(replace(CRASH, ambiguous=(label,))) for label in ("Credit", "Description"))
    one, other = (comment.digest(comment.render(page)) for page in pages)
    assert one != other
