"""The built-in policy as a document: what it holds, how it is worded, its digests; and where policies come from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import NoReturn

import pytest

import scope
from scope.diagram import count
from scope.policy import IN, OUT_CONTESTED, OUT_FIRM
from scope.table import Row
from tests.scope import oracle

TEXT = files("scope").joinpath("policies", "xen-rfc-v2.toml").read_text(encoding="utf-8")
PREVIEW = """when = { feature_status = ["tech_preview", "experimental"] }"""


def altered(right: str, wrong: str) -> scope.Policy:
    assert right in TEXT
    return scope.parse_policy(TEXT.replace(right, wrong, 1), file="altered.toml")


def test_facts_and_values_stand_in_the_order_of_the_reference_page(policy: scope.Policy) -> None:
    assert {name: fact.values for name, fact in policy.facts.items()} == oracle.FACTS
    assert list(policy.facts) == list(oracle.FACTS)
    assert [fact.name for fact in policy.facts.values() if fact.on_path] == list(oracle.PATH_FACTS)


def test_codes_and_labels_stand_in_the_order_of_the_reference_page(policy: scope.Policy) -> None:
    assert tuple(policy.codes) == oracle.CODES
    assert tuple(policy.labels) == oracle.LABELS


def test_of_147_456_000_combinations_2_460_440_are_in_scope(policy: scope.Policy) -> None:
    counted = count(policy.outcome, policy.layout.full, policy.layout.fields)

    assert counted[IN] == 2_460_440
    assert counted[IN] + counted[OUT_CONTESTED] + counted[OUT_FIRM] == 147_456_000


def test_every_quote_is_verbatim_in_the_source_text(source_text: str) -> None:
    assert scope.load_policy("builtin:xen-rfc-v2", source_text=source_text).id == "xen-rfc-v2"


def test_the_policy_names_the_digest_of_the_text_it_quotes(policy: scope.Policy, source_text: str) -> None:
    assert policy.source.sha256 == hashlib.sha256(source_text.encode()).hexdigest()
    assert policy.source.address.startswith("https://")


def test_every_choice_ends_with_not_sure_and_no_answer_holds_a_comma(policy: scope.Policy) -> None:
    for fact in policy.facts.values():
        if fact.options:
            assert fact.options[-1].text == "Not sure"
            assert fact.options[-1].not_sure
        assert not [option.text for option in fact.options if "," in option.text]


def test_does_not_apply_and_not_sure_stand_for_any_value(policy: scope.Policy) -> None:
    for fact in policy.facts.values():
        for option in fact.options:
            if option.text in ("Does not apply", "Not sure"):
                assert option.values == scope.Values(fact.values)


def test_every_value_but_those_of_the_team_can_be_answered_by_the_reporter(policy: scope.Policy) -> None:
    for fact in policy.facts.values():
        if fact.options:
            single = {value for option in fact.options if len(option.values) == 1 for value in option.values}
            assert single == set(fact.values), fact.name


def test_every_fact_is_asked_of_somebody(policy: scope.Policy) -> None:
    for fact in policy.facts.values():
        assert fact.question or fact.team_question
        assert ("team" in fact.answered_by) == bool(fact.team_question and fact.team_options), fact.name


def test_the_effort_on_windows_is_an_answer_of_the_team(policy: scope.Policy) -> None:
    efforts = [
        (name, option.text) for name, fact in policy.facts.items() for option in fact.team_options if option.effort
    ]

    assert efforts == [("os_windows", "Looked into, inconclusive (counts as the effort made)")]


def test_descriptions_of_labels_fit_and_tell_nothing_of_a_report(policy: scope.Policy) -> None:
    for label in policy.labels.values():
        assert 20 < len(label.description) <= 100
        assert len(label.colour) == 6


def test_every_row_that_fails_cites_a_clause_and_says_why_in_words(policy: scope.Policy) -> None:
    for table in policy.tables:
        for row in table.rows:
            assert row.cites
            assert row.quote
            assert row.says
            assert row.contested <= any(policy.readings[r].strength == "contested" for r in row.readings)


def test_the_register_of_readings_is_complete(policy: scope.Policy) -> None:
    strengths = {id_: reading.strength for id_, reading in policy.readings.items()}
    contested = {"R0", "R3", "R4", "R8b", "R10", "R11", "R18", "R19", "R22", "R31"}
    inferred = {"R2", "R5", "R6", "R7", "R16", "R17", "R27", "R29", "R30", "R32"}
    explicit = {"R1", "R1b", "R8", "R9", "R12", "R13", "R14", "R20", "R21", "R24", "R25", "R26", "R28"}

    assert strengths == {
        **dict.fromkeys(contested, "contested"),
        **dict.fromkeys(inferred, "inferred"),
        **dict.fromkeys(explicit, "explicit"),
    }


def test_a_table_tells_which_rows_may_fire(policy: scope.Policy) -> None:
    effects = next(table for table in policy.tables if table.name == "2")
    known = policy.layout.narrow({"source": ["guest_kernel"], "target": ["self", "hypervisor"], "effect": ["none"]})

    fired = policy.fired(effects, known)

    assert {row and row.name for row in fired} == {None, "none"}
    assert all(row is None or isinstance(row, Row) for row in fired)


def test_what_is_known_reads_back_as_words(policy: scope.Policy) -> None:
    layout = policy.layout
    known = layout.learn(layout.narrow({"reachable": ["yes"]}), "target", ["dom0", "toolstack"])

    assert policy.values(known, "target") == {"dom0", "toolstack"}
    assert policy.values(known, "reachable") == {"yes"}
    assert policy.values(layout.learn(known, "reachable", ["no"]), "reachable") == {"no"}
    assert layout.words(known)["target"] == "dom0"


# ── Digests ──


def test_loading_twice_gives_the_same_digests(policy: scope.Policy) -> None:
    again = scope.load_policy("builtin:xen-rfc-v2")

    assert (again.digest, again.text_digest) == (policy.digest, policy.text_digest)
    assert policy.digest.startswith("sha256:")
    assert len(policy.digest) == len(policy.text_digest) == len("sha256:") + 64


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('question = "Who starts the attack?"', 'question = "Who attacks?"'),
        ('says = "the attacker harms only itself"', 'says = "nobody else is harmed"'),
        ('colour = "fbca04"', 'colour = "fbca05"'),
        ('cites = ["1a", "4"]', 'cites = ["1a"]'),
        ('readings = ["R1", "R6"]', 'readings = ["R1"]'),
        ('hint = "Steps, code or a log.', 'hint = "Steps or code.'),
        ('version = "1"', 'version = "1.1"'),
    ],
)
def test_a_change_of_wording_changes_the_text_digest_alone(policy: scope.Policy, right: str, wrong: str) -> None:
    other = altered(right, wrong)

    assert other.digest == policy.digest
    assert other.text_digest != policy.text_digest


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('gives = "yes"\ncites = ["4"]\nquote = "In most', 'gives = "no"\ncites = ["4"]\nquote = "In most'),
        ('value = "unlisted"', 'value = "supported"'),
        ('triage = ["shown_internal_only"]', 'triage = ["shown_internal_only", "reachable"]'),
        ('fails = "3-qemu-config"\ncontested = true', 'fails = "3-qemu-config"'),
        ('unless = { pair = ["1c"] }', 'unless = { pair = ["1b", "1c"] }'),
    ],
)
def test_a_change_of_meaning_changes_the_digest_alone(policy: scope.Policy, right: str, wrong: str) -> None:
    assert right in TEXT
    # Without the examples: the text says otherwise than the altered policy.
    text = TEXT.replace(right, wrong, 1).partition("[example_defaults]")[0]
    form = "[form]" + TEXT.partition("[form]")[2]

    other = scope.parse_policy(text + form, file="altered.toml")

    assert other.digest != policy.digest
    assert other.text_digest == policy.text_digest


def test_a_table_written_otherwise_to_the_same_effect_keeps_the_digest(policy: scope.Policy) -> None:
    split = """when = { feature_status = ["tech_preview"] }
fails = "3-unsupported"
cites = ["3"]
[[tables.rows]]
name = "experiment"
says = "the feature is listed as experimental"
when = { feature_status = ["experimental"] }"""

    assert altered(PREVIEW, split).digest == policy.digest


def test_a_label_renamed_is_a_change_of_meaning(policy: scope.Policy) -> None:
    assert altered("[labels.needs-info]", "[labels.needs-more]").digest != policy.digest


# ── Where policies come from ──


def test_a_policy_loads_from_a_path(tmp_path: Path, policy: scope.Policy) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(TEXT, encoding="utf-8")

    for source in (file, str(file)):
        loaded = scope.load_policy(source)
        assert (loaded.file, loaded.digest) == ("mine.toml", policy.digest)


def test_a_built_in_policy_misnamed_is_told_with_the_nearest() -> None:
    with pytest.raises(scope.PolicyError, match="did you mean 'xen-rfc-v2'") as refused:
        scope.load_policy("builtin:xen-rfc2")

    assert refused.value.nearest == "xen-rfc-v2"


def test_a_file_that_cannot_be_read_is_told_by_its_name_alone(tmp_path: Path) -> None:
    with pytest.raises(scope.PolicyError) as missing:
        scope.load_policy(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"title = '\xe9'")
    with pytest.raises(scope.PolicyError) as latin:
        scope.load_policy(tmp_path / "latin.toml")

    assert str(missing.value) == "none.toml: cannot be read: No such file or directory"
    assert str(latin.value) == "latin.toml: is not UTF-8"


def test_the_built_in_policies_are_listed() -> None:
    assert "xen-rfc-v2" in scope.builtin_policies()


# ── Wording ──


def test_the_answers_are_worded_and_stand_for_what_the_agreed_form_says(
    policy: scope.Policy, stand_missing: Callable[[str], NoReturn]
) -> None:
    """Every line `- answer → value` of the page on the form, apart from what follows the value in words."""
    page = Path(__file__).resolve().parents[3] / "shared" / "policy" / "form.md"
    if not page.is_file():
        stand_missing("the page on the form, ../shared/policy/form.md, is not there")
    of_reporters = page.read_text(encoding="utf-8").partition("### Facts the team answers")[0]
    lines = re.findall(r"^- (.+?) → (.+)$", of_reporters, re.MULTILINE)
    offered = {option.text: option.values for fact in policy.facts.values() for option in fact.options}
    agreed = {answer: set(re.findall(r"`(\w+)`", stands_for)) for answer, stands_for in lines}

    assert len(agreed) > 50
    for answer, values in agreed.items():
        assert answer in offered
        assert offered[answer] == values or (not values and len(offered[answer]) > 1), answer
