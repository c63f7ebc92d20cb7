"""The store: work list, ledger, answers and decision log in one database, SQLite or PostgreSQL.

The service uses the names below and nothing deeper; SQLAlchemy and Alembic are known in here only. The tables are
explained in `schema`, the work list's rules in `marks`, `claims` and `endings`, migrations run through `upgrade`.
"""

from webhook.store.census import UNDECIDED, Census
from webhook.store.errors import LeaseLostError, SchemaOutdatedError, StoreError, StoreUnavailableError
from webhook.store.known import Known
from webhook.store.nouns import (
    AT_ONCE,
    EDITED,
    PROCESS_GONE,
    BudgetLeft,
    Change,
    Claim,
    DeadLetter,
    Decision,
    DutyClaim,
    Hold,
    IssueRecord,
    Lane,
    LaneStats,
    Override,
    PolicyStamp,
    Settle,
    Stats,
    StoredVerdict,
    TrackerRef,
    TrackerState,
)
from webhook.store.owner import this_process
from webhook.store.store import Store, open_store

__all__ = [
    "AT_ONCE",
    "EDITED",
    "PROCESS_GONE",
    "UNDECIDED",
    "BudgetLeft",
    "Census",
    "Change",
    "Claim",
    "DeadLetter",
    "Decision",
    "DutyClaim",
    "Hold",
    "IssueRecord",
    "Known",
    "Lane",
    "LaneStats",
    "LeaseLostError",
    "Override",
    "PolicyStamp",
    "SchemaOutdatedError",
    "Settle",
    "Stats",
    "Store",
    "StoreError",
    "StoreUnavailableError",
    "StoredVerdict",
    "TrackerRef",
    "TrackerState",
    "open_store",
    "this_process",
]
