"""What two policies decide differently: few lines, exact, and none where only the wording changed."""

from __future__ import annotations

import random
import re
from importlib.resources import files
from pathlib import Path

import pytest

import scope
from tests.scope.rows import Ground, judged

TEXT = files("scope").joinpath("policies", "xen-rfc-v2.toml").read_text(encoding="utf-8")
OLD = scope.load_policy("builtin:xen-rfc-v2")

PREVIEW = 'when = { feature_status = ["tech_preview", "experimental"] }'


def _changed(*changes: tuple[str, str], without_example: str = "") -> scope.Policy:
    """The policy with some of its text replaced, and without the examples that this would contradict."""
    text = TEXT
    for old, new in changes:
        assert old in text, f"the policy file no longer has {old!r}"
        text = text.replace(old, new, 1)
    if without_example:
        text = re.sub(rf"\[\[examples\]\]\nname = \"[^\n]*{without_example}[^\n]*\"\n(?:[^\[\n][^\n]*\n)*", "", text)
    return scope.parse_policy(text, file="changed.toml")


def _row(name: str) -> str:
    """The text of one row of a table, by its name."""
    found = re.search(rf'\[\[tables\.rows\]\]\nname = "{re.escape(name)}"\n(?:[^\[\n][^\n]*\n)*', TEXT)
    assert found, f"the policy file has no row {name!r}"
    return found.group()


def _lines(new: scope.Policy) -> tuple[str, ...]:
    return scope.compare(OLD, new).lines


def test_a_policy_does_not_differ_from_itself() -> None:
    comparison = scope.compare(OLD, scope.load_policy("builtin:xen-rfc-v2"))
    assert not comparison
    assert not comparison.editorial
    assert comparison.lines == ()


def test_a_change_of_wording_is_editorial() -> None:
    comparison = scope.compare(OLD, _changed(("Who starts the attack?", "Who begins the attack?")))
    assert not comparison
    assert comparison.editorial
    assert comparison.lines == ()


def test_tech_preview_made_supported_is_one_line() -> None:
    new = _changed((PREVIEW, 'when = { feature_status = ["experimental"] }'), without_example="tech preview")
    assert _lines(new) == (
        "Feature status = tech_preview: out of scope (3-unsupported) -> in scope unless another criterion fails it",
    )
    (difference,) = scope.compare(OLD, new).decisions
    assert difference.answers == (scope.Concerned("feature_status", ("tech_preview",)),)
    assert difference.before == scope.Judgement(("3-unsupported",), contested=False)
    assert difference.after == scope.Judgement()


def test_the_other_way_round_is_the_other_way_round() -> None:
    new = _changed((PREVIEW, 'when = { feature_status = ["experimental"] }'), without_example="tech preview")
    assert scope.compare(new, OLD).lines == (
        "Feature status = tech_preview: in scope unless another criterion fails it -> out of scope (3-unsupported)",
    )


def test_a_reading_no_longer_disputed_changes_what_must_be_confirmed() -> None:
    row = next(r for t in OLD.tables for r in t.rows if r.fails == "2-other")
    text = _row(row.name)
    lines = _lines(_changed((text, text.replace("contested = true\n", ""))))
    assert lines
    assert all("2-other, to be confirmed) -> out of scope (2-other)" in line for line in lines)
    assert all("Effect = other" in line for line in lines)


def test_rows_rewritten_to_the_same_effect_are_no_difference() -> None:
    row = _row("preview")
    halves = (
        row.replace('"tech_preview", "experimental"]', '"tech_preview"]'),
        row.replace('"tech_preview", "experimental"]', '"experimental"]').replace('"preview"', '"trial"'),
    )
    comparison = scope.compare(OLD, _changed((row, "".join(halves))))
    assert not comparison
    assert comparison.editorial


@pytest.mark.parametrize("seed", range(8))
def test_every_flipped_row_is_told_exactly(seed: int, tmp_path: Path) -> None:
    """The lines cover the cases that are judged differently, say how, and cover no other."""
    chance = random.Random(seed)
    failing = [
        row for table in OLD.tables for row in table.rows if row.fails and not table.derives and not row.otherwise
    ]
    row = failing[seed % len(failing)]
    text = _row(row.name)
    passing = re.sub(r"(fails|contested) = .*\n", "", text)
    rest = TEXT[: TEXT.index("[[examples]]")] + TEXT[TEXT.index("[form]") :]
    code = f'{row.fails} = "'
    if sum(r.fails == row.fails for t in OLD.tables for r in t.rows) == 1:
        rest = "\n".join(line for line in rest.split("\n") if not line.startswith(code))
        rest = re.sub(rf'\[labels\."out-of-scope:{row.fails}"\]\n(?:[^\[\n][^\n]*\n)*', "", rest)
    file = tmp_path / "flipped.toml"
    file.write_text(rest.replace(text, passing), encoding="utf-8")
    new = scope.load_policy(file)
    decisions = scope.compare(OLD, new).decisions
    assert 1 <= len(decisions) <= 12
    hits = 0
    for _ in range(4000):
        ground = _case(chance, row)
        before, after = judged(OLD, ground), judged(new, ground)
        lines = [one for one in decisions if all(ground[a.fact] in a.values for a in one.answers)]
        assert bool(lines) == (before != after)
        for line in lines:
            hits += 1
            assert before[0] - after[0] == set(line.before.codes) - set(line.after.codes)
            assert set(line.before.codes) <= before[0]
    assert hits


def _case(chance: random.Random, row: scope.Row) -> Ground:
    """A random case, every second one near the row: few cases of all would meet it."""
    near = chance.random() < 0.5
    return {
        name: chance.choice(sorted(row.when[name]) if near and name in row.when else fact.values)
        for name, fact in OLD.facts.items()
    }


def test_a_changed_presumption_is_a_line() -> None:
    (line,) = _lines(_changed(('value = "unlisted"\nsays', 'value = "supported"\nsays')))
    assert line == "presumption feature_status: was presumed unlisted, is presumed supported"


def test_a_presumption_that_asks_for_an_effort_no_more_is_a_line() -> None:
    new = _changed(("effort = true\ncontested = true\n", "contested = true\n"), without_example="(?:Windows|emulator)")
    assert _lines(new)[0] == (
        "presumption os_windows: was presumed not_vulnerable after an effort (contested), "
        "is presumed not_vulnerable (contested)"
    )


def test_label_and_reading_changes_are_lines() -> None:
    new = _changed(
        ("[labels.xsa-candidate]\n", '[labels.xsa-yes]\nformer = ["xsa-candidate"]\n'),
        ('colour = "fbca04"', 'colour = "fbca05"'),
    )
    assert _lines(new) == (
        "label xsa-yes: was called xsa-candidate",
        "label needs-info: colour was fbca04, is fbca05",
    )


def test_a_former_name_that_a_label_names_more_is_a_line() -> None:
    new = _changed(("[labels.needs-info]\n", '[labels.needs-info]\nformer = ["incomplete"]\n'))
    assert _lines(new) == ("label needs-info: former names were none, are incomplete",)


def test_a_reading_become_firmer_is_a_line() -> None:
    found = re.search(r"\[readings\.R30\]\n(?:[^\[\n][^\n]*\n)*", TEXT)
    assert found
    new = _changed((found.group(), found.group().replace('"inferred"', '"explicit"')))
    assert _lines(new) == ("reading R30: was inferred, is explicit",)


def test_a_changed_turn_is_a_line() -> None:
    new = _changed(('triage = ["shown_internal_only"]', 'triage = ["shown_internal_only", "qemu_config"]'))
    assert _lines(new) == ("routing qemu_config: if missing, the reporter is asked; now the team finds out",)


def test_an_option_that_stands_for_something_else_is_a_line() -> None:
    old = '{ text = "Yes on every route: tech preview", values = ["tech_preview"] }'
    new = old.replace('["tech_preview"]', '["experimental"]')
    (line,) = _lines(_changed((old, new)))
    assert line.endswith("stood for feature_status = tech_preview, stands for feature_status = experimental")


def test_a_code_that_goes_by_another_name_is_told_with_its_label() -> None:
    new = scope.parse_policy(TEXT.replace("3-qemu-config", "3-qemu"), file="renamed.toml")
    comparison = scope.compare(OLD, new)
    assert [(one.before.codes, one.after.codes) for one in comparison.decisions] == [(("3-qemu-config",), ("3-qemu",))]
    assert comparison.lines[1:] == (
        "label out-of-scope:3-qemu: new label for 3-qemu",
        "label out-of-scope:3-qemu-config: no longer a label",
    )


def test_a_row_made_firm_where_a_firm_one_fails_anyway_is_no_difference() -> None:
    """Third-party software attacking itself is `1-self` whatever the reading of `0-third-party` is worth."""
    row = _row("third-party, a guest user against others")
    itself = re.sub(r"target = \[[^]]*\]", 'target = ["self"]', row).replace("contested = true\n", "")
    others = row.replace('"self", ', "")
    assert row not in (itself, others)
    comparison = scope.compare(OLD, _changed((row, others + itself.replace("against others", "against itself"))))
    assert comparison.decisions == ()
    assert not comparison


def test_a_presumption_given_up_is_a_line() -> None:
    found = re.search(r'\[\[presumptions\]\]\nfact = "os_other"\n(?:[^\[\n][^\n]*\n)*', TEXT)
    assert found
    new = _changed((found.group(), ""), without_example="(?:emulator|Windows)")
    assert _lines(new) == ("presumption os_other: was presumed not_vulnerable, is not presumed",)


def test_readings_that_come_and_go_are_lines() -> None:
    more = '[readings.R99]\nquestion = "Q?"\nreading = "R."\nrests_on = "Nothing."\nstrength = "inferred"\n'
    new = _changed(("[readings.R32]", more + "[readings.R32]"))
    assert _lines(new) == ("reading R99: new reading, inferred",)
    assert scope.compare(new, OLD).lines == ("reading R99: no longer a reading",)


class TestNewValuesAndFacts:
    CAVEAT = (
        'tech_preview = "a tech preview feature"\n',
        'tech_preview = "a tech preview feature"\ncaveat = "a caveat"\n',
    )

    def test_a_new_value_is_compared_through_its_parent(self) -> None:
        parents = ("[facts.qemu_config]", '[facts.feature_status.parents]\ncaveat = "supported"\n\n[facts.qemu_config]')
        assert _lines(_changed(self.CAVEAT, parents)) == (
            "fact feature_status: new value caveat, compared as supported",
        )

    def test_a_new_value_that_its_parent_would_not_explain_is_told_with_its_answers(self) -> None:
        parents = (
            "[facts.qemu_config]",
            '[facts.feature_status.parents]\ncaveat = "tech_preview"\n\n[facts.qemu_config]',
        )
        lines = _lines(_changed(self.CAVEAT, parents))
        assert lines == (
            "Feature status = caveat: out of scope (3-unsupported) -> in scope unless another criterion fails it",
            "fact feature_status: new value caveat, compared as tech_preview",
        )

    def test_a_new_value_of_its_own_is_a_line_and_no_more(self) -> None:
        assert _lines(_changed(self.CAVEAT)) == ("fact feature_status: new value caveat, compared as no other",)

    def test_an_unknown_parent_is_a_fault(self) -> None:
        parents = ("[facts.qemu_config]", '[facts.feature_status.parents]\ncaveat = "suported"\n\n[facts.qemu_config]')
        with pytest.raises(scope.PolicyError, match="did you mean 'supported'"):
            _changed(self.CAVEAT, parents)

    def test_a_new_fact_is_compared_in_its_default(self) -> None:
        defaults = 'depends_on_target_os = ["no"]\n\n[[examples]]'
        new = _changed(
            ("[facts.os_linux]", RELEASED + "[facts.os_linux]"),
            ('inputs = ["feature_status"]', 'inputs = ["feature_status", "released"]'),
            (_row("preview"), _row("preview") + UNRELEASED),
            (defaults, 'released = ["yes"]\n' + defaults),
        )
        assert _lines(new) == ("fact released: new fact; compared in its default yes",)
        assert scope.compare(new, OLD).lines == (
            (
                "Feature status = supported; Released = no: "
                "out of scope (3-unsupported) -> in scope unless another criterion fails it"
            ),
            "fact released: no longer a fact",
        )

    def test_a_fact_that_holds_for_each_path_now_is_a_line(self) -> None:
        new = _changed(('title = "Component"\n', 'title = "Component"\non_path = true\n'))
        assert _lines(new) == ("fact component: holds for each path now",)

    def test_a_value_that_is_gone_is_a_line(self) -> None:
        new = _changed(self.CAVEAT)
        assert scope.compare(new, OLD).lines == ("fact feature_status: caveat is no longer a value",)


RELEASED = """[facts.released]
title = "Released"
question = "Is it in a release?"
answered_by = ["team"]
cost = 2
default = "yes"
[facts.released.values]
yes = "in a release"
no = "in none"

"""
UNRELEASED = """[[tables.rows]]
name = "unreleased"
says = "it is in no release"
when = { feature_status = ["supported"], released = ["no"] }
fails = "3-unsupported"
cites = ["3"]
readings = ["R16"]
"""


def test_policies_that_order_their_facts_differently_are_compared_all_the_same() -> None:
    """Facts in another order make other diagrams; the functions are the same."""
    start, end = TEXT.index("[facts.component]"), TEXT.index("[facts.dos_severity]")
    component = TEXT[start:end]
    moved = TEXT[:start] + TEXT[end:]
    moved = moved.replace("[facts.os_linux]", component + "[facts.os_linux]", 1)
    new = scope.parse_policy(moved, file="moved.toml")
    assert _lines(new) == ("order facts: are listed in another order",)
