"""GitLab's deliveries: whose they are, and what they ask to be looked at.

Kinds after https://docs.gitlab.com/user/project/integrations/webhook_events. Real deliveries vary: `event_type`,
`confidential`, even `project` can be missing, and a work item comes as `issue` or `work_item` by its type. Nothing is
believed but which issue it is about. Whatever is authentic is accepted: four refusals switch a hook off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from webhook.intake import signatures
from webhook.intake.delivery import Duty, Headers, Recognised
from webhook.intake.payload import MalformedError, Payload, account, at, is_json, number, parse, text, time
from webhook.settings import Tracker

CREDENTIAL_HEADERS = ("webhook-signature", "x-gitlab-token")
DELIVERY_HEADERS = ("webhook-id", "idempotency-key", "x-gitlab-event-uuid")

ACTIONS = {"open": False, "reopen": False, "close": True, "update": True}
"""Actions of an issue, and whether more of the same is likely to follow within seconds."""
NOTEABLES = {"Issue", "WorkItem"}
OUR_CHANGES = {"labels", "updated_at", "updated_by_id"}
"""What the service's own label writes come back with; anything more was a person's."""

_ITEM = re.compile(r"/(?P<project>.+?)/(?:-/)?(?:issues|work_items)/\d+")


def verify(headers: Headers, body: bytes, trackers: Iterable[Tracker], now: datetime) -> tuple[Tracker, ...]:
    """The trackers that own a secret which signed the body, or which the header shows where no signing is set up.

    A tracker with a signing token is never reached by the plain token: a bad signature has no second chance.
    """
    ours = [tracker for tracker in trackers if tracker.forge == "gitlab"]
    keys = {key for tracker in ours for key in tracker.signing_keys}
    signed = signatures.gitlab_signed(headers, body, keys, now)
    shown = signatures.gitlab_token(headers, {token for tracker in ours for token in tracker.hook_tokens})
    return tuple(t for t in ours if (signed & set(t.signing_keys) if t.signing_keys else shown & set(t.hook_tokens)))


def recognise(headers: Headers, body: bytes) -> Recognised:
    """What an authentic delivery says. Never refuses: what cannot be read is told by `fault`."""
    if not is_json(headers.get("content-type")):
        return Recognised("other", fault="media-type")
    try:
        payload = parse(body)
    except MalformedError:
        return Recognised("other", fault="malformed")
    return _recognise(payload)


def _recognise(payload: Payload) -> Recognised:
    match text(payload, "object_kind"):
        case "issue" | "work_item":
            return _issue(payload)
        case "note" if text(payload, "object_attributes", "noteable_type") in NOTEABLES:
            return _note(payload)
        case "push":
            return _push(payload)
        case "access_token":
            return Recognised("access-token", "token", _projects(payload), duties=(Duty.VISIBILITY,))
        case _:
            return Recognised("other", projects=_projects(payload))


def _issue(payload: Payload) -> Recognised:
    action = text(payload, "object_attributes", "action")
    changes = at(payload, "changes")
    keys = set(changes) if isinstance(changes, dict) else set()
    return Recognised(
        f"issue.{action}" if action in ACTIONS else "issue.other",
        "issue",
        _projects(payload),
        issue=number(payload, "object_attributes", "iid"),
        # a flip of confidentiality is looked at without delay
        settles=ACTIONS.get(action or "", True) and "confidential" not in keys,
        changed_at=time(payload, "object_attributes", "updated_at"),
        actor=account(payload, "user", "id"),
        echo=action == "update" and "labels" in keys and keys <= OUR_CHANGES,
        item_type=text(payload, "object_attributes", "type"),
    )


def _note(payload: Payload) -> Recognised:
    """A comment on an issue or work item. 16.11 added `action`; older deliveries are about new notes only."""
    item = "issue" if at(payload, "issue") is not None else "work_item"
    action = text(payload, "object_attributes", "action") or "create"
    return Recognised(
        f"note.{action}" if action in {"create", "update"} else "note.other",
        "comment",
        _projects(payload),
        issue=number(payload, item, "iid"),
        changed_at=time(payload, item, "updated_at"),
        actor=account(payload, "user", "id"),
        echo=True,
        item_type=text(payload, item, "type"),
    )


def _push(payload: Payload) -> Recognised:
    """A push to the default branch may have changed the policy file."""
    branch = text(payload, "project", "default_branch")
    changed = branch is not None and text(payload, "ref") == f"refs/heads/{branch}"
    return Recognised("push", "push", _projects(payload), duties=(Duty.POLICY,) if changed else ())


def _projects(payload: Payload) -> tuple[str, ...]:
    """The project's path; where the delivery has no `project`, as the item's address tells it."""
    path = text(payload, "project", "path_with_namespace")
    if path is None:
        found = _ITEM.match(_path(text(payload, "object_attributes", "url") or ""))
        path = found["project"] if found else None
    return (path,) if path else ()


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
