"""From bytes to what is to be marked: verify, recognise, and lay the delivery beside the configured trackers.

A delivery speaks only for trackers that own the secret which signed it. One that names a configured project of
another secret is refused; one that names a project nobody configured is accepted and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from webhook.intake.delivery import Duty, Headers, Recognised, RefusedError
from webhook.issue import ForgeKind, IssueRef
from webhook.settings import Tracker


class Door(Protocol):
    """One forge's half of the core: the modules `github` and `gitlab`."""

    @property
    def CREDENTIAL_HEADERS(self) -> tuple[str, ...]:  # noqa: N802  # a module's constant
        """Headers of which at least one must be there for a delivery to be looked at."""

    @property
    def DELIVERY_HEADERS(self) -> tuple[str, ...]:  # noqa: N802  # a module's constant
        """Headers that can hold the delivery's id, best first."""

    def verify(
        self, headers: Headers, body: bytes, trackers: Sequence[Tracker], now: datetime, /
    ) -> tuple[Tracker, ...]:
        """The trackers whose secret signed the body."""

    def recognise(self, headers: Headers, body: bytes, /) -> Recognised:
        """What an authentic delivery says."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a delivery comes to: issues to mark, duties of trackers, or nothing."""

    use: str
    """`marked`, `duty`, `ours`, `ignored`, `not-configured`, `malformed` or `media-type`."""
    issues: tuple[IssueRef, ...] = ()
    duties: tuple[tuple[str, Duty], ...] = ()
    """A project as configured, and its duty."""

    def by_tracker(self) -> dict[str, tuple[Duty, ...]]:
        """Each concerned project with all its duties."""
        projects = dict.fromkeys(project for project, _ in self.duties)
        return {project: tuple(duty for where, duty in self.duties if where == project) for project in projects}


def receive(
    door: Door, headers: Headers, body: bytes, trackers: Sequence[Tracker], now: datetime
) -> tuple[Recognised, Assigned]:
    """Everything the front door decides about one delivery. Nothing is parsed before the signature is known.

    Raises:
        RefusedError: 401 not signed by whom it speaks for; from GitHub also 415 and 400.

    """
    owners = door.verify(headers, body, trackers, now)
    if not owners:
        raise RefusedError(401, "bad-signature")
    seen = door.recognise(headers, body)
    return seen, assign(seen, owners, trackers)


def assign(seen: Recognised, owners: Sequence[Tracker], trackers: Sequence[Tracker]) -> Assigned:
    """What to mark. `owners` are the trackers that verification found, `trackers` all that are configured.

    Raises:
        RefusedError: 401 where the projects it names are configured, but all under other secrets.

    """
    if seen.fault is not None:
        return Assigned(seen.fault)
    names = {name.casefold() for name in seen.projects}
    concerned = [tracker for tracker in owners if not names or tracker.project.casefold() in names]
    if not concerned:
        forge = owners[0].forge
        if any(tracker.forge == forge and tracker.project.casefold() in names for tracker in trackers):
            raise RefusedError(401, "wrong-tracker")
        return Assigned("not-configured")
    if seen.issue is not None and names:
        return _issues(seen, seen.issue, concerned)
    duties = tuple((tracker.project, duty) for tracker in concerned for duty in seen.duties)
    return Assigned("duty" if duties else "ignored", duties=duties)


def _issues(seen: Recognised, number: int, concerned: Sequence[Tracker]) -> Assigned:
    reports = [tracker for tracker in concerned if _is_report(seen, tracker)]
    news = [tracker for tracker in reports if not (seen.echo and seen.actor in tracker.bot_ids)]
    refs = tuple(IssueRef(ForgeKind(tracker.forge), tracker.project, number) for tracker in news)
    return Assigned("marked" if refs else "ours" if reports else "ignored", issues=refs)


def _is_report(seen: Recognised, tracker: Tracker) -> bool:
    """GitLab has many types of work item; where the delivery does not tell the type, the run will see."""
    if seen.item_type is None:
        return True
    return seen.item_type.casefold() in {name.casefold() for name in tracker.work_item_types}
