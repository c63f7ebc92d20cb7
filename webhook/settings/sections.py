"""The sections that are the same for every tracker: policy, settling, worker, web, timeouts, retention, log."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from webhook.settings.addresses import listen_address
from webhook.settings.base import Seconds, Section


class Policy(Section):
    """Which policy decides, and how much a policy change may do by itself."""

    source: str = Field(default="builtin:xen-rfc-v2", min_length=1)
    """The policy: `builtin:NAME`, a path, or `repo:PATH` (a file in the tracker's default branch)."""
    auto_apply: bool = True
    """Apply the plan of a policy change by itself if it is small; otherwise every plan waits for approval."""
    max_changes: int = Field(default=20, ge=0)
    """The largest number of issues whose labels may change without approval."""


class Settling(Section):
    """How long an issue rests after an edit before it is read: a reporter ticks boxes one by one."""

    quiet_seconds: Seconds = 10
    """Read an edited issue this long after its last edit."""
    longest_seconds: Seconds = 60
    """Read it at the latest this long after its first edit, however the edits go on."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.longest_seconds < self.quiet_seconds:
            raise ValueError("longest_seconds must be at least quiet_seconds")
        return self


class Worker(Section):
    """The processes that read issues and write to the forges."""

    threads: int = Field(default=4, ge=1, le=64)
    """Issues worked on at the same time by one worker process."""
    lease_seconds: Seconds = 60
    """A worker that does not renew its claim for this long has lost it."""
    attempts: int = Field(default=8, ge=1, le=100)
    """Failed runs before an issue becomes a dead letter."""
    poll_seconds: Seconds = 1
    """How often an idle worker looks for due issues."""
    drain_seconds: Seconds = 25
    """How long a worker that was told to stop may finish what it has begun."""


class Web(Section):
    """The processes that take webhooks and show pages."""

    bind: str = "127.0.0.1:8000"
    """Address and port of the web face. The variable `PORT`, where it is set, wins with `0.0.0.0:PORT`."""
    workers: int = Field(default=2, ge=1, le=64)
    """Web processes. Two keep answering while one restarts."""
    threads: int = Field(default=4, ge=1, le=64)
    """Requests that one web process answers at the same time."""
    drain_seconds: Seconds = 20
    """How long open requests may finish when the web face is told to stop."""

    _listens = field_validator("bind")(listen_address)


class Timeouts(Section):
    """Patience with a forge's API. There are no hidden retries: the work list tries again."""

    connect_seconds: Seconds = 3.05
    """Longest wait for a connection."""
    read_seconds: Seconds = 20
    """Longest wait for the next bytes of an answer."""


class Budgets(Section):
    """How much is asked of a forge, at most, by all processes together. Live work goes before bulk work."""

    bulk_share: float = Field(default=0.8, gt=0, lt=1)
    """The part of every limit that bulk work may use; the rest is kept for live work."""
    github_content_per_minute: int = Field(default=80, ge=16)
    """GitHub: new comments in a minute."""
    github_content_per_hour: int = Field(default=500, ge=16)
    """GitHub: new comments in an hour."""
    github_points_per_minute: int = Field(default=900, ge=400)
    """GitHub: points in a minute; a read is one, a write five."""
    github_requests_per_hour: int = Field(default=5_000, ge=500)
    """GitHub: requests in an hour; Enterprise Cloud allows 15,000."""
    gitlab_notes_per_minute: int = Field(default=50, ge=10)
    """GitLab: new comments in a minute; GitLab.com allows 60."""
    gitlab_requests_per_minute: int = Field(default=1_500, ge=100)
    """GitLab: requests in a minute; GitLab.com allows 2,000."""
    gitlab_hooks_per_minute: int = Field(default=500, ge=30)
    """GitLab: the namespace's quota of webhooks, which each write uses up; bulk work takes a third of it."""
    scale: float = Field(default=1, gt=0, le=1_000)
    """How many times faster than the real one the forge's clock runs. For tests against the sandbox."""


class Retention(Section):
    """How long answers are kept."""

    closed_days: int = Field(default=90, ge=0, le=3_650)
    """Days after the closing of an issue until its stored answers are deleted."""


class Log(Section):
    """What goes to standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least important level that is written. Libraries never write below `warning`."""
    format: Literal["auto", "json", "console"] = "auto"
    """`auto` writes for people on a terminal and JSON lines everywhere else."""
