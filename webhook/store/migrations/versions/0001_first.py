"""The first tables: trackers, issues (the work list), the ledger and the decision log."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_JSON = sa.JSON()
_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, then the indexes the work list lives by."""
    _tracker()
    _issue()
    _ledger()
    _decision()
    _budget()
    _index("ix_issue_ready", "ready_at", ["tracker_id", "lane", "ready_at", "id"])
    _index("ix_issue_leased", "lease_owner", ["lease_owner"])
    _index("ix_issue_dead", "dead_at", ["dead_at"])
    _index("ix_issue_closed", "closed_at", ["closed_at"])
    op.create_index("ix_decision_issue_id_at", "decision", ["issue_id", "at"])


def _index(name: str, present: str, columns: list[str]) -> None:
    where = sa.text(f"{present} IS NOT NULL")
    op.create_index(name, "issue", columns, postgresql_where=where, sqlite_where=where)


def _work() -> list[sa.Column[Any]]:
    return [
        sa.Column(
            "generation", sa.BigInteger(), server_default=sa.text("0"), nullable=False, comment="raised by every mark"
        ),
        sa.Column(
            "done_generation",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="the generation the last successful run had read; smaller than generation = work to do",
        ),
        sa.Column(
            "lane",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="0 = live, 1 = bulk; a live mark lifts a bulk row",
        ),
        sa.Column("first_marked_at", _TIME, comment="oldest mark that no run has dealt with; NULL = none"),
        sa.Column("due_at", _TIME, comment="when the row has settled after its last mark"),
        sa.Column("due_by", _TIME, comment="no later mark can postpone the row beyond this; NULL once claimed"),
        sa.Column("retry_at", _TIME, comment="backoff after a failure; the next mark clears it"),
        sa.Column("not_before", _TIME, comment="patience a mark does not clear: an uncertain write must be seen first"),
        sa.Column("ready_at", _TIME, comment="earliest time to claim; the lease's end while leased; NULL = no work"),
        sa.Column(
            "attempts",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="failed runs since the last mark or success; waiting because the forge said so is no failure",
        ),
        sa.Column(
            "crashes",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="runs that vanished without a word since the last mark or success",
        ),
        sa.Column("last_error", sa.String(length=40), comment="reason code of the last failure; never a message"),
        sa.Column("dead_at", _TIME, comment="gave up at; the next mark or a command revives"),
        sa.Column(
            "lease_owner",
            sa.String(length=200),
            comment="host:pid:start-time:random of the worker that runs it; NULL = none",
        ),
        sa.Column(
            "lease_token",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="counts claims; a run may write only while its own is the latest",
        ),
        sa.Column("claimed_at", _TIME, comment="when the present or last run claimed the row"),
        sa.Column("last_event", sa.String(length=80), comment="kind of the last event that marked the row"),
        sa.Column(
            "last_delivery", sa.String(length=80), comment="id of the delivery that brought it; a trace, never a key"
        ),
    ]


def _tracker() -> None:
    op.create_table(
        "tracker",
        sa.Column("id", _KEY, nullable=False, comment="row id"),
        sa.Column("forge", sa.String(length=20), nullable=False, comment="github or gitlab"),
        sa.Column(
            "project", sa.String(length=400), nullable=False, comment="owner/name or group/sub/project, as configured"
        ),
        sa.Column("forge_id", sa.BigInteger(), comment="the forge's own id of the project, which survives a rename"),
        sa.Column("live_held_until", _TIME, comment="no row of this tracker is claimed for live work before"),
        sa.Column("live_held_reason", sa.String(length=40), comment="reason code of that hold"),
        sa.Column("bulk_held_until", _TIME, comment="no row of this tracker is claimed for bulk work before"),
        sa.Column("bulk_held_reason", sa.String(length=40), comment="reason code of that hold"),
        sa.Column("duties", _JSON, comment="work that is no single issue's, waiting: duty -> when it is due"),
        sa.Column("taken", _JSON, comment="duties the present claim took from there; back if it fails"),
        sa.Column("stopped_at", _TIME, comment="no row of its issues is claimed since; NULL = working"),
        sa.Column("stopped_reason", sa.String(length=40), comment="reason code of the stop"),
        sa.Column("swept_until", _TIME, comment="changes up to this moment were looked for on the forge"),
        sa.Column("full_sweep_at", _TIME, comment="when all its issues were last looked through"),
        sa.Column("last_success_at", _TIME, comment="the forge last answered as it should, to within half a minute"),
        *_work(),
        sa.CheckConstraint("forge IN ('github', 'gitlab')", name=op.f("ck_tracker_forge")),
        sa.CheckConstraint("lane IN (0, 1)", name=op.f("ck_tracker_lane")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracker")),
        sa.UniqueConstraint("forge", "project", name=op.f("uq_tracker_forge_project")),
        comment="one row per configured project on a forge",
        sqlite_autoincrement=True,
    )


def _issue() -> None:
    op.create_table(
        "issue",
        sa.Column("id", _KEY, nullable=False, comment="row id; never used twice"),
        sa.Column("tracker_id", _KEY, nullable=False, comment="where it lives"),
        sa.Column("number", sa.Integer(), nullable=False, comment="GitHub's issue number, GitLab's iid"),
        *_work(),
        sa.Column(
            "told_changed_at",
            _TIME,
            comment="newest change that events told of and no run has seen: a read that shows an older issue is stale",
        ),
        sa.Column("closed_at", _TIME, comment="closed since; answers are purged some time after"),
        sa.Column("comment_id", sa.BigInteger(), comment="our sticky comment"),
        sa.Column("comment_digest", sa.String(length=80), comment="digest of the sticky comment as last written"),
        sa.Column(
            "comment_deleted",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="a person deleted our comment: not remade until the verdict changes",
        ),
        sa.Column(
            "comment_restored",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="a person edited our comment and it was restored: not again until the verdict changes",
        ),
        sa.Column(
            "outcome",
            sa.String(length=20),
            comment="the verdict: in-scope, out-of-scope, needs-…; NULL before the first",
        ),
        sa.Column("standing", sa.String(length=20), comment="settled, presumed or open"),
        sa.Column("codes", _JSON, comment="the verdict's out-of-scope codes"),
        sa.Column("missing", _JSON, comment="facts that can still change the verdict"),
        sa.Column("presumptions", _JSON, comment="presumptions the verdict rests on"),
        sa.Column("contested", sa.Boolean(), comment="the verdict rests on a contested reading"),
        sa.Column("confirmed", sa.String(length=400), comment="key of the contested verdict that a person confirmed"),
        sa.Column("verdict_policy_id", sa.String(length=80), comment="policy under which the verdict last changed"),
        sa.Column("verdict_policy_version", sa.String(length=40), comment="its version"),
        sa.Column("verdict_policy_digest", sa.String(length=80), comment="digest of what it means"),
        sa.Column("verdict_changed_at", _TIME, comment="when the verdict last changed"),
        sa.Column("policy_digest", sa.String(length=80), comment="policy the issue was last reconciled under"),
        sa.Column("desired", _JSON, comment="labels the issue should carry, by the last run"),
        sa.Column("left_labels", _JSON, comment="managed labels that were on the issue when the last run ended"),
        sa.Column("judged_until", _TIME, comment="label events up to this moment have been judged and are over"),
        sa.Column(
            "judged_event", sa.BigInteger(), comment="the same by the forge's own id of the last label event judged"
        ),
        sa.Column(
            "judged_comment", sa.BigInteger(), comment="override and resume commands up to this comment are over"
        ),
        sa.Column("form", sa.String(length=80), comment="form description the answers were read with"),
        sa.Column(
            "answers",
            _JSON,
            comment="enumerated values with provenance (who, by person and comment id); never words as typed",
        ),
        sa.Column("answers_digest", sa.String(length=80), comment="digest of the answers"),
        sa.Column(
            "override_kind",
            sa.String(length=10),
            comment="a person's decision is in force, by command or hand; NULL = none",
        ),
        sa.Column("override_by", sa.BigInteger(), comment="account id of that person"),
        sa.Column("override_at", _TIME, comment="when they decided"),
        sa.Column(
            "override_label", sa.String(length=100), comment="the label they set by command or changed last by hand"
        ),
        sa.Column("override_added", sa.Boolean(), comment="by hand: whether they added it or removed it"),
        sa.Column("override_comment", sa.BigInteger(), comment="comment that holds the command; NULL = done by hand"),
        sa.Column("acknowledged", _JSON, comment="reactions we gave to commands: list of [comment id, reaction]"),
        sa.Column("flaps", _JSON, comment="labels that somebody else reversed: label -> when we found it so"),
        sa.Column(
            "flapping",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="somebody reverses our labels again and again: labelling pauses",
        ),
        sa.CheckConstraint("lane IN (0, 1)", name=op.f("ck_issue_lane")),
        sa.ForeignKeyConstraint(
            ["tracker_id"], ["tracker.id"], name=op.f("fk_issue_tracker_id_tracker"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint("tracker_id", "number", name=op.f("uq_issue_tracker_id_number")),
        comment="one row per issue ever heard of: the work list and what is remembered between runs",
        sqlite_autoincrement=True,
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("issue_id", _KEY, nullable=False, comment="the issue"),
        sa.Column("label", sa.String(length=100), nullable=False, comment="a label on it that is ours"),
        sa.Column("added_at", _TIME, nullable=False, comment="when we added it, or found that we had"),
        sa.Column("run", sa.String(length=40), nullable=False, comment="the run that did"),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_ledger_issue_id_issue"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issue_id", "label", name=op.f("pk_ledger")),
        comment="labels on issues that are ours: a cache of the forge's label events",
    )


def _decision() -> None:
    op.create_table(
        "decision",
        sa.Column("id", _KEY, nullable=False, comment="row id, in order of recording"),
        sa.Column("issue_id", _KEY, nullable=False, comment="the issue"),
        sa.Column("at", _TIME, nullable=False, comment="when it was decided"),
        sa.Column("run", sa.String(length=40), nullable=False, comment="the run that decided"),
        sa.Column("answers_digest", sa.String(length=80), nullable=False, comment="digest of the answers it rests on"),
        sa.Column("policy_id", sa.String(length=80), nullable=False, comment="policy it was decided by"),
        sa.Column("policy_version", sa.String(length=40), nullable=False, comment="its version"),
        sa.Column("policy_digest", sa.String(length=80), nullable=False, comment="digest of what it means"),
        sa.Column("outcome", sa.String(length=20), nullable=False, comment="in-scope, out-of-scope, needs-…"),
        sa.Column("standing", sa.String(length=20), nullable=False, comment="settled, presumed or open"),
        sa.Column("labels", _JSON, nullable=False, comment="labels that follow"),
        sa.Column("changes", _JSON, nullable=False, comment="what was done: list of [kind, label or comment id]"),
        sa.Column("deliveries", _JSON, nullable=False, comment="ids of the deliveries that led here"),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_decision_issue_id_issue"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        comment="decision log: rows are only ever added, and go when the issue is forgotten",
        sqlite_autoincrement=True,
    )


def _budget() -> None:
    op.create_table(
        "budget",
        sa.Column(
            "credential",
            sa.String(length=200),
            nullable=False,
            comment="whose limit: host and App installation, or token",
        ),
        sa.Column("window", sa.String(length=40), nullable=False, comment="which limit of that forge"),
        sa.Column(
            "all_until", _TIME, comment="when all that was taken will have flowed back; NULL = nothing was taken"
        ),
        sa.Column("bulk_until", _TIME, comment="the same for bulk work alone"),
        sa.Column("promised_until", _TIME, comment="last time that live work was promised; bulk work waits until then"),
        sa.Column("burst", sa.Integer(), nullable=False, comment="units that may be taken at once, as last used"),
        sa.Column(
            "every", sa.BigInteger(), nullable=False, comment="microseconds in which one unit flows back, as last used"
        ),
        sa.PrimaryKeyConstraint("credential", "window", name=op.f("pk_budget")),
        comment="what was taken of the forges' rate limits, shared by all processes",
    )
