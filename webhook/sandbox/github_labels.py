"""Labels over REST: those of an issue, and their definitions on the repository."""

from __future__ import annotations

from webhook.sandbox import github_errors as errors
from webhook.sandbox.exchange import Reply
from webhook.sandbox.github_access import Need
from webhook.sandbox.github_deeds import GREY
from webhook.sandbox.github_fields import (
    MOST_DESCRIPTION,
    MOST_LABELS,
    colour,
    label_name,
    label_names,
    optional_text,
)
from webhook.sandbox.github_issues import CHANGE, READ
from webhook.sandbox.github_nouns import Issue, Label, Role
from webhook.sandbox.github_visit import Entrance, Visit, paged

DEFINE = Need("issues", "write", Role.WRITE)


def add_routes(entrance: Entrance) -> None:
    """All of this module. A label's name may hold raw slashes: PyGithub sends them as they are."""
    entrance.on("GET", "/issues/{number}/labels", READ, of_issue)
    entrance.on("POST", "/issues/{number}/labels", CHANGE, add)
    entrance.on("PUT", "/issues/{number}/labels", CHANGE, replace)
    entrance.on("DELETE", "/issues/{number}/labels", CHANGE, clear)
    entrance.on("DELETE", "/issues/{number}/labels/{name*}", CHANGE, remove)
    entrance.on("GET", "/labels", READ, definitions)
    entrance.on("POST", "/labels", DEFINE, define)
    entrance.on("GET", "/labels/{name*}", READ, definition)
    entrance.on("PATCH", "/labels/{name*}", DEFINE, redefine)
    entrance.on("DELETE", "/labels/{name*}", DEFINE, undefine)


def _of(visit: Visit, issue: Issue) -> Reply:
    return Reply(200, visit.show.labels(visit.repository, issue))


def of_issue(visit: Visit) -> Reply:
    """Labels of an issue."""
    return paged(visit.call, visit.issue().labels, lambda one: visit.show.label(visit.repository, one))


def add(visit: Visit) -> Reply:
    """Put labels on; the answer is the whole list."""
    issue = visit.issue()
    names = _not_too_many(label_names(visit.call.json), len(issue.labels))
    visit.desk.deeds.add_labels(visit.repository, issue, visit.by, names)
    return _of(visit, issue)


def replace(visit: Visit) -> Reply:
    """Make the set be this one."""
    issue = visit.issue()
    names = _not_too_many(label_names(visit.call.json), 0)
    visit.desk.deeds.replace_labels(visit.repository, issue, visit.by, names)
    return _of(visit, issue)


def _not_too_many(names: list[str], already: int) -> list[str]:
    if already + len(names) > MOST_LABELS:
        raise errors.invalid("Issue", "labels", "custom", f"labels may not be more than {MOST_LABELS}")
    return names


def clear(visit: Visit) -> Reply:
    """Take all labels off."""
    issue = visit.issue()
    visit.desk.deeds.remove_labels(visit.repository, issue, visit.by, issue.labels)
    return Reply(204)


def remove(visit: Visit) -> Reply:
    """Take one label off; the answer is what remains. Absent: 404 "Label does not exist"."""
    issue = visit.issue()
    name = visit.call.args["name"].casefold()
    label = next((label for label in issue.labels if label.name.casefold() == name), None)
    if label is None:
        raise errors.refuse(404, "Label does not exist")
    visit.desk.deeds.remove_labels(visit.repository, issue, visit.by, [label])
    return _of(visit, issue)


def definitions(visit: Visit) -> Reply:
    """All definitions, by name."""
    labels = sorted(visit.repository.labels.values(), key=lambda one: one.name.casefold())
    return paged(visit.call, labels, lambda label: visit.show.label(visit.repository, label))


def _defined(visit: Visit) -> Label:
    label = visit.repository.labels.get(visit.call.args["name"].casefold())
    if label is None:
        raise errors.not_found()
    return label


def definition(visit: Visit) -> Reply:
    """One definition."""
    return Reply(200, visit.show.label(visit.repository, _defined(visit)))


def define(visit: Visit) -> Reply:
    """A new definition: 422 `already_exists` if there is one of that name in whatever case."""
    body = visit.body()
    name = label_name(body.get("name", ""))
    if name.casefold() in visit.repository.labels:
        raise errors.invalid("Label", "name", "already_exists")
    description = optional_text(body, "description", "Label", MOST_DESCRIPTION)
    label = visit.desk.deeds.define(visit.repository, visit.by, name, colour(body, GREY), description)
    shown = visit.show.label(visit.repository, label)
    return Reply(201, shown, {"Location": shown["url"]})


def redefine(visit: Visit) -> Reply:
    """Change a definition; `new_name` renames it everywhere."""
    label, body = _defined(visit), visit.body()
    name = label_name(body.get("new_name") or body.get("name") or label.name)
    other = visit.repository.labels.get(name.casefold())
    if other not in {None, label}:
        raise errors.invalid("Label", "name", "already_exists")
    given = optional_text(body, "description", "Label", MOST_DESCRIPTION)
    description = given if "description" in body else label.description
    visit.desk.deeds.redefine(
        visit.repository, label, visit.by, name=name, colour=colour(body, label.colour), description=description
    )
    return Reply(200, visit.show.label(visit.repository, label))


def undefine(visit: Visit) -> Reply:
    """Delete a definition."""
    visit.desk.deeds.undefine(visit.repository, _defined(visit), visit.by)
    return Reply(204)
