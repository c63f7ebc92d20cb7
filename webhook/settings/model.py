"""The settings as a whole: the sections, the trackers, the database, and the rules that concern several of them."""

from __future__ import annotations

from collections import Counter
from typing import Self

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator

from webhook.settings.addresses import database_address, listen_address, public_address
from webhook.settings.base import Section
from webhook.settings.secrets import Sources
from webhook.settings.sections import Budgets, Log, Policy, Retention, Settling, Timeouts, Web, Worker
from webhook.settings.tracker import Tracker


class Settings(Section):
    """All settings. Everything has a default, and no tracker at all is fine: pages and API work without one."""

    database_url: SecretStr = Field(default=SecretStr("sqlite:///xsa-scope.db"), validate_default=True)
    """The database: SQLite (a relative file starts at the working folder) or PostgreSQL. `DATABASE_URL` wins."""
    public_url: str | None = None
    """The service's own address as people and forges reach it."""
    admin_bind: str = "127.0.0.1:9090"
    """Address and port of what only operators may see: readiness, metrics, the console."""
    policy: Policy = Policy()
    """Which policy decides, and how much a change of it may do by itself."""
    settling: Settling = Settling()
    """How long an edited issue rests before it is read."""
    worker: Worker = Worker()
    """The processes that read issues and write to the forges."""
    web: Web = Web()
    """The processes that take webhooks and show pages."""
    timeouts: Timeouts = Timeouts()
    """Patience with a forge's API."""
    budgets: Budgets = Budgets()
    """How much is asked of a forge."""
    retention: Retention = Retention()
    """How long answers are kept."""
    log: Log = Log()
    """What goes to standard error."""
    trackers: tuple[Tracker, ...] = Field(default=(), alias="tracker")
    """The configured projects, one `[[tracker]]` each."""

    _public = field_validator("public_url")(public_address)
    _listens = field_validator("admin_bind")(listen_address)

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: SecretStr, info: ValidationInfo) -> SecretStr:
        address = database_address(url.get_secret_value())
        dyno = isinstance(info.context, Sources) and "DYNO" in info.context.environ
        if dyno and address.startswith("sqlite"):
            raise ValueError("SQLite is refused here: a dyno's disk is neither shared nor kept; use PostgreSQL")
        return SecretStr(address)

    @model_validator(mode="after")
    def _no_project_twice(self) -> Self:
        names = Counter((t.forge, t.project.casefold()) for t in self.trackers)
        for (forge, project), times in names.items():
            if times > 1:
                raise ValueError(f"tracker: {forge} project {project} is configured {times} times")
        return self
