"""Stored issues, and policies that differ from the built-in one in a known way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest

import scope
from tests.databases import NOON, issue, postgres_name, postgres_url, sqlite_template, store, url
from webhook.answers import Answers, Said
from webhook.issue import IssueRef
from webhook.store import IssueRecord, Override, Store, StoredVerdict

__all__ = ["postgres_name", "postgres_url", "sqlite_template", "store", "url"]

NAME, RFC = scope.policy_text("builtin:xen-rfc-v2")
PREVIEW_FAILS = 'when = { feature_status = ["tech_preview", "experimental"] }'
CRASH = {
    "source": "guest_kernel",
    "effect": "denial_of_service",
    "target": "hypervisor",
    "component": "xen",
    "dos_severity": "termination",
    "reachable": "yes",
    "depends_on_target_os": "no",
}


def edited(*changes: tuple[str, str]) -> tuple[scope.Policy, str]:
    """The built-in policy with some of its text replaced, and that text."""
    text = RFC
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return scope.parse_policy(text, file="edited.toml"), text


def preview_supported() -> tuple[scope.Policy, str]:
    """Tech previews are supported."""
    example = text_between(RFC, '[[examples]]\nname = "bugs in features listed as tech preview', "[[examples]]")
    return edited((PREVIEW_FAILS, 'when = { feature_status = ["experimental"] }'), (example, ""))


def text_between(text: str, start: str, end: str) -> str:
    at = text.index(start)
    return text[at : text.index(end, at + len(end))]


def reworded() -> tuple[scope.Policy, str]:
    """Means the same in other words."""
    return edited(('title = "Feature status"', 'title = "Status of the feature"'))


@pytest.fixture(scope="session")
def policy() -> scope.Policy:
    return scope.load_policy("builtin:xen-rfc-v2")


@pytest.fixture
def left(store: Store, policy: scope.Policy) -> Callable[..., IssueRef]:
    """An issue as a run under the built-in policy leaves it."""

    def leave(
        number: int, said: Mapping[str, str], *, form: str = "", override: bool = False, closed: datetime | None = None
    ) -> IssueRef:
        ref = issue(number)
        answers = _answers(policy, said, form)
        verdict = scope.assess(policy, answers.report())
        kept: dict[str, Any] = {
            "verdict": StoredVerdict(
                *(verdict.outcome.value, verdict.standing.value),
                *(verdict.codes, verdict.missing, verdict.presumptions),
                contested=verdict.contested,
            ),
            "desired": scope.labels_for(policy, verdict),
            "answers": answers,
            "policy_digest": policy.digest,
            "closed_at": closed,
            "override": Override("hand", 7, NOON, "xsa-candidate") if override else None,
        }
        store.mark(ref, event="issues.opened", delivery="d", now=NOON)
        claim = store.claim("test", NOON, NOON - NOON.replace(hour=11))
        assert claim is not None
        store.done(claim, IssueRecord(**kept), now=NOON)
        return ref

    return leave


def _answers(policy: scope.Policy, said: Mapping[str, str], form: str) -> Answers:
    from webhook import forms  # noqa: PLC0415  # the form's id is the policy's

    path = {fact: Said(frozenset({value}), "reporter") for fact, value in said.items() if policy.facts[fact].on_path}
    rest = {f: Said(frozenset({v}), "reporter") for f, v in said.items() if not policy.facts[f].on_path}
    return Answers(paths=(path,), facts=rest, form=form or forms.describe(policy.form).id)
