"""Verdicts on partial reports: what settles, what is presumed, what stays open and whose turn it is."""

from __future__ import annotations

import pytest

import scope
from scope import Outcome, Standing
from scope.assess import applicable
from tests.scope.said import path, report

CRASH = path("guest_kernel", "denial_of_service", "hypervisor")
LEAK = path("guest_kernel", "information_leak", "hypervisor")
EMULATOR = path("guest_userspace", "privilege_escalation", "own_kernel")
ITSELF = path("guest_kernel", "denial_of_service", "self")
FIVE = ("os_linux", "os_openbsd", "os_freebsd", "os_netbsd", "os_windows")
PLAIN = {
    "component": "xen",
    "dos_severity": "termination",
    "feature_status": "supported",
    "reachable": "yes",
    "qemu_config": "as_described",
}
UNHURT = dict.fromkeys((*FIVE, "os_other"), "not_vulnerable")


def test_a_blank_report_is_open_and_misses_everything_but_what_is_presumed(policy: scope.Policy) -> None:
    verdict = scope.assess(policy, report())

    assert (verdict.outcome, verdict.standing) == (Outcome.NEEDS_INFO, Standing.OPEN)
    # `depends_on_target_os` is not presumed here: a guest user against its own kernel is still possible.
    presumed = {"shown_internal_only", "feature_status", "reachable", "os_other"}
    assert verdict.missing == tuple(fact for fact in policy.facts if fact not in presumed)
    assert (verdict.codes, verdict.presumptions, verdict.contested) == ((), (), False)


def test_no_effect_is_out_whatever_the_source(policy: scope.Policy) -> None:
    """Criterion by criterion one could not know: some other table fails wherever the effect is moot."""
    verdict = scope.assess(policy, report({"effect": "none"}))

    assert (verdict.outcome, verdict.standing, verdict.codes) == (Outcome.OUT_OF_SCOPE, Standing.SETTLED, ())
    # Contested: someone outside the host against Xen would fail by a contested row alone.
    assert scope.labels_for(policy, verdict) == ("out-of-scope", "scope:contested")
    inside = scope.assess(policy, report(path("guest_kernel host", "none", "hypervisor")))
    assert scope.labels_for(policy, inside) == ("out-of-scope",)


def test_two_tables_that_give_the_same_code_make_it_certain_together(policy: scope.Policy) -> None:
    """A guest kernel against itself, or stopping its own QEMU: `1-self` by table 1 or by table 2."""
    verdict = scope.assess(policy, report(path("guest_kernel", "denial_of_service", "self own_device_model"), **PLAIN))

    assert verdict.codes == ("1-self",)
    assert verdict.contested


def test_an_out_is_contested_only_while_some_completion_fails_contested_rows_alone(policy: scope.Policy) -> None:
    odd = path("guest_kernel", "other", "hypervisor")
    known = {**PLAIN, "depends_on_target_os": "no"}

    assert scope.assess(policy, report(odd, **known)).contested
    firm = scope.assess(policy, report(odd, **{**known, "reachable": "no"}))
    assert (firm.contested, firm.codes) == (False, ("2-other", "4-not-reachable"))


def test_unneeded_presumptions_are_not_named(policy: scope.Policy) -> None:
    crash = scope.assess(policy, report(CRASH, component="xen", dos_severity="termination"))
    leak = scope.assess(policy, report(LEAK, **PLAIN, leaked_data="uninitialised"))

    assert crash.presumptions == ("feature_status", "reachable")
    assert leak.presumptions == ("shown_internal_only",)
    assert crash.outcome is leak.outcome is Outcome.IN_SCOPE


def test_a_presumption_ends_with_any_value_ruled_out(policy: scope.Policy) -> None:
    """To say "not experimental" is a statement on the feature: `unlisted` is presumed no more."""
    said = {**PLAIN, "feature_status": "supported unlisted not_security_supported tech_preview"}

    verdict = scope.assess(policy, report(CRASH, **said))

    assert (verdict.outcome, verdict.missing) == (Outcome.NEEDS_INFO, ("feature_status",))


def test_a_conflict_counts_as_any_value_and_is_never_presumed(policy: scope.Policy) -> None:
    verdict = scope.assess(policy, report(CRASH, **{**PLAIN, "reachable": ""}))

    assert verdict.conflicts == ("reachable",)
    assert (verdict.outcome, verdict.missing) == (Outcome.NEEDS_INFO, ("reachable",))


def test_a_path_that_knows_nothing_of_a_fact_is_free_of_the_reports_conflict(policy: scope.Policy) -> None:
    """Its own word wins, a full list included: nothing is known there, and the presumption holds."""
    verdict = scope.assess(policy, report({**CRASH, "reachable": "yes no"}, **{**PLAIN, "reachable": ""}))

    assert (verdict.outcome, verdict.presumptions) == (Outcome.IN_SCOPE, ("reachable",))
    assert verdict.conflicts == ("reachable",)


def test_conflicts_are_named_once_in_the_policys_order(policy: scope.Policy) -> None:
    verdict = scope.assess(policy, report({**CRASH, "reachable": ""}, {"source": ""}, **{**PLAIN, "reachable": ""}))

    assert verdict.conflicts == ("source", "reachable")


def test_dependence_on_the_system_is_presumed_away_only_where_no_guest_attacks_itself(policy: scope.Policy) -> None:
    other = path("guest_userspace", "privilege_escalation", "other_guest")

    assert scope.assess(policy, report(other, **PLAIN)).presumptions == ("depends_on_target_os",)
    undecided = scope.assess(policy, report({**other, "target": "other_guest own_process"}, **PLAIN))
    assert (undecided.outcome, undecided.missing) == (Outcome.NEEDS_OS_CHECK, ("depends_on_target_os", *FIVE))


def test_windows_is_presumed_unhurt_only_after_an_effort_and_that_is_contested(policy: scope.Policy) -> None:
    said = {**PLAIN, **UNHURT, "depends_on_target_os": "yes", "os_windows": "not_vulnerable vulnerable"}

    never_looked = scope.assess(policy, report(EMULATOR, **said))
    looked = scope.assess(policy, report(EMULATOR, **said, efforts=["os_windows"]))

    assert (never_looked.outcome, never_looked.missing) == (Outcome.NEEDS_OS_CHECK, ("os_windows",))
    assert (looked.outcome, looked.presumptions, looked.contested) == (Outcome.OUT_OF_SCOPE, ("os_windows",), True)
    assert scope.labels_for(policy, looked) == ("out-of-scope:4-no-vulnerable-os", "scope:contested")


def test_an_effort_makes_no_difference_once_windows_is_known(policy: scope.Policy) -> None:
    said = {**PLAIN, **UNHURT, "depends_on_target_os": "yes"}

    verdict = scope.assess(policy, report(EMULATOR, **said, efforts=["os_windows"]))

    assert (verdict.standing, verdict.contested) == (Standing.SETTLED, False)


def test_one_path_in_scope_is_enough_even_beside_an_open_one(policy: scope.Policy) -> None:
    verdict = scope.assess(policy, report({}, CRASH, ITSELF, **PLAIN))

    assert (verdict.outcome, verdict.standing) == (Outcome.IN_SCOPE, Standing.SETTLED)
    assert [one.in_scope for one in verdict.paths] == [None, True, False]
    assert (verdict.missing, verdict.codes) == ((), ())


def test_of_several_paths_in_scope_the_one_with_the_fewest_presumptions_speaks(policy: scope.Policy) -> None:
    said = {fact: words for fact, words in PLAIN.items() if fact != "feature_status"}
    stack = {**LEAK, "leaked_data": "uninitialised"}

    verdict = scope.assess(policy, report(stack, CRASH, {**CRASH, "target": "toolstack"}, **said))

    assert [one.presumptions for one in verdict.paths][:2] == [
        ("shown_internal_only", "feature_status"),
        ("feature_status",),
    ]
    assert (verdict.standing, verdict.presumptions) == (Standing.PRESUMED, ("feature_status",))


def test_an_open_path_keeps_the_report_open_beside_paths_that_are_out(policy: scope.Policy) -> None:
    verdict = scope.assess(policy, report(ITSELF, {**CRASH, "dos_severity": "significant minor"}, **PLAIN))

    assert (verdict.outcome, verdict.missing) == (Outcome.NEEDS_INFO, ("dos_severity",))
    assert (verdict.codes, verdict.contested) == ((), False)


def test_several_paths_that_are_out_give_all_their_codes_in_order(policy: scope.Policy) -> None:
    odd = path("guest_kernel", "other", "hypervisor", depends_on_target_os="no")

    verdict = scope.assess(policy, report(odd, ITSELF, **PLAIN))

    assert (verdict.codes, verdict.contested) == (("1-self", "2-other"), True)
    assert scope.labels_for(policy, verdict) == ("out-of-scope:1-self", "out-of-scope:2-other", "scope:contested")


@pytest.mark.parametrize(
    ("said", "not_sure", "outcome"),
    [
        (report(EMULATOR, **PLAIN, depends_on_target_os="yes"), (), Outcome.NEEDS_OS_CHECK),
        (report(EMULATOR, **PLAIN), (), Outcome.NEEDS_OS_CHECK),
        (report(EMULATOR, **PLAIN), ("depends_on_target_os",), Outcome.NEEDS_OS_CHECK),
        (
            report({**LEAK, "leaked_data": "uninitialised", "shown_internal_only": ""}, **PLAIN),
            (),
            Outcome.NEEDS_TRIAGE,
        ),
        (report(LEAK, **PLAIN), (), Outcome.NEEDS_INFO),
        (report(LEAK, **{**PLAIN, "shown_internal_only": ""}), ("leaked_data",), Outcome.NEEDS_TRIAGE),
        (report({**LEAK, "source": "guest_kernel host"}, **PLAIN), ("leaked_data",), Outcome.NEEDS_INFO),
    ],
    ids=[
        "systems only",
        "systems and dependence",
        "dependence not sure",
        "the argument",
        "a blank",
        "not sure",
        "mixed",
    ],
)
def test_an_open_report_is_routed_by_what_is_missing(
    policy: scope.Policy, said: scope.Report, not_sure: tuple[str, ...], outcome: Outcome
) -> None:
    asked = scope.Report(said.paths, said.facts, said.efforts, frozenset(not_sure))

    verdict = scope.assess(policy, asked)

    assert (verdict.outcome, verdict.standing) == (outcome, Standing.OPEN)
    assert scope.labels_for(policy, verdict) == (outcome.value,)


def test_another_part_of_the_xen_project_stays_open_for_the_team(policy: scope.Policy) -> None:
    said = report(CRASH, **{**PLAIN, "component": "xen_code_in_os third_party"}, not_sure=["component"])

    verdict = scope.assess(policy, said)

    assert (verdict.outcome, verdict.missing) == (Outcome.NEEDS_TRIAGE, ("component",))


def test_applicable_presumptions_come_in_the_policys_order(policy: scope.Policy) -> None:
    (_, (known,)) = policy.layout.of_report(report(CRASH))

    facts = [a.presumption.fact for a in applicable(policy, known, frozenset({"os_windows"}))]

    assert facts == [
        *("shown_internal_only", "feature_status", "reachable", "depends_on_target_os"),
        *("os_windows", "os_other"),
    ]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (report(colour="red"), "unknown fact 'colour'"),
        (report(reachble="yes"), "unknown fact 'reachble'; did you mean 'reachable'?"),
        (report({"sauce": "guest_kernel"}), "unknown fact 'sauce'; did you mean 'source'?"),
        (report(source="guest_kernel"), "unknown fact 'source'"),
        (report(reachable="yse"), "unknown value of reachable 'yse'; did you mean 'yes'?"),
        (report(efforts=["os_window"]), "unknown effort 'os_window'; did you mean 'os_windows'?"),
        (report(not_sure=["os_window"]), "unknown fact 'os_window'; did you mean 'os_windows'?"),
    ],
)
def test_words_the_policy_does_not_know_are_refused(policy: scope.Policy, said: scope.Report, message: str) -> None:
    with pytest.raises(scope.UnknownWordError) as refused:
        scope.assess(policy, said)

    assert str(refused.value) == message


def test_a_report_without_paths_is_refused(policy: scope.Policy) -> None:
    with pytest.raises(ValueError, match="at least one path"):
        scope.assess(policy, scope.Report(paths=()))
