"""The law of the grammar: what a reporter types can make an answer unknown at worst, never another one.

For three forms on GitHub and ours on GitLab, whatever stands in the free fields: each field comes back as it was
filled or is ambiguous, and only a field that was left empty is unanswered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scope
from tests.webhook.forms.nasty import nasty
from webhook.forms.asked import describe
from webhook.forms.description import FieldDescription, FormDescription
from webhook.forms.github import GITHUB
from webhook.forms.github_yaml import description_from_github_yaml
from webhook.forms.gitlab import CONFIDENTIAL, GITLAB
from webhook.forms.reading import NO_RESPONSE, Grammar, read_fields
from webhook.forms.render import github_body, gitlab_body

MEAN_FORM = """
body:
- {type: textarea, id: first, attributes: {label: First words}}
- {type: dropdown, id: kind, attributes: {label: Kind, options: [Bug, Wish, "Bug, small"]}}
- {type: input, id: version, attributes: {label: "Version #"}}
- {type: dropdown, id: parts, attributes: {label: "Parts `x`", multiple: true, options: [Bug, core, "core, old"]}}
- {type: textarea, id: log, attributes: {label: Log, render: shell}}
- {type: checkboxes, id: ticks, attributes: {label: Ticks, options: [{label: One}, {label: "Two *x*"}]}}
- {type: dropdown, id: colour, attributes: {label: Colour, options: [red, blue]}}
- {type: textarea, id: last, attributes: {label: Last words}}
"""
Choices = Mapping[str, str | Sequence[str]]

lawful = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def choices(form: FormDescription) -> st.SearchStrategy[dict[str, str | list[str]]]:
    typed = nasty(form)

    def of(field: FieldDescription) -> st.SearchStrategy[str | list[str]]:
        if field.free:
            return typed
        if field.kind == "single":
            return st.sampled_from(["", *field.options])
        return st.sets(st.sampled_from(field.options)).map(lambda some: [o for o in field.options if o in some])

    return st.fixed_dictionaries({field.id: of(field) for field in form.fields})


def as_typed(field: FieldDescription, grammar: Grammar, given_: str) -> str:
    """What a reader can know of a typed text: its line ends and the blanks around it are not kept."""
    text = given_.replace("\r\n", "\n").replace("\r", "\n").strip()
    if grammar is GITLAB:
        lines = text.split("\n")
        while lines and lines[-1].strip() in ("", CONFIDENTIAL):  # a quick action, which GitLab takes out itself
            lines.pop()
        text = "\n".join(lines).strip()
    return "" if grammar is GITHUB and text == NO_RESPONSE and not field.render else text


def assert_lawful(form: FormDescription, grammar: Grammar, filled: Choices, body: str) -> None:
    for field, found in zip(form.fields, read_fields(form, grammar, body).fields.values(), strict=True):
        given_ = filled[field.id]
        wanted = as_typed(field, grammar, given_) if isinstance(given_, str) and field.free else given_
        match found.state:
            case "answered":
                answer = found.answer.strip() if isinstance(found.answer, str) else found.answer
                assert answer == wanted, field.id
            case "unanswered":
                assert not wanted, field.id


@pytest.fixture(scope="module")
def our_form(policy: scope.Policy) -> FormDescription:
    return describe(policy.form)


@pytest.fixture(scope="module")
def mean_form() -> FormDescription:
    return description_from_github_yaml(MEAN_FORM)


@pytest.mark.parametrize("which", ["our_form", "mean_form", "attacked_form"])
def test_on_github_nothing_typed_changes_an_answer(which: str, request: pytest.FixtureRequest) -> None:
    form: FormDescription = request.getfixturevalue(which)

    @lawful
    @given(choices(form))
    def law(filled: Choices) -> None:
        assert_lawful(form, GITHUB, filled, github_body(form, filled))

    law()


def test_on_gitlab_nothing_typed_changes_an_answer(policy: scope.Policy, our_form: FormDescription) -> None:
    @lawful
    @given(choices(our_form))
    def law(filled: Choices) -> None:
        assert_lawful(our_form, GITLAB, filled, gitlab_body(policy.form, filled))

    law()


def test_in_our_form_no_structured_answer_can_even_be_lost_to_an_open_block(our_form: FormDescription) -> None:
    """Nothing that can be typed stands before a structured answer, so only a second copy makes one ambiguous."""
    structured = [field for field in our_form.fields if not field.free]
    filled: Choices = {field.id: "```\n<!--\n<pre>" if field.free else field.options[0] for field in our_form.fields}
    found = read_fields(our_form, GITHUB, github_body(our_form, filled)).fields
    assert {found[field.id].state for field in structured} == {"answered"}


def test_any_text_at_all_is_read_without_an_error(our_form: FormDescription) -> None:
    @lawful
    @given(nasty(our_form), st.sampled_from([GITHUB, GITLAB]))
    def law(body: str, grammar: Grammar) -> None:
        assert len(read_fields(our_form, grammar, body).fields) == len(our_form.fields)

    law()
