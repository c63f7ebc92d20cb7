"""Small slips in a policy file, one at a time: each is refused, and told with its place, witness or nearest word."""

from __future__ import annotations

from importlib.resources import files

import pytest

import scope

TEXT = files("scope").joinpath("policies", "xen-rfc-v2.toml").read_text(encoding="utf-8")

ROW_SELF = 'name = "on itself"'
ROW_REACHABLE = """[[tables.rows]]
name = "reachable"
says = "the attacker can trigger it in a release"
when = { reachable = ["yes"] }
cites = ["4"]
quote = "if there is a known combination of software in which the vulnerability can be exploited"
readings = ["R32"]
"""
FIRST_CODE = '0-third-party = "The bug is in somebody else\'s software."\n'
SECOND_CODE = '1-self = "The attacker harms only itself or what it controls anyway."\n'
OTHER = 'contested = true\ncites = ["2"]\nquote = "Only some effects are considered vulnerabilities"\nreadings = '
SAYS_2A = 'says = "the attacker runs code in the target or gains equal control (2a)"\n'
WHEN_2A = 'when = { effect = ["privilege_escalation"] }\n'
HEAD = "[facts.source]\n"

SLIPS: dict[str, tuple[str, str, str]] = {
    # Words
    "a value misspelt in a row": (
        'when = { source = ["service_domain"] }',
        'when = { source = ["servce_domain"] }',
        (
            "table '1', row 'from a management domain'.source: unknown value of source 'servce_domain';"
            " did you mean 'service_domain'?"
        ),
    ),
    "a fact misspelt in a row": (
        "when = { reachable = ",
        "when = { reachble = ",
        ("table '4-reachable', row 'unreachable': unknown input of the table 'reachble'; did you mean 'reachable'?"),
    ),
    "a fact misspelt among inputs": (
        'inputs = ["reachable"]',
        'inputs = ["reachabel"]',
        "table '4-reachable'.inputs: unknown fact or derived result 'reachabel'; did you mean 'reachable'?",
    ),
    "a condition on a fact that is no input": (
        'inputs = ["component", "qemu_config"]',
        'inputs = ["component"]',
        "table '3-qemu', row 'other QEMU': unknown input of the table 'qemu_config'",
    ),
    "a code misspelt in a row": (
        'fails = "4-not-reachable"',
        'fails = "4-not-reachabel"',
        "table '4-reachable', row 'unreachable'.fails: unknown code '4-not-reachabel'; did you mean '4-not-reachable'?",
    ),
    "a clause misspelt": (
        'cites = ["1b"]',
        'cites = ["1bb"]',
        "table '1', row '1b'.cites: unknown clause '1bb'; did you mean '1b'?",
    ),
    "a reading misspelt": (
        'readings = ["R31"]',
        'readings = ["R331"]',
        "table '1', row 'from outside'.readings: unknown reading 'R331'; did you mean 'R31'?",
    ),
    "a derived value misspelt where it is given": (
        'gives = "1a-dm"',
        'gives = "1a-md"',
        "table '1', row '1a-dm'.gives: unknown value of pair '1a-md'; did you mean '1a-dm'?",
    ),
    "a derived value misspelt where it is asked for": (
        'when = { pair = ["1b", "1c"], effect',
        'when = { pair = ["1b", "1cc"], effect',
        "table '2', row '2c from a guest'.pair: unknown value of pair '1cc'; did you mean '1c'?",
    ),
    "a key misspelt in a row": (
        ROW_SELF,
        ROW_SELF + "\ncontestd = true",
        "table '1', row 'on itself': unknown key 'contestd'; did you mean 'contested'?",
    ),
    "a key misspelt in a fact": (
        HEAD + 'title = "Source"',
        HEAD + 'titel = "Source"',
        "facts.source: 'title' is missing; did you mean 'titel'?",
    ),
    "a key nobody knows at the top": (
        "[routing]",
        "[rooting]\n[routing]",
        "unknown key 'rooting'; did you mean 'routing'?",
    ),
    "the kind of a label misspelt": (
        'outcome = "needs-info"',
        'outcome = "need-info"',
        "labels.needs-info.outcome: unknown outcome 'need-info'; did you mean 'needs-info'?",
    ),
    "the code of a label misspelt": (
        'code = "2-none"',
        'code = "2-non"',
        "labels.out-of-scope:2-none.code: unknown code '2-non'; did you mean '2-none'?",
    ),
    "who answers misspelt": (
        'answered_by = ["team", "support", "reporter"]',
        'answered_by = ["team", "support", "reportr"]',
        "facts.feature_status.answered_by: unknown party 'reportr'; did you mean 'reporter'?",
    ),
    "the strength of a reading misspelt": (
        'strength = "explicit"',
        'strength = "explict"',
        "readings.R1.strength: unknown strength 'explict'; did you mean 'explicit'?",
    ),
    "the value of an answer misspelt": (
        'values = ["tech_preview"]',
        'values = ["tech_previw"]',
        "facts.feature_status.options[3].values: unknown value 'tech_previw'; did you mean 'tech_preview'?",
    ),
    "a presumed fact misspelt": (
        'fact = "os_other"\nvalue',
        'fact = "os_othr"\nvalue',
        "presumptions[6].fact: unknown fact 'os_othr'; did you mean 'os_other'?",
    ),
    "a presumed value misspelt": (
        'value = "unlisted"',
        'value = "unlsited"',
        "presumptions[2].value: unknown value of feature_status 'unlsited'; did you mean 'unlisted'?",
    ),
    "a fact to route by misspelt": (
        'triage = ["shown_internal_only"]',
        'triage = ["shown_internal"]',
        "routing.triage: unknown fact 'shown_internal'; did you mean 'shown_internal_only'?",
    ),
    "an effort misspelt in an example": (
        'efforts = ["os_windows"]',
        'efforts = ["os_window"]',
        (
            "example 'XSA-176 with an effort to investigate Windows that was inconclusive'.efforts:"
            " unknown effort 'os_window'; did you mean 'os_windows'?"
        ),
    ),
    "a fact misspelt in the form": (
        'kind = "choice"\nfact = "source"',
        'kind = "choice"\nfact = "sorce"',
        "form.section[1].field[1].fact: unknown fact 'sorce'; did you mean 'source'?",
    ),
    "a value misspelt in the form": (
        'sets = { os_linux = ["vulnerable"] }',
        'sets = { os_linux = ["vulnerabel"] }',
        "sets.os_linux: unknown value 'vulnerabel'; did you mean 'vulnerable'?",
    ),
    # Proofs
    "two rows that fire together": (
        'when = { effect = ["none"] }',
        'when = { effect = ["none", "other"] }',
        (
            "table '2': rows 'none' and 'other' fire together; witness: source=guest_userspace, effect=other,"
            " target=hypervisor"
        ),
    ),
    "three rows that fire together": (
        'when = { effect = ["none"] }',
        'when = { effect = ["none", "other", "privilege_escalation"] }',
        "table '2': rows '2a' and 'none' fire together; witness: source=guest_userspace, effect=privilege_escalation",
    ),
    "a case that no row covers": (
        ROW_REACHABLE,
        "",
        "table '4-reachable': no row fires; witness: reachable=yes",
    ),
    "a case that no row covers, behind a derived result": (
        'leaked_data = ["xen_internal", "mundane"]',
        'leaked_data = ["xen_internal"]',
        (
            "table '2': no row fires; witness: source=guest_userspace, effect=information_leak, target=hypervisor,"
            " leaked_data=mundane"
        ),
    ),
    "a row that can never fire": (
        ROW_REACHABLE,
        ROW_REACHABLE + '[[tables.rows]]\nname = "never"\nsays = "never"\notherwise = true\ncites = ["4"]\n',
        "table '4-reachable': row 'never' never fires",
    ),
    "a row that asks for what cannot be, behind a derived result": (
        'source = ["guest_userspace"], dos_severity = ["minor"] }',
        'source = ["host"], dos_severity = ["minor"] }',
        (
            "table '2': no row fires; witness: source=guest_userspace, effect=denial_of_service,"
            " target=own_device_model, dos_severity=minor"
        ),
    ),
    "a table that asks for a result before it is given": (
        'name = "0"\ntitle = "Software covered"\ncriterion = "0"\ninputs = ["source",',
        'name = "0"\ntitle = "Software covered"\ncriterion = "0"\ninputs = ["pair", "source",',
        "table '0'.inputs: no table above gives 'pair'",
    ),
    "a derived result that no table gives": (
        "[derived.pair]",
        '[derived.spare]\ntitle = "Spare"\n[derived.spare.values]\na = "a"\n[derived.pair]',
        "derived.spare: no table gives it",
    ),
    "an example that comes out otherwise": (
        'codes = ["4-no-vulnerable-os"] }',
        "codes = [] }",
        (
            "example 'under these guidelines, XSA-176 would not have been issued':"
            " codes comes out as 4-no-vulnerable-os, the text says none"
        ),
    ),
    "an example that comes out contested": (
        "contested = true, presumptions",
        "presumptions",
        (
            "example 'XSA-176 with an effort to investigate Windows that was inconclusive':"
            " contested comes out as true, the text says false"
        ),
    ),
    "a code that no row gives": ("[codes]\n", '[codes]\n5-new = "New."\n', "codes: no row gives the code '5-new'"),
    "a code without a label": (
        'code = "2-none"',
        'code = "2-other"',
        "labels: 0 labels stand for '2-none', not one",
    ),
    "labels in another order than the codes": (
        FIRST_CODE + SECOND_CODE,
        SECOND_CODE + FIRST_CODE,
        "labels: the labels do not follow the order of the codes, with the marks last",
    ),
    # Shapes
    "a contested row without a contested reading": (
        OTHER + '["R10"]',
        OTHER + '["R9"]',
        "table '2', row 'other'.readings: a contested row rests on a contested reading",
    ),
    "a contested presumption without a contested reading": (
        'readings = ["R22"]',
        'readings = ["R21"]',
        "presumptions[5].readings: a contested presumption rests on a contested reading",
    ),
    "a row that passes and is contested": (
        'name = "2a"\n',
        'name = "2a"\ncontested = true\n',
        "table '2', row '2a'.contested: only a row that fails can be contested",
    ),
    "a row that fails and gives": (
        'gives = "1a-dm"',
        'gives = "1a-dm"\nfails = "1-self"',
        "table '1', row '1a-dm': a row that fails gives no result",
    ),
    "a row that neither fails nor gives": (
        'gives = "1a-dm"\n',
        "",
        "table '1', row '1a-dm': the row gives no 'pair' and does not fail",
    ),
    "a row that gives where nothing is derived": (
        'name = "2a"\n',
        'name = "2a"\ngives = "1a"\n',
        "table '2', row '2a'.gives: the table derives no result that its row could give",
    ),
    "a row without conditions": (
        'when = { source = ["service_domain"] }\n',
        "",
        "table '1', row 'from a management domain': a row has conditions or is `otherwise`",
    ),
    "a condition without values": (
        'when = { source = ["service_domain"] }',
        "when = { source = [] }",
        "table '1', row 'from a management domain'.source: a condition names at least one value",
    ),
    "a value named twice": (
        'feature_status = ["tech_preview", "experimental"]',
        'feature_status = ["tech_preview", "tech_preview"]',
        "table '3-feature', row 'preview'.feature_status: 'tech_preview' stands here twice",
    ),
    "a row without a clause": (
        SAYS_2A + WHEN_2A + 'cites = ["2a"]',
        SAYS_2A + WHEN_2A + "cites = []",
        "table '2', row '2a'.cites: no clause is cited",
    ),
    "two rows of one name": ('name = "other"\n', 'name = "none"\n', "table '2': there are two of the row 'none'"),
    "two tables of one name": ('name = "4-whose"', 'name = "3-qemu"', "there are two of the table '3-qemu'"),
    "two rows for all other cases": (
        'when = { source = ["service_domain"] }',
        "otherwise = true",
        "table '1': more than one row is `otherwise`",
    ),
    "two presumptions of one fact": (
        'fact = "os_other"\nvalue',
        'fact = "os_windows"\nvalue',
        "presumptions: there are two of the presumption of 'os_windows'",
    ),
    "a derived result named like a fact": (
        "[derived.bug_in_target]",
        '[derived.reachable]\ntitle = "x"\n[derived.bug_in_target]',
        "derived.reachable: a derived result cannot have the name of a fact",
    ),
    "a comma in an answer": (
        'text = "Hardly noticeable"',
        'text = "Hardly, if at all"',
        "facts.dos_severity.options: the answer 'Hardly, if at all' holds a comma",
    ),
    "an answer offered twice": (
        'text = "Hardly noticeable"',
        'text = "Does not apply"',
        "facts.dos_severity.options: the answer 'Does not apply' stands here twice",
    ),
    "not sure before the last answer": (
        'text = "Hardly noticeable", values = ["minor"]',
        'text = "Hardly noticeable", not_sure = true',
        "facts.dos_severity.options: the answer 'Hardly noticeable' must stand last",
    ),
    "an answer that stands for nothing": (
        'text = "Hardly noticeable", values = ["minor"]',
        'text = "Hardly noticeable"',
        "facts.dos_severity.options[3]: an answer either names values or is `any` or `not_sure`",
    ),
    "a fact with one value": (
        'yes = "the attacker can trigger it in a release"\n',
        "",
        "facts.reachable.values: a fact has at least two values",
    ),
    "a cost of nothing": ("cost = 4", "cost = 0", "facts.shown_internal_only.cost: a cost is at least 1"),
    "a number as a string": (
        "cost = 4",
        'cost = "4"',
        "facts.shown_internal_only.cost: a whole number was expected, not a string",
    ),
    "a truth for a number": (
        "cost = 4",
        "cost = true",
        "facts.shown_internal_only.cost: a whole number was expected, not a boolean",
    ),
    "a list with a number in it": (
        'inputs = ["reachable"]',
        "inputs = [4]",
        "table '4-reachable'.inputs: a list of strings was expected, not a number in it",
    ),
    "a string for a table": (
        '[derived.pair]\ntitle = "Source and target"',
        '[derived]\nspare = "x"\n[derived.pair]\ntitle = "Source and target"',
        "derived.spare: a table was expected, not a string",
    ),
    "a clause that quotes nothing": (
        'quotes = ["encoding long-established practice"]\n[clauses.0]',
        "quotes = []\n[clauses.0]",
        "clauses.intro.quotes: a clause quotes the text at least once",
    ),
    "a colour by name": (
        'colour = "fbca04"',
        'colour = "yellow"',
        "labels.needs-info.colour: a colour is six hexadecimal",
    ),
    "a long description": (
        "The reporter's turn: an answer",
        "The reporter's turn, and nobody else's, however long it takes: an answer",
        "labels.needs-info.description: more than 100 characters",
    ),
    "a label for two things": (
        'code = "2-none"',
        'code = "2-none"\nmark = "contested"',
        "labels.out-of-scope:2-none: a label stands for exactly one of a code, an outcome and a mark",
    ),
    "two fields of one id": (
        'id = "source"\nkind',
        'id = "target"\nkind',
        "form.section: two fields have the id 'target'",
    ),
    "two fields of one label": (
        'id = "credit"\nkind = "line"\nlabel = "Credit"',
        'id = "credit"\nkind = "line"\nlabel = "Mitigation"',
        "form.section: two fields have the label 'Mitigation'",
    ),
    "a text with options": (
        'kind = "choice"\nfact = "source"',
        'kind = "text"\nfact = "source"',
        "form.section[1].field[1].option: a choice and check boxes have options, a line and a text have none",
    ),
    "no facts at all": (TEXT, 'id = "empty"\n', "facts: there are no facts"),
    "no TOML": (TEXT, "id = \n", "not TOML: "),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_refused_and_told_with_its_place(slip: str) -> None:
    right, wrong, told = SLIPS[slip]
    assert right in TEXT, "the policy file has changed: write this slip anew"

    with pytest.raises(scope.PolicyError) as refused:
        scope.parse_policy(TEXT.replace(right, wrong, 1), file="broken.toml")

    message = str(refused.value)
    assert message.startswith("broken.toml: ")
    assert told in message


def test_a_quote_that_the_text_does_not_hold_is_told_with_its_row(source_text: str) -> None:
    wrong = TEXT.replace('quote = "the target is another guest"', 'quote = "the target is any guest"', 1)

    with pytest.raises(scope.PolicyError) as refused:
        scope.parse_policy(wrong, file="broken.toml", source_text=source_text)

    assert (
        str(refused.value)
        == "broken.toml: table '1', row '1b'.quote: the quote is not in the source text: 'the target is any guest'"
    )
