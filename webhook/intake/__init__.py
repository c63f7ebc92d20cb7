"""The front door: `POST /webhooks/github` and `POST /webhooks/gitlab`. Verify, recognise, mark, 202; nothing else.

The core does no I/O: `signatures` says whose secret signed the raw bytes, `github` and `gitlab` turn a delivery into
a frozen `Recognised`, `assign` lays it beside the configured trackers. `web` is the thin Flask side. A letter's
content is never kept: what leaves this room is an issue's address and the kind of event.

Answers, always with an empty body. 202: authentic, understood or not. 401: not signed by a secret of the tracker it
names. 413: more than 25 MB. GitHub only, after the signature: 415 not JSON, 400 not readable; GitLab counts every 4xx
towards switching the hook off, so there both are 202 and counted. 503: the database did not take the mark, so nothing
is promised. Neither forge sends again by itself, but GitHub keeps the delivery and GitLab the event in its log as
failed, where they can be asked for again; an invisible loss behind a 202 could not.
"""

from webhook.intake.delivery import Duty, RefusedError
from webhook.intake.web import MAX_BYTES, Marks, blueprint

__all__ = ["MAX_BYTES", "Duty", "Marks", "RefusedError", "blueprint"]
