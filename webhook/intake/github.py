"""GitHub's deliveries: whose they are, and what they ask to be looked at.

Kinds and actions after https://docs.github.com/en/webhooks/webhook-events-and-payloads. An event is a hint and no more:
nothing in the payload is believed but which issue or repository it is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from webhook.intake import signatures
from webhook.intake.delivery import Duty, Headers, Recognised, RefusedError
from webhook.intake.payload import MalformedError, Payload, account, at, is_json, number, parse, text, texts, time
from webhook.settings import Tracker

CREDENTIAL_HEADERS = ("x-hub-signature-256",)
DELIVERY_HEADERS = ("x-github-delivery",)

ISSUES = {
    "opened": False,
    "reopened": False,
    "transferred": False,
    "deleted": False,
    "edited": True,
    "closed": True,
    "labeled": True,
    "unlabeled": True,
    "typed": True,
    "untyped": True,
    "locked": True,
}
"""Actions of `issues` that concern us, and whether more of the same is likely to follow within seconds."""
COMMENTS = ("created", "edited", "deleted")
ECHOES = {"issues.labeled", "issues.unlabeled", "issue_comment.created", "issue_comment.edited"}
"""What the service's own writes come back as."""
DUTIES = {
    "ping": (),
    "meta.deleted": (),
    "repository.publicized": (Duty.STOP,),
    "public": (Duty.STOP,),
    "repository.transferred": (Duty.STOP,),
    "repository.privatized": (Duty.VISIBILITY,),
    "repository.renamed": (Duty.VISIBILITY,),
    "repository.archived": (Duty.VISIBILITY,),
    "repository.unarchived": (Duty.VISIBILITY,),
    "repository.edited": (Duty.VISIBILITY,),
    "repository.deleted": (Duty.VISIBILITY,),
    "label.edited": (Duty.LABELS,),
    "label.deleted": (Duty.LABELS,),
    "installation.created": (Duty.LABELS, Duty.SWEEP),
    "installation.unsuspend": (Duty.SWEEP,),
    "installation.new_permissions_accepted": (Duty.SWEEP,),
    "installation.suspend": (Duty.VISIBILITY,),
    "installation.deleted": (Duty.VISIBILITY,),
    "installation_repositories.added": (Duty.LABELS, Duty.SWEEP),
    "installation_repositories.removed": (Duty.VISIBILITY,),
}
"""Kinds that are about the repository or the App, and what the tracker is to look at."""
FAMILIES = {
    "public": "repository",
    "installation_repositories": "installation",
    "ping": "hook",
    "meta": "hook",
    "label": "label",
    "repository": "repository",
    "installation": "installation",
}


def verify(headers: Headers, body: bytes, trackers: Iterable[Tracker], now: datetime) -> tuple[Tracker, ...]:
    """The trackers that own a secret which signed the body; none if nobody's did. GitHub signs no time."""
    del now
    ours = [tracker for tracker in trackers if tracker.forge == "github"]
    matched = signatures.github(headers, body, {key for tracker in ours for key in tracker.webhook_secrets})
    return tuple(tracker for tracker in ours if matched.intersection(tracker.webhook_secrets))


def recognise(headers: Headers, body: bytes) -> Recognised:
    """What an authentic delivery says. Raises `RefusedError` (415, 400) for a body that cannot be read."""
    if not is_json(headers.get("content-type")):
        raise RefusedError(415, "media-type")
    try:
        payload = parse(body)
    except MalformedError:
        raise RefusedError(400, "malformed") from None
    return _recognise(headers.get("x-github-event", ""), payload)


def _recognise(event: str, payload: Payload) -> Recognised:
    action = text(payload, "action")
    kind = f"{event}.{action}" if action else event
    match event:
        case "issues" if action in ISSUES:
            return _issue(kind, payload, settles=ISSUES[action])
        case "issue_comment" if action in COMMENTS and at(payload, "issue", "pull_request") is None:
            return _issue(kind, payload, settles=False)
        case "push":
            return _push(payload)
        case _ if kind in DUTIES:
            return Recognised(kind, FAMILIES[event], _projects(payload), duties=DUTIES[kind])
        case _:
            return Recognised("other", projects=_projects(payload))


def _issue(kind: str, payload: Payload, *, settles: bool) -> Recognised:
    return Recognised(
        kind,
        "issue" if kind.startswith("issues.") else "comment",
        _projects(payload),
        issue=number(payload, "issue", "number"),
        settles=settles,
        changed_at=time(payload, "issue", "updated_at"),
        actor=account(payload, "sender", "id"),
        echo=kind in ECHOES,
    )


def _push(payload: Payload) -> Recognised:
    """A push to the default branch may have changed the policy file; its list of files is not to be relied on."""
    branch = text(payload, "repository", "default_branch")
    changed = branch is not None and text(payload, "ref") == f"refs/heads/{branch}"
    return Recognised("push", "push", _projects(payload), duties=(Duty.POLICY,) if changed else ())


def _projects(payload: Payload) -> tuple[str, ...]:
    """Every repository the delivery names, by its present and, where it moved, its former name."""
    found = list(filter(None, [text(payload, "repository", "full_name")]))
    owner, _, name = (found or [""])[0].partition("/")
    before = text(payload, "changes", "repository", "name", "from")
    if before and owner:
        found.append(f"{owner}/{before}")
    for kind in ("user", "organization"):
        former = text(payload, "changes", "owner", "from", kind, "login")
        if former and name:
            found.append(f"{former}/{name}")
    for key in ("repositories", "repositories_added", "repositories_removed"):
        found.extend(texts(payload, "full_name", key))
    return tuple(found)
