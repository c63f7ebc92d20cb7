"""Why a verdict is what it is: criteria, questions, presumptions, and the smallest change that would change it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import combinations, product

import pytest

import scope
from tests.scope.rows import completions, in_scope

POLICY = scope.load_policy("builtin:xen-rfc-v2")
FACTS = POLICY.facts
CRITERIA = ("0", "1", "2", "3", "4")

Known = Mapping[str, frozenset[str]]


def _report(*paths: dict[str, str], efforts: str = "", not_sure: str = "", **facts: str) -> scope.Report:
    """Values are words separated by blanks; an empty string is a conflict."""
    return scope.Report(
        paths=tuple(_sets(path) for path in paths or ({},)),
        facts=_sets(facts),
        efforts=frozenset(efforts.split()),
        not_sure=frozenset(not_sure.split()),
    )


def _sets(said: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {fact: frozenset(values.split()) for fact, values in said.items()}


def _path(source: str = "", effect: str = "", target: str = "") -> dict[str, str]:
    return {k: v for k, v in {"source": source, "effect": effect, "target": target}.items() if v}


def _explained(report: scope.Report) -> scope.Explanation:
    return scope.explain(POLICY, report, scope.assess(POLICY, report))


def _states(explanation: scope.Explanation, path: int = 0) -> dict[str, str]:
    return {criterion.id: criterion.state for criterion in explanation.paths[path].criteria}


STALE = _report(_path("guest_kernel", "information_leak", "hypervisor"), component="xen", leaked_data="uninitialised")
EMULATOR = _report(
    _path("guest_userspace", "privilege_escalation", "own_kernel"), component="xen", depends_on_target_os="yes"
)


class TestCriteria:
    @pytest.mark.parametrize("example", POLICY.examples, ids=lambda example: example.name)
    def test_each_of_the_texts_examples_is_explained_by_its_criteria(self, example: object) -> None:
        report = scope.Report(paths=example.paths, facts=example.facts, efforts=example.efforts)  # type: ignore[attr-defined]
        explanation = _explained(report)
        states = _states(explanation)
        assert tuple(states) == CRITERIA
        if explanation.verdict.outcome is scope.Outcome.IN_SCOPE:
            assert set(states.values()) == {"passed"}
        elif explanation.verdict.outcome is scope.Outcome.OUT_OF_SCOPE:
            failed = [c for c in explanation.paths[0].criteria if c.state == "failed"]
            assert {code for c in failed for code in c.codes} == set(explanation.verdict.codes)
            assert all(c.answers and c.cited and c.says for c in failed)
        else:
            assert "failed" not in states.values()
            assert "open" in states.values()

    def test_a_passed_criterion_names_the_pair_and_the_effect_it_established(self) -> None:
        results = {c.id: c.results for c in _explained(STALE).paths[0].criteria}
        assert results["1"] == ("1a",)
        assert results["2"] == ("2c",)

    def test_a_criterion_is_told_by_the_fewest_answers_that_decide_it(self) -> None:
        report = _report(_path("guest_kernel", "none", "hypervisor"), component="xen", leaked_data="sensitive")
        effect = _explained(report).paths[0].criteria[2]
        assert [answer.fact for answer in effect.answers] == ["effect"]

    @pytest.mark.parametrize("seed", range(30))
    def test_the_answers_named_decide_the_criterion_whatever_else_is_answered(self, seed: int) -> None:
        report = _random(seed, unknown=3)
        explanation = _explained(report)
        for criterion in explanation.paths[0].criteria:
            if criterion.state not in ("passed", "failed"):
                continue
            only = {answer.fact: frozenset(answer.values) for answer in criterion.answers}
            alone = scope.Report(paths=(only,))
            again = _explained(alone).paths[0].criteria[CRITERIA.index(criterion.id)]
            assert again.state == criterion.state
            assert again.codes == criterion.codes

    def test_what_is_presumed_is_marked_as_nobodys_answer(self) -> None:
        leak = _explained(STALE).paths[0].criteria[2]
        assert [(a.fact, a.presumed) for a in leak.answers][-1] == ("shown_internal_only", True)
        assert not leak.answers[0].presumed

    def test_a_criterion_after_a_failed_pair_says_nothing(self) -> None:
        report = _report(_path("guest_kernel", "denial_of_service", "own_kernel"))
        states = _states(_explained(report))
        assert (states["1"], states["2"]) == ("failed", "moot")

    def test_an_effect_of_no_use_fails_whatever_the_source(self) -> None:
        explanation = _explained(_report(_path(effect="none")))
        assert _states(explanation)["2"] == "failed"
        assert _states(explanation)["1"] == "open"

    def test_a_failure_by_a_disputed_reading_says_so_and_cites_it(self) -> None:
        report = _report(_path("guest_kernel", "other", "hypervisor"), component="xen")
        failed = next(c for c in _explained(report).paths[0].criteria if c.state == "failed")
        assert failed.contested
        assert failed.readings == ("R10",)

    def test_every_citation_is_a_quotation_of_the_policy(self) -> None:
        quotes = {q for clause in POLICY.clauses.values() for q in clause.quotes}
        quotes |= {row.quote for table in POLICY.tables for row in table.rows}
        for report in (STALE, EMULATOR, _report()):
            for path in _explained(report).paths:
                assert all(c.quote in quotes for criterion in path.criteria for c in criterion.cited)


class TestSeveralPaths:
    def test_one_path_in_scope_is_the_one_the_verdict_rests_on(self) -> None:
        paths = [_path("guest_kernel", "denial_of_service", "self"), _path("guest_kernel", "denial_of_service", "dom0")]
        explanation = _explained(_report(*paths, component="xen_code_in_os", dos_severity="termination"))
        assert explanation.verdict.outcome is scope.Outcome.IN_SCOPE
        assert explanation.decisive == (1,)
        assert [path.in_scope for path in explanation.paths] == [False, True]

    def test_the_path_that_needs_fewest_presumptions_speaks_first(self) -> None:
        first = _path("guest_kernel", "information_leak", "hypervisor")
        second = _path("guest_kernel", "privilege_escalation", "hypervisor")
        explanation = _explained(_report(first, second, component="xen", leaked_data="uninitialised"))
        assert explanation.decisive == (1, 0)

    def test_an_open_report_rests_on_its_open_paths_and_asks_about_them_alone(self) -> None:
        paths = [_path("guest_kernel", "denial_of_service", "self"), _path("guest_kernel"), _path("host", "other")]
        explanation = _explained(_report(*paths, component="xen"))
        assert explanation.decisive == (1,)
        assert {question.path for question in explanation.questions} == {1, None}

    def test_a_fact_that_a_path_states_for_itself_is_asked_for_that_path(self) -> None:
        own = {**_path("guest_kernel", "privilege_escalation", "hypervisor"), "component": "xen qemu"}
        shared = _path("guest_kernel", "privilege_escalation", "dom0")
        questions = _explained(_report(own, shared)).questions
        assert {q.path for q in questions if q.fact.name == "component"} == {0, None}


class TestQuestions:
    def test_a_decided_report_asks_nothing(self) -> None:
        assert _explained(STALE).questions == ()
        assert _explained(STALE).turn is None

    def test_a_blank_report_is_first_asked_who_attacks(self) -> None:
        first = _explained(_report()).questions[0]
        assert (first.fact.name, first.path, first.who) == ("source", 0, "reporter")
        assert first.share == 0.5  # device model, management domain, host and outsider settle it

    def test_questions_are_what_is_missing_and_no_more(self) -> None:
        for report in (_report(), EMULATOR, _report(_path("guest_kernel"))):
            explanation = _explained(report)
            assert {q.fact.name for q in explanation.questions} == set(explanation.verdict.missing)

    def test_after_the_next_one_the_policys_order_holds(self) -> None:
        names = [q.fact.name for q in _explained(_report()).questions[1:]]
        assert names == [name for name in FACTS if name in names]

    def test_systems_are_the_teams_to_answer_the_cheapest_first(self) -> None:
        explanation = _explained(EMULATOR)
        assert explanation.turn == "team"
        assert {q.who for q in explanation.questions} == {"team"}
        assert explanation.questions[0].fact.name == "os_linux"

    def test_what_the_reporter_does_not_know_is_asked_of_the_team(self) -> None:
        report = _report(_path("guest_kernel", "privilege_escalation", "hypervisor"), not_sure="component qemu_config")
        explanation = _explained(report)
        assert explanation.turn == "team"
        assert explanation.questions[0].who == "team"

    def test_the_next_question_is_for_those_whose_turn_it_is(self) -> None:
        """Source would settle more, but the reporter has said that they do not know it."""
        first = _explained(_report(not_sure="source")).questions[0]
        assert (first.fact.name, first.who) == ("effect", "reporter")

    @pytest.mark.parametrize("seed", range(30))
    def test_the_share_an_answer_settles_agrees_with_a_count_of_all_completions(self, seed: int) -> None:
        report = _random(seed, unknown=5)
        explanation = _explained(report)
        if explanation.verdict.standing is not scope.Standing.OPEN:
            return
        known = dict(report.paths[0])
        for question in explanation.questions:
            name = question.fact.name
            every = settled = 0
            for value in known.get(name, question.fact.values):
                size = sum(1 for _ in completions(POLICY, _narrow(known | {name: frozenset([value])})))
                every += size
                settled += size * (_decided(known | {name: frozenset([value])}) is not None)
            assert question.share == pytest.approx(settled / every)
        turn = [q for q in explanation.questions if q.who == explanation.turn]
        best = max(q.score for q in turn)
        by_policy = [q for q in sorted(turn, key=lambda q: list(FACTS).index(q.fact.name)) if q.score == best]
        assert explanation.questions[0] == by_policy[0]


class TestPresumptions:
    def test_a_presumption_names_only_the_answers_that_would_end_the_verdict(self) -> None:
        report = _report(_path("guest_kernel", "privilege_escalation", "hypervisor"), component="xen")
        named = {p.fact.name: p.rebutted_by for p in _explained(report).presumptions}
        assert named == {
            "feature_status": ("not_security_supported", "tech_preview", "experimental"),
            "reachable": ("no",),
        }

    def test_one_that_rests_on_an_effort_says_so(self) -> None:
        systems = {f"os_{name}": "not_vulnerable" for name in ("linux", "openbsd", "freebsd", "netbsd")}
        path = _path("guest_userspace", "privilege_escalation", "own_kernel")
        report = _report(path, component="xen", depends_on_target_os="yes", efforts="os_windows", **systems)
        named = {p.fact.name: (p.after_effort, p.contested) for p in _explained(report).presumptions}
        assert named == {"os_windows": (True, True), "os_other": (False, False)}

    def test_conflicts_are_named(self) -> None:
        explanation = _explained(_report(_path("guest_kernel", "privilege_escalation", "hypervisor"), component=""))
        assert [fact.name for fact in explanation.conflicts] == ["component"]


class TestCounterfactuals:
    def test_an_open_report_has_none(self) -> None:
        assert _explained(_report()).counterfactuals == ()

    def test_out_by_one_answer_names_that_answer_and_all_values_that_would_turn_it(self) -> None:
        path = _path("guest_kernel", "privilege_escalation", "hypervisor")
        (only,) = _explained(_report(path, component="xen", feature_status="experimental")).counterfactuals
        assert only.changes == (scope.Answer("feature_status", ("supported", "unlisted")),)
        assert (only.outcome, only.certain) == (scope.Outcome.IN_SCOPE, True)

    def test_paths_in_scope_that_no_one_answer_would_turn_together_have_none(self) -> None:
        own = {"component": "xen", "feature_status": "supported", "reachable": "yes", "depends_on_target_os": "no"}
        paths = [_path("guest_kernel", "privilege_escalation", target) for target in ("hypervisor", "dom0")]
        explanation = _explained(_report(*({**path, **own} for path in paths)))
        assert explanation.verdict.outcome is scope.Outcome.IN_SCOPE
        assert explanation.counterfactuals == ()

    def test_what_would_only_reopen_the_matter_says_so(self) -> None:
        only = _explained(_report(_path(effect="none"))).counterfactuals[0]
        assert not only.certain

    def test_alternatives_come_in_the_policys_order_and_are_at_most_four(self) -> None:
        report = _report(_path("guest_kernel", "denial_of_service", "own_kernel"))
        assert [c.changes[0].fact for c in _explained(report).counterfactuals] == ["source", "target"]
        assert [c.changes[0].fact for c in _explained(STALE).counterfactuals] == [
            "source",
            "effect",
            "target",
            "component",
        ]

    def test_of_several_paths_out_the_nearest_one_is_told(self) -> None:
        far = _path("host", "none", "outside")
        near = _path("guest_kernel", "none", "hypervisor")
        found = _explained(_report(far, near, component="xen")).counterfactuals
        assert [(c.path, [a.fact for a in c.changes]) for c in found] == [(1, ["effect"])]

    def test_of_several_paths_in_scope_only_a_change_they_share_turns_the_verdict(self) -> None:
        paths = [_path("guest_kernel", "privilege_escalation", t) for t in ("hypervisor", "dom0")]
        found = _explained(_report(*paths, component="xen", depends_on_target_os="no")).counterfactuals
        facts = [[a.fact for a in c.changes] for c in found]
        assert facts == [["component"], ["feature_status"], ["reachable"]]
        assert {c.path for c in found} == {None}
        assert all(c.certain and c.outcome is scope.Outcome.OUT_OF_SCOPE for c in found)

    @pytest.mark.parametrize("seed", range(24))
    def test_no_smaller_change_turns_the_outcome(self, seed: int) -> None:
        report = _random(seed, unknown=2, presumable=False)
        explanation = _explained(report)
        if explanation.verdict.standing is not scope.Standing.SETTLED:
            return
        known = _narrow(dict(report.paths[0]))
        wanted = explanation.verdict.outcome is not scope.Outcome.IN_SCOPE
        found = explanation.counterfactuals
        size = len(found[0].changes)
        sets = {tuple(a.fact for a in c.changes) for c in found}
        for smaller in range(1, min(size, 2)):
            assert not any(_turns(known, names, wanted) for names in combinations(FACTS, smaller))
        if size <= 2:
            turning = [names for names in combinations(FACTS, size) if _turns(known, names, wanted)]
            assert sets == set(turning[:4])
        for one in found:
            for values in product(*(a.values for a in one.changes)):
                changed = known | {a.fact: frozenset([v]) for a, v in zip(one.changes, values, strict=True)}
                assert any(in_scope(POLICY, ground) == wanted for ground in completions(POLICY, changed))


def _turns(known: Known, names: tuple[str, ...], wanted: bool) -> bool:  # an outcome
    """Whether other values of exactly these facts can bring the wanted outcome about."""
    others = [frozenset(FACTS[name].values) - known[name] for name in names]
    changed = {**known, **dict(zip(names, others, strict=True))}
    return all(others) and any(in_scope(POLICY, ground) == wanted for ground in completions(POLICY, changed))


def _random(seed: int, *, unknown: int, presumable: bool = True) -> scope.Report:
    """One path of which all but a few facts are known, facts that can be presumed among them.

    Every second one is made from a case in scope: of all cases few are, and what is left out would settle nothing.
    """
    chance = random.Random(seed)
    ground = {name: chance.choice(fact.values) for name, fact in FACTS.items()}
    while seed % 2 and not in_scope(POLICY, ground):
        ground = {name: chance.choice(fact.values) for name, fact in FACTS.items()}
    said = {name: frozenset([value]) for name, value in ground.items()}
    presumed = [p.fact for p in POLICY.presumptions if not p.effort] if presumable else []
    for name in [*chance.sample(list(FACTS), unknown), *chance.sample(presumed, len(presumed) // 2)]:
        said.pop(name, None)
    return scope.Report(paths=(said,))


def _narrow(known: Known) -> dict[str, frozenset[str]]:
    return {name: frozenset(known.get(name, fact.values)) for name, fact in FACTS.items()}


def _decided(known: Known) -> bool | None:
    """The outcome by enumeration: over all completions, else over those that the text's presumptions leave."""
    for narrowed in (_narrow(known), _presumed(_narrow(known))):
        outcomes = {in_scope(POLICY, ground) for ground in completions(POLICY, narrowed)}
        if len(outcomes) == 1:
            return outcomes.pop()
    return None


def _presumed(known: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    free = {name for name, fact in FACTS.items() if len(known[name]) == len(fact.values)}
    guest_users = "guest_userspace" in known["source"] and known["target"] & {
        "own_kernel",
        "own_process",
        "own_stubdomain",
    }
    values = {
        "shown_internal_only": "no",
        "feature_status": "unlisted",
        "reachable": "yes",
        "os_other": "not_vulnerable",
        **({} if guest_users else {"depends_on_target_os": "no"}),
    }
    return known | {name: frozenset([value]) for name, value in values.items() if name in free}
