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
from webhook.store.policies import EVENT as POLICY_EVENT
from webhook.store.policies import Job, JobState, PolicyVersion, Stored
from webhook.store.store import Store, open_store

__all__ = [
    "AT_ONCE",
    "EDITED",
    "POLICY_EVENT",
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
    "Job",
    "JobState",
    "Known",
    "Lane",
    "LaneStats",
    "LeaseLostError",
    "Override",
    "PolicyStamp",
    "PolicyVersion",
    "SchemaOutdatedError",
    "Settle",
    "Stats",
    "Store",
    "StoreError",
    "StoreUnavailableError",
    "Stored",
    "StoredVerdict",
    "TrackerRef",
    "TrackerState",
    "open_store",
    "this_process",
]
