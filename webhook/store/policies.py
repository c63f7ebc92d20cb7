"""The policies there were: the one in force, the one that waits for approval, and the relabelling each began.

Which policy is to be in force, and which issues a change concerns, is decided by the caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias, cast

from sqlalchemy import ColumnElement, Connection, func, select, update

from webhook.issue import ForgeKind, IssueRef
from webhook.store import rows
from webhook.store.marks import insert_into, mark, new_row
from webhook.store.nouns import AT_ONCE, Lane, StoredVerdict
from webhook.store.schema import issue, policy, tracker

State: TypeAlias = Literal["active", "waiting", "rejected", "past"]
JobState: TypeAlias = Literal["running", "paused", "done", "aborted", "superseded"]
EVENT = "policy"
"""The kind of event that a relabelling marks issues with."""
AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One policy as it was read."""

    name: str
    version: str
    digest: str
    text_digest: str
    content: str
    state: State = "waiting"
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A relabelling after a change of policy."""

    policy: PolicyVersion
    state: JobState
    total: int
    started_at: datetime
    left: int = 0
    """Issues that still wait for their run."""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What a plan needs of one issue."""

    ref: IssueRef
    answers: Mapping[str, Any] | None
    """As the database keeps them; None where none were read yet or they were purged."""
    verdict: StoredVerdict | None
    desired: tuple[str, ...]
    policy_digest: str
    overridden: bool
    confirmed: bool


def version(connection: Connection, state: State) -> PolicyVersion | None:
    """The newest policy in this state."""
    found = connection.execute(
        select(policy).where(policy.c.state == state).order_by(policy.c.since.desc(), policy.c.id.desc()).limit(1)
    ).one_or_none()
    return None if found is None else _version(found)


def put(connection: Connection, new: PolicyVersion, state: State, now: datetime) -> None:
    """Bring a policy into a state. What was active is past then, and so is what waited."""
    ends = {"active": ("active", "waiting"), "waiting": ("waiting",)}.get(state, ())
    connection.execute(update(policy).where(policy.c.state.in_(ends)).values(state="past", since=now))
    row = {
        "name": new.name,
        "version": new.version,
        "digest": new.digest,
        "text_digest": new.text_digest,
        "content": new.content,
        "state": state,
        "since": now,
    }
    keys = [policy.c.digest, policy.c.text_digest]
    make = insert_into(connection.dialect.name, policy).values(row)
    connection.execute(make.on_conflict_do_update(index_elements=keys, set_={"state": state, "since": now}))


def known(connection: Connection, digest: str, text_digest: str) -> PolicyVersion | None:
    """A policy by its digests."""
    found = connection.execute(
        select(policy).where(policy.c.digest == digest, policy.c.text_digest == text_digest)
    ).one_or_none()
    return None if found is None else _version(found)


def stored(connection: Connection, *, closed: bool) -> Iterator[Stored]:
    """All issues ever read, a chunk at a time; closed ones only if asked."""
    row = issue.c
    wanted = (
        select(
            tracker.c.forge,
            tracker.c.project,
            *(row.number, row.answers, row.desired, row.policy_digest, row.override_kind, row.confirmed),
            *(row.outcome, row.standing, row.codes, row.missing, row.presumptions, row.contested),
        )
        .join_from(issue, tracker)
        .where(row.outcome.is_not(None))
        .order_by(issue.c.tracker_id, row.number)
    )
    if not closed:
        wanted = wanted.where(row.closed_at.is_(None))
    for found in connection.execution_options(yield_per=AT_A_TIME).execute(wanted):
        yield _stored(found)


def _stored(row: rows.AnyRow) -> Stored:
    return Stored(
        ref=IssueRef(ForgeKind(row.forge), row.project, row.number),
        answers=row.answers,
        verdict=StoredVerdict(
            row.outcome, row.standing, row.codes, row.missing, row.presumptions, contested=row.contested
        ),
        desired=row.desired or (),
        policy_digest=row.policy_digest or "",
        overridden=row.override_kind is not None,
        confirmed=row.confirmed is not None,
    )


def begin(connection: Connection, digest: str, concerned: Sequence[tuple[int, int]], now: datetime) -> None:
    """Begin the relabelling of these issues (tracker row, number), which are behind from now on.

    All others are as this policy wants them already: they are noted to be at its digest. Putting those that are behind
    on the work list is `enlist`'s, a few at a time, so that nobody waits long for the database; should that be cut
    off, `mark_stragglers` does the rest.
    """
    finish(connection, "superseded", now)
    connection.execute(
        update(policy)
        .where(policy.c.state == "active")
        .values(job="running", job_total=len(concerned), job_started_at=now, job_ended_at=None)
    )
    connection.execute(update(issue).where(issue.c.outcome.is_not(None)).values(policy_digest=digest))
    for part in parts(concerned):
        for tracker_id in {one for one, _ in part}:
            numbers = [number for row_id, number in part if row_id == tracker_id]
            behind = (issue.c.tracker_id == tracker_id) & issue.c.number.in_(numbers)
            connection.execute(update(issue).where(behind).values(policy_digest=None))


def parts(concerned: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
    """So many as are written at a time."""
    return (concerned[at : at + AT_A_TIME] for at in range(0, len(concerned), AT_A_TIME))


def enlist(connection: Connection, part: Sequence[tuple[int, int]], now: datetime) -> None:
    """Put issues on the work list, behind live work."""
    mark(connection, [_bulk_row(*one, now) for one in part])


def finish(connection: Connection, state: JobState, now: datetime) -> int:
    """End the relabelling that goes on: what it still had on the work list is taken off. Returns how many issues."""
    goes_on = policy.c.job.in_(("running", "paused"))
    for row in connection.execute(select(policy.c.id, policy.c.digest).where(goes_on)).all():
        behind = select(func.count()).select_from(issue).where(_behind(row.digest))
        ended = {"job": state if connection.execute(behind).scalar_one() else "done", "job_ended_at": now}
        connection.execute(update(policy).where(policy.c.id == row.id).values(ended))
    free = update(issue).where(_waiting(), issue.c.lease_owner.is_(None))
    nothing = {"done_generation": issue.c.generation, "ready_at": None, "first_marked_at": None, "retry_at": None}
    return connection.execute(free.values(nothing)).rowcount


def job(connection: Connection) -> Job | None:
    """The relabelling that goes on, or the last one there was."""
    last = policy.c.job.is_not(None)
    found = connection.execute(
        select(policy)
        .where(last)
        .order_by(policy.c.job_ended_at.is_(None).desc(), policy.c.job_started_at.desc(), policy.c.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    left = connection.execute(select(func.count()).select_from(issue).where(_behind(found.digest))).scalar_one()
    return Job(
        policy=_version(found),
        state=cast("JobState", found.job) if left or found.job_ended_at else "done",
        total=found.job_total,
        started_at=found.job_started_at,
        left=left if found.job_ended_at is None else 0,
        ended_at=found.job_ended_at,
    )


def mark_stragglers(connection: Connection, tracker_id: int, now: datetime) -> int:
    """Mark open issues that were last decided by another policy than the active one; returns how many there are.

    A worker may have been at it with the old policy when the new one came into force. An ended relabelling stays ended.
    """
    active = connection.execute(select(policy).where(policy.c.state == "active")).one_or_none()
    if active is None or active.job == "aborted":
        return 0
    row = issue.c
    behind = select(row.number, row.ready_at).where(row.tracker_id == tracker_id, _behind(active.digest))
    found = connection.execute(behind).all()
    idle = [one.number for one in found if one.ready_at is None]
    for at in range(0, len(idle), AT_A_TIME):
        mark(connection, [_bulk_row(tracker_id, number, now) for number in idle[at : at + AT_A_TIME]])
    return len(found)


def _bulk_row(tracker_id: int, number: int, now: datetime) -> dict[str, Any]:
    return new_row(
        tracker_id, number, event=EVENT, delivery="", now=now, settle=AT_ONCE, lane=Lane.BULK, changed_at=None
    )


def set_job(connection: Connection, state: JobState, now: datetime) -> bool:
    """Pause, resume or end the bookkeeping of the relabelling that goes on; whether there is one."""
    going_on = policy.c.job.in_(("running", "paused"))
    ended = now if state in ("done", "aborted", "superseded") else None
    return connection.execute(update(policy).where(going_on).values(job=state, job_ended_at=ended)).rowcount > 0


def _waiting() -> ColumnElement[bool]:
    row = issue.c
    return (row.last_event == EVENT) & (row.lane == Lane.BULK.value) & row.ready_at.is_not(None)


def _behind(digest: str) -> ColumnElement[bool]:
    """Open issues last decided by another policy."""
    row = issue.c
    known = row.outcome.is_not(None) & row.closed_at.is_(None) & row.dead_at.is_(None)
    return known & row.policy_digest.is_distinct_from(digest)


def _version(row: rows.AnyRow) -> PolicyVersion:
    return PolicyVersion(
        row.name, row.version, row.digest, row.text_digest, row.content, cast("State", row.state), row.since
    )
