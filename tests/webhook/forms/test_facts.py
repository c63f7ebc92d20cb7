"""What a filled form says of which fact."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scope
from webhook.answers import FormAnswers
from webhook.forms import read
from webhook.forms.asked import form_id
from webhook.forms.render import Choices, render
from webhook.issue import ForgeKind

BOTH = pytest.mark.parametrize("forge", list(ForgeKind))
NOT_SURE = "Not sure"


def option(policy: scope.Policy, fact: str, value: str) -> str:
    """The first option that says exactly this."""
    return next(o.text for o in policy.facts[fact].options if o.values == {value})


def filled(policy: scope.Policy, forge: ForgeKind, **choices: str | list[str]) -> FormAnswers:
    return read(policy, forge, render(policy, forge, choices))


@BOTH
@pytest.mark.parametrize("body", [None, "", "Xen crashes, help!", "### Version\n\n4.19", "## Version\n\n4.19"])
def test_a_body_without_the_form_says_nothing(policy: scope.Policy, forge: ForgeKind, body: str | None) -> None:
    assert read(policy, forge, body) == FormAnswers()


@BOTH
def test_an_empty_form_is_known_as_the_form_and_says_nothing(policy: scope.Policy, forge: ForgeKind) -> None:
    assert filled(policy, forge) == FormAnswers(form=form_id(policy.form))


@BOTH
def test_each_ticked_effect_is_an_attack_of_its_own(policy: scope.Policy, forge: ForgeKind) -> None:
    effects = ["denial_of_service", "information_leak"]
    answers = filled(
        policy,
        forge,
        source=option(policy, "source", "guest_kernel"),
        target=option(policy, "target", "hypervisor"),
        effect=[option(policy, "effect", effect) for effect in effects],
    )
    assert answers.paths == tuple(
        {"source": {"guest_kernel"}, "target": {"hypervisor"}, "effect": {effect}} for effect in effects
    )


@BOTH
def test_two_ticks_that_mean_the_same_are_one_attack_with_its_note(policy: scope.Policy, forge: ForgeKind) -> None:
    both = [o.text for o in policy.facts["effect"].options if o.values == {"privilege_escalation"}]
    answers = filled(policy, forge, effect=both)
    assert len(both) == 2
    assert answers.paths == ({"effect": {"privilege_escalation"}},)
    assert len(answers.notes) == 1


@BOTH
def test_not_sure_beside_a_tick_adds_an_attack_of_unknown_effect(policy: scope.Policy, forge: ForgeKind) -> None:
    answers = filled(policy, forge, effect=[option(policy, "effect", "none"), NOT_SURE])
    assert answers.paths == ({"effect": {"none"}}, {})
    assert answers.not_sure == {"effect"}


@BOTH
def test_not_sure_is_remembered_and_does_not_apply_is_not(policy: scope.Policy, forge: ForgeKind) -> None:
    answers = filled(policy, forge, reachable=NOT_SURE, dos_severity="Does not apply", source=NOT_SURE)
    assert answers.not_sure == {"reachable", "source"}
    assert answers.facts == {}
    assert answers.paths == ({},)


@BOTH
def test_an_option_may_leave_several_values_and_a_note_for_the_team(policy: scope.Policy, forge: ForgeKind) -> None:
    answers = filled(policy, forge, component="Another part of the Xen Project: XAPI or Windows PV drivers or Mini-OS")
    assert answers.facts == {"component": {"xen_code_in_os", "third_party"}}
    assert len(answers.notes) == 1


@BOTH
def test_a_ticked_system_is_vulnerable_and_of_the_others_nothing_is_known(
    policy: scope.Policy, forge: ForgeKind
) -> None:
    answers = filled(policy, forge, vulnerable_systems=["Linux", "Another (name it below)"])
    assert answers.facts == {"os_linux": {"vulnerable"}, "os_other": {"vulnerable"}}


@BOTH
def test_a_forged_answer_is_named_and_counts_as_none(policy: scope.Policy, forge: ForgeKind) -> None:
    label = policy.facts["component"].question
    mark = "###" if forge is ForgeKind.GITHUB else "##"
    answers = filled(
        policy, forge, component=option(policy, "component", "xen"), description=f"x\n\n{mark} {label}\n\ny"
    )
    assert answers.ambiguous == (label,)
    assert answers.facts == {}


class TestFurtherAttacks:
    def paths(self, policy: scope.Policy, text: str) -> FormAnswers:
        return filled(policy, ForgeKind.GITHUB, effect=[option(policy, "effect", "none")], further_attacks=text)

    @pytest.mark.parametrize(
        ("line", "path"),
        [
            (
                "guest_userspace -> denial_of_service -> own_kernel",
                {"source": {"guest_userspace"}, "effect": {"denial_of_service"}, "target": {"own_kernel"}},
            ),
            (
                "- `Guest_Kernel` → Reads information from it → THE HYPERVISOR or the whole host",
                {"source": {"guest_kernel"}, "effect": {"information_leak"}, "target": {"hypervisor"}},
            ),
            ("a guest user -> ? -> dom0", {"source": {"guest_userspace"}, "target": {"dom0"}}),
            ("somebody -> something -> somewhere", {}),
            ("none -> other -> none", {"effect": {"other"}}),
        ],
    )
    def test_a_line_is_a_path(self, policy: scope.Policy, line: str, path: dict[str, set[str]]) -> None:
        answers = self.paths(policy, line)
        assert answers.paths == ({"effect": {"none"}}, path)
        assert answers.notes == ()

    @pytest.mark.parametrize("line", ["see above", "guest_kernel -> hypervisor", "a -> b -> c -> d", "```"])
    def test_an_unreadable_line_is_an_attack_of_which_nothing_is_known(self, policy: scope.Policy, line: str) -> None:
        answers = self.paths(policy, line)
        assert answers.paths == ({"effect": {"none"}}, {})
        assert answers.notes
        assert line not in answers.notes[0]

    @pytest.mark.parametrize("text", ["None", "none.", "N/A", "-", "  no "])
    def test_a_word_for_nothing_adds_no_attack(self, policy: scope.Policy, text: str) -> None:
        answers = self.paths(policy, text)
        assert answers.paths == ({"effect": {"none"}},)
        assert answers.notes == ()

    def test_the_same_attack_is_listed_once(self, policy: scope.Policy) -> None:
        line = "host -> other -> dom0"
        assert len(self.paths(policy, f"{line}\n\n  {line}\nx\ny").paths) == 3

    def test_an_ambiguous_text_may_hold_attacks(self, policy: scope.Policy) -> None:
        answers = self.paths(policy, "### Further attacks with the same bug\n\nhost -> other -> dom0")
        assert answers.paths == ({"effect": {"none"}}, {})
        assert "Further attacks with the same bug" in answers.ambiguous


class TestOldForms:
    def test_a_form_of_other_facts_says_only_what_the_policy_still_knows(self, policy: scope.Policy) -> None:
        from dataclasses import replace  # noqa: PLC0415  # used here only

        field = policy.form.fields[0]
        options = (
            scope.FieldOption("old fact", {"colour": frozenset({"red"})}),
            scope.FieldOption("old value", {"source": frozenset({"martian"})}),
            scope.FieldOption("still good", {"source": frozenset({"host"})}),
        )
        form = replace(policy.form, sections=(scope.Section("s", (replace(field, options=options),)),))
        aged = replace(policy, form=form)
        for text, path in (("old fact", {}), ("old value", {}), ("still good", {"source": {"host"}})):
            answers = filled(aged, ForgeKind.GITHUB, source=text)
            assert answers.paths == (path,)
            assert answers.facts == {}


@BOTH
def test_what_was_chosen_is_what_is_read(policy: scope.Policy, forge: ForgeKind) -> None:
    """Round trip over random choices: facts and paths are those of the options, worked out here from the policy."""
    structured = [f for f in policy.form.fields if f.kind in ("choice", "ticks")]

    def of(field: scope.Field) -> st.SearchStrategy[list[scope.FieldOption]]:
        return st.lists(
            st.sampled_from(field.options),
            max_size=1 if field.kind == "choice" else None,
            unique_by=lambda o: o.text,
        )

    @settings(max_examples=60, deadline=None)
    @given(st.fixed_dictionaries({field.id: of(field) for field in structured}))
    def trip(chosen: dict[str, list[scope.FieldOption]]) -> None:
        choices: Choices = {name: [o.text for o in options] for name, options in chosen.items()}
        answers = read(policy, forge, render(policy, forge, choices))
        sets = [(o, fact, values) for options in chosen.values() for o in options for fact, values in o.sets.items()]
        assert answers.facts == {fact: values for _, fact, values in sets if not policy.facts[fact].on_path}
        ends = {fact: values for _, fact, values in sets if fact in ("source", "target")}
        assert all({k: v for k, v in path.items() if k != "effect"} == ends for path in answers.paths)
        effects = {values for _, fact, values in sets if fact == "effect"}
        unknown = any(o.not_sure for o in chosen["effect"]) or not effects
        assert {path.get("effect") for path in answers.paths} == effects | ({None} if unknown else set())
        assert answers.not_sure == {
            field.fact for field in structured for o in chosen[field.id] if o.not_sure and field.fact
        }
        assert answers.ambiguous == ()

    trip()
