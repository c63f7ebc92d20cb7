"""Comments and reactions to them over REST."""

from __future__ import annotations

from webhook.sandbox import clock
from webhook.sandbox import github_errors as errors
from webhook.sandbox.exchange import Reply
from webhook.sandbox.github_fields import MOST_TEXT, text
from webhook.sandbox.github_issues import EDIT_OTHERS, FILE, READ
from webhook.sandbox.github_nouns import Comment, Issue
from webhook.sandbox.github_show import REACTIONS
from webhook.sandbox.github_visit import Entrance, Visit, paged

LOCKED = "Unable to create comment because issue is locked."


def add_routes(entrance: Entrance) -> None:
    """All of this module."""
    entrance.on("GET", "/issues/comments", READ, all_of_repository)
    entrance.on("GET", "/issues/comments/{comment}", READ, get)
    entrance.on("PATCH", "/issues/comments/{comment}", FILE, edit)
    entrance.on("DELETE", "/issues/comments/{comment}", FILE, delete)
    entrance.on("GET", "/issues/comments/{comment}/reactions", READ, reactions)
    entrance.on("POST", "/issues/comments/{comment}/reactions", FILE, react)
    entrance.on("DELETE", "/issues/comments/{comment}/reactions/{reaction}", FILE, take_back)
    entrance.on("GET", "/issues/{number}/comments", READ, of_issue)
    entrance.on("POST", "/issues/{number}/comments", FILE, create)


def _page(visit: Visit, found: list[tuple[Issue, Comment]]) -> Reply:
    since = visit.call.query.get("since")
    try:
        after = clock.parse(since) if since else float("-inf")
    except ValueError:
        raise errors.invalid("IssueComment", "since") from None
    kept = [(issue, one) for issue, one in found if int(one.updated_at) >= after]
    return paged(visit.call, kept, lambda both: visit.show.comment(visit.repository, *both))


def of_issue(visit: Visit) -> Reply:
    """Comments of an issue, oldest first."""
    issue = visit.issue()
    return _page(visit, [(issue, comment) for comment in issue.comments.values()])


def all_of_repository(visit: Visit) -> Reply:
    """Comments of all issues, oldest first."""
    found = [(issue, one) for issue in visit.repository.issues.values() for one in issue.comments.values()]
    return _page(visit, sorted(found, key=lambda both: both[1].id))


def get(visit: Visit) -> Reply:
    """One comment."""
    return Reply(200, visit.show.comment(visit.repository, *visit.comment()))


def create(visit: Visit) -> Reply:
    """Write a comment. A locked issue takes them from people with write access only."""
    issue = visit.issue()
    body = text(visit.body(), "body", "IssueComment", MOST_TEXT)
    if issue.locked and (visit.viewer.through or not visit.may(EDIT_OTHERS)):
        raise errors.refuse(403, LOCKED)
    comment = visit.desk.deeds.comment(visit.repository, issue, visit.by, body)
    shown = visit.show.comment(visit.repository, issue, comment)
    return Reply(201, shown, {"Location": shown["url"]})


def edit(visit: Visit) -> Reply:
    """Replace a comment's text: one's own, or with write access."""
    issue, comment = _changeable(visit)
    body = text(visit.body(), "body", "IssueComment", MOST_TEXT)
    visit.desk.deeds.edit_comment(visit.repository, issue, comment, visit.by, body)
    return Reply(200, visit.show.comment(visit.repository, issue, comment))


def delete(visit: Visit) -> Reply:
    """Delete a comment: one's own, or with write access."""
    issue, comment = _changeable(visit)
    visit.desk.deeds.delete_comment(visit.repository, issue, comment, visit.by)
    return Reply(204)


def _changeable(visit: Visit) -> tuple[Issue, Comment]:
    issue, comment = visit.comment()
    if comment.author.id != visit.by.account.id and not visit.may(EDIT_OTHERS):
        raise errors.forbidden_to_person()
    return issue, comment


def reactions(visit: Visit) -> Reply:
    """Reactions to a comment."""
    _, comment = visit.comment()
    return paged(visit.call, comment.reactions, visit.show.reaction)


def react(visit: Visit) -> Reply:
    """React: 201, or 200 if one had done so already."""
    _, comment = visit.comment()
    content = visit.body().get("content")
    if content not in REACTIONS:
        raise errors.invalid("Reaction", "content")
    reaction, new = visit.desk.deeds.react(comment, visit.by, content)
    return Reply(201 if new else 200, visit.show.reaction(reaction))


def take_back(visit: Visit) -> Reply:
    """Take one's reaction back."""
    _, comment = visit.comment()
    number = visit.call.args["reaction"]
    found = next((one for one in comment.reactions if str(one.id) == number), None)
    if found is None or found.account.id != visit.by.account.id:
        raise errors.not_found()
    comment.reactions.remove(found)
    return Reply(204)
