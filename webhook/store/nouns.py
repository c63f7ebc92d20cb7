"""The store's nouns: what the work list hands out, what a run brings back, what the decision log keeps.

Frozen values without a database in them. Times are aware and in UTC, and always come from the caller.
Nothing here can hold a title, a body or anyone's words: addresses, ids, digests, enumerated answers and codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Literal, TypeAlias

import scope
from webhook.answers import Answers
from webhook.issue import ForgeKind, IssueRef

Change: TypeAlias = tuple[
    Literal["label-added", "label-removed", "comment-created", "comment-edited", "comment-deleted", "reaction"], str
]
"""One thing a run did: what, and to which label or comment id."""

_CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")


def code(word: str) -> str:
    """The word itself if it is a reason code (`forge-unavailable`); else `ValueError`: prose is kept out of rows."""
    if not _CODE.fullmatch(word):
        raise ValueError("a reason code is lower-case words joined by hyphens, at most 40 characters")
    return word


PROCESS_GONE = "process-gone"
"""Reason code: the last run's process ended a moment ago, and what it had asked of the forge may be under way."""


class Lane(IntEnum):
    """Which of two priorities a row of the work list has; the smaller goes first."""

    LIVE = 0
    """Somebody did something on the forge just now."""
    BULK = 1
    """A policy change or a sweep: behind all live work."""


@dataclass(frozen=True, slots=True)
class TrackerRef:
    """A tracker's address: forge and project, as configured."""

    forge: ForgeKind
    project: str

    @classmethod
    def of(cls, ref: IssueRef) -> TrackerRef:
        """The tracker an issue lives in."""
        return cls(ref.forge, ref.project)

    def __str__(self) -> str:
        return f"{self.forge}:{self.project}"


@dataclass(frozen=True, slots=True)
class Settle:
    """How long a mark lets an issue come to rest: `after` the last mark, but `at_most` after the first."""

    after: timedelta
    at_most: timedelta


AT_ONCE = Settle(timedelta(0), timedelta(0))
"""For new issues and commands. Later marks cannot postpone a row that is due at once."""
EDITED = Settle(timedelta(seconds=10), timedelta(seconds=60))
"""For edits: people save several times in a row."""


@dataclass(frozen=True, slots=True)
class PolicyStamp:
    """Which policy: name, version, and digest of what it means."""

    id: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """The verdict as it is remembered between runs: enough to see that nothing changed, and since when."""

    outcome: str
    standing: str
    codes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    presumptions: tuple[str, ...] = ()
    contested: bool = False

    policy: PolicyStamp | None = field(default=None, compare=False)
    """The policy under which this verdict last changed. No part of equality: equal verdicts say the same."""
    changed_at: datetime | None = field(default=None, compare=False)

    @classmethod
    def of(
        cls, verdict: scope.Verdict, policy: PolicyStamp | None = None, changed_at: datetime | None = None
    ) -> StoredVerdict:
        """What is remembered of a verdict."""
        return cls(
            outcome=verdict.outcome.value,
            standing=verdict.standing.value,
            codes=verdict.codes,
            missing=verdict.missing,
            presumptions=verdict.presumptions,
            contested=verdict.contested,
            policy=policy,
            changed_at=changed_at,
        )

    @property
    def key(self) -> str:
        """What a person confirms when they confirm this verdict."""
        return " ".join((self.outcome, *self.codes))


@dataclass(frozen=True, slots=True)
class Override:
    """A person's decision is in force and automatic labelling of the issue is paused."""

    kind: Literal["command", "hand"]
    by: int
    """Forge account id."""
    at: datetime
    label: str
    """The label set by command; the label changed last by hand."""
    added: bool = True
    """Changed by hand: whether the label was added or removed."""
    comment: int | None = None
    """The comment with the command and its reason; None where it was done by hand."""


@dataclass(frozen=True, slots=True)
class IssueRecord:
    """What the service remembers of one issue. A new issue's record is empty."""

    closed_at: datetime | None = None
    comment_id: int | None = None
    """Our sticky comment."""
    comment_digest: str = ""
    """Digest of the sticky comment as last written."""
    comment_deleted: bool = False
    """A person deleted our comment: not remade until the verdict changes."""
    comment_restored: bool = False
    """A person edited our comment and it was restored once: not again until the verdict changes."""
    verdict: StoredVerdict | None = None
    desired: tuple[str, ...] = ()
    """Labels the issue should carry, by the last run."""
    answers: Answers | None = None
    """Enumerated answers with their provenance; None before the first run and after they were purged."""
    left_labels: tuple[str, ...] = ()
    """Managed labels that were on the issue when the last run ended."""
    override: Override | None = None
    confirmed: str | None = None
    """Key of the contested verdict that a person confirmed by removing its label."""
    judged_until: datetime | None = None
    """Label events up to this moment have been judged and are over."""
    judged_event: int | None = None
    """The same by the forge's own number of the last one: within a second, times do not tell them apart."""
    judged_comment: int | None = None
    """Override and resume commands in comments up to this one have been judged and are over."""
    policy_digest: str = ""
    """Digest of the policy the issue was last reconciled under."""
    acknowledged: frozenset[tuple[int, str]] = frozenset()
    """Comments with commands that we answered with a reaction: comment id and reaction."""
    flaps: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    """Labels that somebody else reversed: when we found each reversed, oldest first."""
    flapping: bool = False
    """Somebody reverses our labels again and again: labelling of the issue pauses."""
    pins: Mapping[str, str] = field(default_factory=dict)
    """What the numbers in commands meant when they were first read: enumerated words."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the decision log: on what, by which policy, what was concluded, and what was done."""

    at: datetime
    answers_digest: str
    policy: PolicyStamp
    outcome: str
    standing: str
    labels: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    deliveries: tuple[str, ...] = ()
    """Ids of the webhook deliveries that led here; a trace, never a key."""
    run: str = ""
    """The run that decided; filled in from the claim when the decision is recorded."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one issue until the lease ends, and what is remembered of that issue."""

    ref: IssueRef
    row: int
    tracker_row: int
    owner: str
    token: int
    """Counts the claims of this row: only the holder of the latest may write."""
    generation: int
    """The generation this run will have dealt with."""
    attempt: int
    """1 for the first try since the last mark or success."""
    crashes: int
    """Runs since then that vanished without a word."""
    last_reason: str
    """Reason code of the last failure since then; empty for none."""
    lane: Lane
    claimed_at: datetime
    waiting_since: datetime
    """When the oldest mark not yet dealt with was made."""
    event: str
    """Kind of the last event that marked the issue."""
    delivery: str
    """Id of the delivery that brought it; a trace."""
    first: bool
    """No run on this issue has ever ended well: what is remembered may be lost, so look at the forge."""
    record: IssueRecord
    ledger: frozenset[str]
    """Labels on the issue that are ours, as far as we noted."""
    changed_at: datetime | None = None
    """The newest change that events told of and no run has seen; None if none told. What shows older is stale."""

    @property
    def tracker(self) -> TrackerRef:
        """The tracker the issue lives in."""
        return TrackerRef.of(self.ref)

    @property
    def run(self) -> str:
        """The run's id in logs, ledger and decision log; unique in this database."""
        return f"{self.row}.{self.token}"


@dataclass(frozen=True, slots=True)
class DutyClaim:
    """The right to do a tracker's own duties until the lease ends."""

    tracker: TrackerRef
    duties: tuple[str, ...]
    """In the order in which they are to be done: stop, policy, visibility, labels, sweep, redelivery, others."""
    row: int
    owner: str
    token: int
    """Counts the claims of this tracker's duties: only the holder of the latest may write."""
    attempt: int
    """1 for the first try since the last event or success."""
    crashes: int
    """Runs since then that vanished without a word."""
    last_reason: str
    """Reason code of the last failure since then; empty for none."""
    lane: Lane
    """The lane of the most urgent of the duties."""
    claimed_at: datetime
    waiting_since: datetime
    """When the first of the duties was due."""
    event: str
    """Kind of the last event that called for a duty."""
    delivery: str
    """Id of the delivery that brought it; a trace."""

    @property
    def run(self) -> str:
        """The run's id in logs; unique in this database."""
        return f"t{self.row}.{self.token}"


@dataclass(frozen=True, slots=True)
class TrackerState:
    """What is remembered of one tracker."""

    tracker: TrackerRef
    forge_id: int | None = None
    """The forge's own id of its project, which survives a rename."""
    stopped_at: datetime | None = None
    """None of its issues is worked on since."""
    stopped_reason: str = ""
    swept_until: datetime | None = None
    """Changes up to this moment were looked for on the forge."""
    full_sweep_at: datetime | None = None
    """When all its issues were last looked through."""
    last_success_at: datetime | None = None
    """When the forge last answered as it should, to within half a minute."""
    duties: Mapping[str, datetime] = field(default_factory=dict)
    """Duties that wait or are being done, and when each is or was due."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An issue the service gave up on, until the next event or a retry by command."""

    ref: IssueRef
    since: datetime
    reason: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Hold:
    """A tracker's rows of one lane wait."""

    tracker: TrackerRef
    lane: Lane
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class BudgetLeft:
    """One limit of one credential at one moment."""

    credential: str
    window: str
    left: int
    """Units that live work could take at once."""
    burst: int
    """The same with nothing taken."""
    waits: float
    """Seconds that live work has been told to wait; 0 where none waits."""


@dataclass(frozen=True, slots=True)
class LaneStats:
    """One lane of the work list at one moment."""

    due: int = 0
    """Could be claimed now, abandoned ones included; those of a held tracker, too, once the hold ends."""
    waiting: int = 0
    """Settling, backing off, or told to wait."""
    running: int = 0
    oldest_seconds: float = 0.0
    """Age of the oldest mark that no run has dealt with."""
    due_seconds: float = 0.0
    """How long the row that is due the longest could have been claimed."""


@dataclass(frozen=True, slots=True)
class Stats:
    """The work list at one moment."""

    live: LaneStats
    bulk: LaneStats
    dead: int
    issues: int
    holds: tuple[Hold, ...]
    stopped: int = 0
    """Marked issues of stopped trackers: in no lane, because nobody works on them until writing resumes."""
