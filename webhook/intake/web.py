"""The Flask side of the front door: read the bytes, ask the core, mark, answer with an empty body."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from webhook.intake import github, gitlab
from webhook.intake.assign import Assigned, Door, receive
from webhook.intake.delivery import Duty, Headers, Recognised, RefusedError, trace
from webhook.issue import ForgeKind, IssueRef
from webhook.log import failure, logger
from webhook.metrics import ACCEPTED, REFUSED
from webhook.settings import Settings, Tracker
from webhook.store import AT_ONCE, Settle, TrackerRef

MAX_BYTES: Final = 25 * 1024 * 1024
"""Neither forge delivers a larger body."""
DOORS: Final[dict[str, Door]] = {"github": github, "gitlab": gitlab}

_log = logger(__name__)


class Marks(Protocol):
    """What the front door needs of the store."""

    def mark(  # noqa: PLR0913  # as the store has it
        self,
        ref: IssueRef,
        *,
        event: str,
        delivery: str,
        now: datetime,
        settle: Settle,
        changed_at: datetime | None = None,
    ) -> None:
        """Say that the issue changed. Durable when the call returns."""

    def mark_duty(
        self, tracker: TrackerRef, duties: Collection[str], *, event: str, delivery: str, now: datetime
    ) -> None:
        """Say that the tracker itself must be looked at. Durable when the call returns."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def blueprint(settings: Settings, marks: Marks, clock: Callable[[], datetime] = _utc_now) -> Blueprint:
    """`POST /webhooks/github` and `POST /webhooks/gitlab`, open whether or not a tracker is configured."""
    routes = Blueprint("intake", __name__, url_prefix="/webhooks")
    patience = settings.settling
    rest = Settle(timedelta(seconds=patience.quiet_seconds), timedelta(seconds=patience.longest_seconds))
    for forge, door in DOORS.items():
        porter = Porter(forge, door, settings.trackers, marks, rest, clock)
        routes.add_url_rule(f"/{forge}", forge, porter, methods=["POST"])
    return routes


@dataclass(frozen=True)
class Porter:
    """The view of one forge's route: one call is one delivery."""

    forge: str
    door: Door
    trackers: tuple[Tracker, ...]
    marks: Marks
    rest: Settle
    clock: Callable[[], datetime]

    def __call__(self) -> Response:
        """Take one delivery."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        delivery = trace(next((headers[name] for name in self.door.DELIVERY_HEADERS if name in headers), None))
        try:
            body = self._body(headers)
            now = self.clock()
            seen, assigned = receive(self.door, headers, body, self.trackers, now)
            self._mark(seen, assigned, delivery, now)
        except RefusedError as refused:
            REFUSED.add(forge=self.forge, reason=refused.reason)
            _log.warning("delivery.refused", forge=self.forge, reason=refused.reason, delivery=delivery)
            return Response(status=refused.status)
        ACCEPTED.add(forge=self.forge, event=seen.event, use=assigned.use)
        return Response(status=202)

    def _body(self, headers: Headers) -> bytes:
        """The raw bytes, before anything parses them; none are read for a caller who shows no credential at all."""
        if (request.content_length or 0) > MAX_BYTES:
            raise RefusedError(413, "too-large")
        if not any(headers.get(name) for name in self.door.CREDENTIAL_HEADERS):
            raise RefusedError(401, "unsigned")
        request.max_content_length = MAX_BYTES + 1  # where a chunked body, which tells no length, is cut off
        try:
            body = request.get_data(cache=True)
        except HTTPException:
            raise
        except Exception:  # noqa: BLE001  # each server has its own words for a body cut off or chunked wrongly
            raise RefusedError(400, "malformed") from None
        if len(body) > MAX_BYTES:
            raise RefusedError(413, "too-large")
        return body

    def _mark(self, seen: Recognised, assigned: Assigned, delivery: str, now: datetime) -> None:
        told = {"forge": self.forge, "kind": seen.kind, "delivery": delivery}
        for tracker, duties in assigned.by_tracker().items():
            where = TrackerRef(ForgeKind(self.forge), tracker)
            with _kept(tracker=str(where), **told):
                self.marks.mark_duty(where, duties, event=seen.kind, delivery=delivery, now=now)
            for duty in duties:
                level = _log.warning if duty is Duty.STOP else _log.info
                level("tracker.concerned", tracker=str(where), duty=duty, **told)
        settle = self.rest if seen.settles else AT_ONCE
        for ref in assigned.issues:
            with _kept(issue=ref, **told):
                self.marks.mark(
                    ref, event=seen.kind, delivery=delivery, now=now, settle=settle, changed_at=seen.changed_at
                )
            _log.info("delivery.kept", issue=ref, **told)


@contextmanager
def _kept(**told: Any) -> Iterator[None]:
    """Refuse the delivery if the store cannot keep it: whatever its trouble is, nothing was promised yet."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  # see above
        _log.error("delivery.not-kept", **told, **failure(error))
        raise RefusedError(503, "unavailable") from None
