"""The tables, every column explained. The registry of issues *is* the queue: there is no other.

A row is due when `generation` has moved past `done_generation`. `ready_at` sums that up for the index: the earliest
time the row may be claimed, or NULL when there is nothing to do; while a run holds the row it is the lease's end,
so that an abandoned row becomes claimable by itself. Rows that changed shape are the migrations' business.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from webhook.store.columns import Names, UtcTime

REVISION = "0002"
"""The migration this schema is the result of; a test compares both."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    },
)

Key = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite hands out row ids by itself only for a column of the type INTEGER."""


def _work() -> list[Column[Any]]:
    """The columns of everything that can be work: one issue, or a tracker's duties."""
    return [
        Column("generation", BigInteger, nullable=False, server_default=text("0"), comment="raised by every mark"),
        Column(
            "done_generation",
            BigInteger,
            nullable=False,
            server_default=text("0"),
            comment="the generation the last successful run had read; smaller than generation = work to do",
        ),
        Column(
            "lane",
            SmallInteger,
            nullable=False,
            server_default=text("0"),
            comment="0 = live, 1 = bulk; a live mark lifts a bulk row",
        ),
        Column("first_marked_at", UtcTime, comment="oldest mark that no run has dealt with; NULL = none"),
        Column("due_at", UtcTime, comment="when the row has settled after its last mark"),
        Column("due_by", UtcTime, comment="no later mark can postpone the row beyond this; NULL once claimed"),
        Column("retry_at", UtcTime, comment="backoff after a failure; the next mark clears it"),
        Column("not_before", UtcTime, comment="patience a mark does not clear: an uncertain write must be seen first"),
        Column("ready_at", UtcTime, comment="earliest time to claim; the lease's end while leased; NULL = no work"),
        Column(
            "attempts",
            Integer,
            nullable=False,
            server_default=text("0"),
            comment="failed runs since the last mark or success; waiting because the forge said so is no failure",
        ),
        Column(
            "crashes",
            Integer,
            nullable=False,
            server_default=text("0"),
            comment="runs that vanished without a word since the last mark or success",
        ),
        Column("last_error", String(40), comment="reason code of the last failure; never a message"),
        Column("dead_at", UtcTime, comment="gave up at; the next mark or a command revives"),
        Column(
            "lease_owner", String(200), comment="host:pid:start-time:random of the worker that runs it; NULL = none"
        ),
        Column(
            "lease_token",
            BigInteger,
            nullable=False,
            server_default=text("0"),
            comment="counts claims; a run may write only while its own is the latest",
        ),
        Column("claimed_at", UtcTime, comment="when the present or last run claimed the row"),
        Column("last_event", String(80), comment="kind of the last event that marked the row"),
        Column("last_delivery", String(80), comment="id of the delivery that brought it; a trace, never a key"),
    ]


tracker = Table(
    "tracker",
    metadata,
    Column("id", Key, primary_key=True, comment="row id"),
    Column("forge", String(20), nullable=False, comment="github or gitlab"),
    Column("project", String(400), nullable=False, comment="owner/name or group/sub/project, as configured"),
    Column("forge_id", BigInteger, comment="the forge's own id of the project, which survives a rename"),
    Column("live_held_until", UtcTime, comment="no row of this tracker is claimed for live work before"),
    Column("live_held_reason", String(40), comment="reason code of that hold"),
    Column("bulk_held_until", UtcTime, comment="no row of this tracker is claimed for bulk work before"),
    Column("bulk_held_reason", String(40), comment="reason code of that hold"),
    Column(
        "duties", JSON(none_as_null=True), comment="work that is no single issue's, waiting: duty -> when it is due"
    ),
    Column("taken", JSON(none_as_null=True), comment="duties the present claim took from there; back if it fails"),
    Column("stopped_at", UtcTime, comment="no row of its issues is claimed since; NULL = working"),
    Column("stopped_reason", String(40), comment="reason code of the stop"),
    Column("swept_until", UtcTime, comment="changes up to this moment were looked for on the forge"),
    Column("full_sweep_at", UtcTime, comment="when all its issues were last looked through"),
    Column("last_success_at", UtcTime, comment="the forge last answered as it should, to within half a minute"),
    *_work(),
    UniqueConstraint("forge", "project"),
    CheckConstraint("lane IN (0, 1)", name="lane"),
    CheckConstraint("forge IN ('github', 'gitlab')", name="forge"),
    comment="one row per configured project on a forge",
    sqlite_autoincrement=True,
)

issue = Table(
    "issue",
    metadata,
    Column("id", Key, primary_key=True, comment="row id; never used twice"),
    Column("tracker_id", Key, ForeignKey("tracker.id", ondelete="CASCADE"), nullable=False, comment="where it lives"),
    Column("number", Integer, nullable=False, comment="GitHub's issue number, GitLab's iid"),
    *_work(),
    Column(
        "told_changed_at",
        UtcTime,
        comment="newest change that events told of and no run has seen: a read that shows an older issue is stale",
    ),
    Column("closed_at", UtcTime, comment="closed since; answers are purged some time after"),
    Column("comment_id", BigInteger, comment="our sticky comment"),
    Column("comment_digest", String(80), comment="digest of the sticky comment as last written"),
    Column(
        "comment_deleted",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="a person deleted our comment: not remade until the verdict changes",
    ),
    Column(
        "comment_restored",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="a person edited our comment and it was restored: not again until the verdict changes",
    ),
    Column("outcome", String(20), comment="the verdict: in-scope, out-of-scope, needs-…; NULL before the first"),
    Column("standing", String(20), comment="settled, presumed or open"),
    Column("codes", Names, comment="the verdict's out-of-scope codes"),
    Column("missing", Names, comment="facts that can still change the verdict"),
    Column("presumptions", Names, comment="presumptions the verdict rests on"),
    Column("contested", Boolean, comment="the verdict rests on a contested reading"),
    Column("confirmed", String(400), comment="key of the contested verdict that a person confirmed"),
    Column("verdict_policy_id", String(80), comment="policy under which the verdict last changed"),
    Column("verdict_policy_version", String(40), comment="its version"),
    Column("verdict_policy_digest", String(80), comment="digest of what it means"),
    Column("verdict_changed_at", UtcTime, comment="when the verdict last changed"),
    Column("policy_digest", String(80), comment="policy the issue was last reconciled under"),
    Column("desired", Names, comment="labels the issue should carry, by the last run"),
    Column("left_labels", Names, comment="managed labels that were on the issue when the last run ended"),
    Column("judged_until", UtcTime, comment="label events up to this moment have been judged and are over"),
    Column("judged_event", BigInteger, comment="the same by the forge's own id of the last label event judged"),
    Column("judged_comment", BigInteger, comment="override and resume commands up to this comment are over"),
    Column("form", String(80), comment="form description the answers were read with"),
    Column(
        "answers",
        JSON(none_as_null=True),
        comment="enumerated values with provenance (who, by person and comment id); never words as typed",
    ),
    Column("answers_digest", String(80), comment="digest of the answers"),
    Column("override_kind", String(10), comment="a person's decision is in force, by command or hand; NULL = none"),
    Column("override_by", BigInteger, comment="account id of that person"),
    Column("override_at", UtcTime, comment="when they decided"),
    Column("override_label", String(100), comment="the label they set by command or changed last by hand"),
    Column("override_added", Boolean, comment="by hand: whether they added it or removed it"),
    Column("override_comment", BigInteger, comment="comment that holds the command; NULL = done by hand"),
    Column(
        "acknowledged",
        JSON(none_as_null=True),
        comment="reactions we gave to commands: list of [comment id, reaction]",
    ),
    Column(
        "flaps", JSON(none_as_null=True), comment="labels that somebody else reversed: label -> when we found it so"
    ),
    Column(
        "flapping",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="somebody reverses our labels again and again: labelling pauses",
    ),
    Column(
        "pins",
        JSON(none_as_null=True),
        comment="attacks that numbers in commands meant: comment id, line and number -> source, effect, target",
    ),
    UniqueConstraint("tracker_id", "number"),
    CheckConstraint("lane IN (0, 1)", name="lane"),
    comment="one row per issue ever heard of: the work list and what is remembered between runs",
    sqlite_autoincrement=True,
)

ledger = Table(
    "ledger",
    metadata,
    Column("issue_id", Key, ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True, comment="the issue"),
    Column("label", String(100), primary_key=True, comment="a label on it that is ours"),
    Column("added_at", UtcTime, nullable=False, comment="when we added it, or found that we had"),
    Column("run", String(40), nullable=False, comment="the run that did"),
    comment="labels on issues that are ours: a cache of the forge's label events",
)

decision = Table(
    "decision",
    metadata,
    Column("id", Key, primary_key=True, comment="row id, in order of recording"),
    Column("issue_id", Key, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False, comment="the issue"),
    Column("at", UtcTime, nullable=False, comment="when it was decided"),
    Column("run", String(40), nullable=False, comment="the run that decided"),
    Column("answers_digest", String(80), nullable=False, comment="digest of the answers it rests on"),
    Column("policy_id", String(80), nullable=False, comment="policy it was decided by"),
    Column("policy_version", String(40), nullable=False, comment="its version"),
    Column("policy_digest", String(80), nullable=False, comment="digest of what it means"),
    Column("outcome", String(20), nullable=False, comment="in-scope, out-of-scope, needs-…"),
    Column("standing", String(20), nullable=False, comment="settled, presumed or open"),
    Column("labels", Names, nullable=False, comment="labels that follow"),
    Column("changes", JSON, nullable=False, comment="what was done: list of [kind, label or comment id]"),
    Column("deliveries", Names, nullable=False, comment="ids of the deliveries that led here"),
    comment="decision log: rows are only ever added, and go when the issue is forgotten",
    sqlite_autoincrement=True,
)

budget = Table(
    "budget",
    metadata,
    Column("credential", String(200), primary_key=True, comment="whose limit: host and App installation, or token"),
    Column("window", String(40), primary_key=True, comment="which limit of that forge"),
    Column("all_until", UtcTime, comment="when all that was taken will have flowed back; NULL = nothing was taken"),
    Column("bulk_until", UtcTime, comment="the same for bulk work alone"),
    Column("promised_until", UtcTime, comment="last time that live work was promised; bulk work waits until then"),
    Column("burst", Integer, nullable=False, comment="units that may be taken at once, as last used"),
    Column("every", BigInteger, nullable=False, comment="microseconds in which one unit flows back, as last used"),
    comment="what was taken of the forges' rate limits, shared by all processes",
)

policy = Table(
    "policy",
    metadata,
    Column("id", Key, primary_key=True, comment="row id, in the order in which policies were first seen"),
    Column("name", String(80), nullable=False, comment="the policy's own id"),
    Column("version", String(40), nullable=False, comment="its version"),
    Column("digest", String(80), nullable=False, comment="digest of what it means"),
    Column("text_digest", String(80), nullable=False, comment="digest of how it says it"),
    Column("content", Text, nullable=False, comment="the policy file as it was read"),
    Column("state", String(20), nullable=False, comment="active, waiting for approval, rejected or past"),
    Column("since", UtcTime, nullable=False, comment="in this state since"),
    Column(
        "job", String(20), comment="relabelling that its activation began: running, paused, done, aborted or superseded"
    ),
    Column("job_total", Integer, comment="issues that the relabelling concerns"),
    Column("job_started_at", UtcTime, comment="when it began"),
    Column("job_ended_at", UtcTime, comment="when it ended; NULL = it goes on"),
    UniqueConstraint("digest", "text_digest"),
    comment="every policy that was in force or is to be: at most one is active, at most one waits",
    sqlite_autoincrement=True,
)

Index(
    "ix_issue_ready",
    issue.c.tracker_id,
    issue.c.lane,
    issue.c.ready_at,
    issue.c.id,  # a policy change marks a hundred thousand rows at one moment
    postgresql_where=issue.c.ready_at.is_not(None),
    sqlite_where=issue.c.ready_at.is_not(None),
)
Index(
    "ix_issue_leased",
    issue.c.lease_owner,
    postgresql_where=issue.c.lease_owner.is_not(None),
    sqlite_where=issue.c.lease_owner.is_not(None),
)
Index(
    "ix_issue_dead",
    issue.c.dead_at,
    postgresql_where=issue.c.dead_at.is_not(None),
    sqlite_where=issue.c.dead_at.is_not(None),
)
Index(
    "ix_issue_closed",
    issue.c.closed_at,
    postgresql_where=issue.c.closed_at.is_not(None),
    sqlite_where=issue.c.closed_at.is_not(None),
)
Index("ix_decision_issue_id_at", decision.c.issue_id, decision.c.at)
