"""Alembic runs this: it migrates on the connection `upgrade` opened and locked, in that one transaction."""

from __future__ import annotations

from alembic import context

from webhook.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can, when the transaction is begun by hand, as `database` does
)
with context.begin_transaction():
    context.run_migrations()
