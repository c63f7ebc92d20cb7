"""The filters of the issue list (`IssuesFinder`): parameters in, the issues that pass all of them out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import get_args

from webhook.sandbox.gitlab_answers import Params
from webhook.sandbox.gitlab_nouns import Issue, IssueType

TYPES = get_args(IssueType)


def matching(issues: Iterable[Issue], params: Params) -> list[Issue]:
    """The filters of the issue list, all of which must hold."""
    tests: list[Callable[[Issue], bool]] = []
    state = params.choice("state", ("opened", "closed", "all"), "all")
    if state != "all":
        tests.append(lambda i: i.closed == (state == "closed"))
    if (secret := params.flag("confidential")) is not None:
        tests.append(lambda i: i.confidential == secret)
    if (names := params.names("labels")) is not None:
        tests.append(_labelled(names))
    if (iids := params.names("iids")) is not None:
        tests.append(lambda i: str(i.iid) in iids)
    if (author := params.integer("author_id")) is not None:
        tests.append(lambda i: i.author.id == author)
    if "issue_type" in params:
        kind = params.choice("issue_type", TYPES, "issue")
        tests.append(lambda i: i.type == kind)
    if words := params.text("search"):
        tests.append(lambda i: words.lower() in f"{i.title}\n{i.description or ''}".lower())
    tests += _in_time(params)
    return [issue for issue in issues if all(test(issue) for test in tests)]


def _labelled(names: list[str]) -> Callable[[Issue], bool]:
    """All of the labels; `None` = without any, `Any` = with some."""
    words = {name.lower() for name in names}
    if "none" in words:
        return lambda issue: not issue.labels
    if "any" in words:
        return lambda issue: bool(issue.labels)
    return lambda issue: {label.title for label in issue.labels} >= set(names)


def _in_time(params: Params) -> list[Callable[[Issue], bool]]:
    """`updated_after` and its three siblings; the bounds belong to what is asked for."""
    tests: list[Callable[[Issue], bool]] = []
    for attribute in ("created_at", "updated_at"):
        after = params.moment(attribute.replace("_at", "_after"))
        before = params.moment(attribute.replace("_at", "_before"))
        if after is not None:
            tests.append(lambda i, name=attribute, at=after: getattr(i, name) >= at)  # type: ignore[misc]  # bound now
        if before is not None:
            tests.append(lambda i, name=attribute, at=before: getattr(i, name) <= at)  # type: ignore[misc]  # bound now
    return tests
