"""Issues over REST: get, list, create, change, history, lock."""

from __future__ import annotations

from typing import Any

from webhook.sandbox import clock
from webhook.sandbox import github_errors as errors
from webhook.sandbox.exchange import Reply
from webhook.sandbox.faults import FaultKind
from webhook.sandbox.github_access import Need
from webhook.sandbox.github_fields import MOST_TEXT, MOST_TITLE, label_names, optional_text, text, typed
from webhook.sandbox.github_nouns import Issue, Role
from webhook.sandbox.github_visit import Entrance, Visit, paged

READ = Need("issues")
FILE = Need("issues", "write")
CHANGE = Need("issues", "write", Role.TRIAGE)
EDIT_OTHERS = Need("issues", "write", Role.WRITE)


def add_routes(entrance: Entrance) -> None:
    """All of this module."""
    entrance.on("GET", "/issues", READ, listed)
    entrance.on("POST", "/issues", FILE, create)
    entrance.on("GET", "/issues/{number}", READ, get)
    entrance.on("PATCH", "/issues/{number}", FILE, change)
    entrance.on("GET", "/issues/{number}/events", READ, events)
    entrance.on("GET", "/issues/{number}/timeline", READ, timeline)
    entrance.on("PUT", "/issues/{number}/lock", EDIT_OTHERS, lock)
    entrance.on("DELETE", "/issues/{number}/lock", EDIT_OTHERS, unlock)


def get(visit: Visit) -> Reply:
    """The issue as it is, or, under a fault, as it was before its last change."""
    issue = visit.issue()
    fault = visit.call.fault
    if fault and fault.kind is FaultKind.STALE and issue.previous:
        issue = issue.previous
    return Reply(200, visit.show.issue(visit.repository, issue))


def listed(visit: Visit) -> Reply:
    """Issues and pull requests, filtered and sorted as asked."""
    query = visit.call.query
    state = query.get("state", "open")
    names = {name.casefold() for name in query.get("labels", "").split(",") if name}
    since = _since(visit)
    found = [
        issue
        for issue in visit.repository.issues.values()
        if not (issue.deleted or issue.moved_to)
        and state in {"all", issue.state}
        and int(issue.updated_at) >= since
        and names <= {label.name.casefold() for label in issue.labels}
        and query.get("creator", issue.author.login) == issue.author.login
    ]
    found.sort(key=_order(query.get("sort", "created")), reverse=query.get("direction", "desc") != "asc")
    return paged(visit.call, found, lambda issue: visit.show.issue(visit.repository, issue))


def _since(visit: Visit) -> float:
    given = visit.call.query.get("since")
    if not given:
        return float("-inf")
    try:
        return clock.parse(given)
    except ValueError:
        raise errors.invalid("Issue", "since") from None


def _order(sort: str) -> Any:
    orders = {
        "created": lambda issue: (issue.created_at, issue.number),
        "updated": lambda issue: (issue.updated_at, issue.number),
        "comments": lambda issue: (len(issue.comments), issue.number),
    }
    if sort not in orders:
        raise errors.invalid("Issue", "sort")
    return orders[sort]


def create(visit: Visit) -> Reply:
    """File an issue. Labels from somebody who may not label are silently dropped."""
    body = visit.body()
    title = text(body, "title", "Issue", MOST_TITLE)
    content = optional_text(body, "body", "Issue", MOST_TEXT)
    names = label_names(body.get("labels") or [])
    if not visit.may(CHANGE):
        names = []
    issue = visit.desk.deeds.open(visit.repository, visit.by, title, content, names)
    shown = visit.show.issue(visit.repository, issue)
    return Reply(201, shown, {"Location": shown["url"]})


def change(visit: Visit) -> Reply:
    """Change what is given. Texts: the author's or write access; state: the author's or triage; labels: triage."""
    issue, body, deeds = visit.issue(), visit.body(), visit.desk.deeds
    own = issue.author.id == visit.by.account.id
    if not (own or visit.may(CHANGE)):
        raise errors.forbidden_to_person()
    title = text(body, "title", "Issue", MOST_TITLE) if body.get("title") is not None else None
    content = {"body": optional_text(body, "body", "Issue", MOST_TEXT)} if "body" in body else {}
    state = typed(body, "state", str, issue.state)
    if state not in {"open", "closed"}:
        raise errors.invalid("Issue", "state")
    if (title is not None or content) and not (own or visit.may(EDIT_OTHERS)):
        raise errors.forbidden_to_person()
    deeds.edit(visit.repository, issue, visit.by, title=title, **content)
    if "labels" in body and visit.may(CHANGE):
        deeds.replace_labels(visit.repository, issue, visit.by, label_names(body["labels"]))
    deeds.set_state(visit.repository, issue, visit.by, state, typed(body, "state_reason", str, "completed"))
    return Reply(200, visit.show.issue(visit.repository, issue))


def events(visit: Visit) -> Reply:
    """History lines, oldest first; comments are not among them."""
    history = visit.issue().history
    return paged(visit.call, history, lambda line: visit.show.happening(visit.repository, line))


def timeline(visit: Visit) -> Reply:
    """History lines and comments, oldest first."""
    issue = visit.issue()
    lines = [(line.at, line.id, visit.show.happening(visit.repository, line)) for line in issue.history]
    lines += [
        (one.created_at, one.id, visit.show.commented(visit.repository, issue, one)) for one in issue.comments.values()
    ]
    lines.sort(key=lambda line: line[:2])
    return paged(visit.call, lines, lambda line: line[2])


def lock(visit: Visit) -> Reply:
    """Lock the conversation."""
    return _locked(visit, visit.issue(), locked=True)


def unlock(visit: Visit) -> Reply:
    """Unlock it."""
    return _locked(visit, visit.issue(), locked=False)


def _locked(visit: Visit, issue: Issue, *, locked: bool) -> Reply:
    reason = typed(visit.body(), "lock_reason", str, "") or None
    visit.desk.deeds.lock(visit.repository, issue, visit.by, locked=locked, reason=reason)
    return Reply(204)
