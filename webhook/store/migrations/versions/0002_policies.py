"""Policies, the one in force and the one that waits; and what the numbers in commands meant when first read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table; the first worker fills it with the policy that the settings name."""
    op.add_column(
        "issue",
        sa.Column(
            "pins",
            sa.JSON(),
            comment="attacks that numbers in commands meant: comment id, line and number -> source, effect, target",
        ),
    )
    op.create_table(
        "policy",
        sa.Column("id", _KEY, nullable=False, comment="row id, in the order in which policies were first seen"),
        sa.Column("name", sa.String(length=80), nullable=False, comment="the policy's own id"),
        sa.Column("version", sa.String(length=40), nullable=False, comment="its version"),
        sa.Column("digest", sa.String(length=80), nullable=False, comment="digest of what it means"),
        sa.Column("text_digest", sa.String(length=80), nullable=False, comment="digest of how it says it"),
        sa.Column("content", sa.Text(), nullable=False, comment="the policy file as it was read"),
        sa.Column(
            "state", sa.String(length=20), nullable=False, comment="active, waiting for approval, rejected or past"
        ),
        sa.Column("since", _TIME, nullable=False, comment="in this state since"),
        sa.Column(
            "job",
            sa.String(length=20),
            comment="relabelling that its activation began: running, paused, done, aborted or superseded",
        ),
        sa.Column("job_total", sa.Integer(), comment="issues that the relabelling concerns"),
        sa.Column("job_started_at", _TIME, comment="when it began"),
        sa.Column("job_ended_at", _TIME, comment="when it ended; NULL = it goes on"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint("digest", "text_digest", name=op.f("uq_policy_digest_text_digest")),
        comment="every policy that was in force or is to be: at most one is active, at most one waits",
        sqlite_autoincrement=True,
    )
