"""What can go wrong with the store, in words its users act on. No message carries a row's content or a password."""

from __future__ import annotations


class StoreError(Exception):
    """The database cannot be used as it is; the message says what to do."""


class StoreUnavailableError(StoreError):
    """The database does not answer, or is locked for too long. What was to be done did not happen: try again."""

    def __init__(self, where: str, cause: Exception) -> None:
        super().__init__(f"the database {where} does not answer ({type(getattr(cause, 'orig', cause)).__name__})")


class SchemaOutdatedError(StoreError):
    """The database is not at the revision this program was written for."""

    def __init__(self, found: str | None, wanted: str) -> None:
        super().__init__(
            f"the database is at revision {found or 'none'}, this program needs {wanted}: run `xsa-scope db upgrade`",
        )
        self.found = found
        self.wanted = wanted


class LeaseLostError(Exception):
    """The run no longer owns its issue: its lease was taken over or its row is gone. Write nothing more."""
