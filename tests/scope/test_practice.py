"""`xen-practice` said a second time: as what each departure makes of a report, which RFC v2 then decides."""

from __future__ import annotations

import random

import scope

SEED, REPORTS = 20261125, 6000
RFC, PRACTICE = (scope.load_policy(f"builtin:{name}") for name in ("xen-rfc-v2", "xen-practice"))
RESTRICTED = {"tech_preview", "experimental", "not_security_supported"}
CONFIRMED = {"feature_status": "not_security_supported", "qemu_config": "otherwise"}
"""Answers on which the text leaves a verdict to be confirmed, and SUPPORT.md does not."""


def as_by_text(said: dict[str, str]) -> dict[str, str]:
    """The report whose verdict by the text is this one's by the practice."""
    read = {fact: value for fact, value in said.items() if fact != "reachable_when_off"}
    if said["effect"] == "other":  # P1
        read["effect"] = "privilege_escalation"
    if said["reachable_when_off"] == "yes" and said["feature_status"] in RESTRICTED:  # P3
        read["feature_status"] = "supported"
    if said["component"] == "xen_project":  # P4
        read["component"] = "xen" if said["target"] == "toolstack" else "xen_code_in_os"
    return read


def report(policy: scope.Policy, said: dict[str, str]) -> scope.Report:
    on_path = {fact: scope.Values({value}) for fact, value in said.items() if policy.facts[fact].on_path}
    facts = {fact: scope.Values({value}) for fact, value in said.items() if not policy.facts[fact].on_path}
    return scope.Report(paths=(on_path,), facts=facts)


def test_every_departure_does_what_its_reading_says_and_no_more() -> None:
    chance = random.Random(SEED)
    moved = 0
    for _ in range(REPORTS):
        said = {name: chance.choice(list(fact.values)) for name, fact in PRACTICE.facts.items()}
        by_practice = scope.assess(PRACTICE, report(PRACTICE, said))
        read = as_by_text(said)
        by_text = scope.assess(RFC, report(RFC, read))
        assert (by_practice.outcome, by_practice.codes) == (by_text.outcome, by_text.codes), said
        if not any(said[fact] == value for fact, value in CONFIRMED.items()):
            assert by_practice.contested == by_text.contested, said
        moved += read != {fact: value for fact, value in said.items() if fact != "reachable_when_off"}
    assert moved > REPORTS / 10


def test_a_severity_nobody_gave_is_presumed_and_a_small_one_still_counts() -> None:
    known = {"source": "guest_kernel", "effect": "denial_of_service", "target": "hypervisor", "component": "xen"}
    assert scope.assess(RFC, report(RFC, known)).outcome is scope.Outcome.NEEDS_INFO
    presumed = scope.assess(PRACTICE, report(PRACTICE, known))
    assert presumed.outcome is scope.Outcome.IN_SCOPE
    assert "dos_severity" in presumed.presumptions
    minor = scope.assess(PRACTICE, report(PRACTICE, {**known, "dos_severity": "minor"}))
    assert minor.codes == ("2b-minor",)


def test_a_restricted_feature_is_out_by_presumption_until_it_is_shown_to_be_reached_without_it() -> None:
    known = {"source": "guest_kernel", "effect": "privilege_escalation", "target": "hypervisor", "component": "xen"}
    out = scope.assess(PRACTICE, report(PRACTICE, {**known, "feature_status": "experimental"}))
    assert (out.outcome, out.presumptions) == (scope.Outcome.OUT_OF_SCOPE, ("reachable_when_off",))
    shown = {**known, "feature_status": "experimental", "reachable_when_off": "yes"}
    assert scope.assess(PRACTICE, report(PRACTICE, shown)).outcome is scope.Outcome.IN_SCOPE
