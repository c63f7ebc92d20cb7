"""The settings as a whole: the sections, the trackers, the database, and the rules that concern several of them."""

from __future__ import annotations

from collections import Counter
from typing import Self

from pydantic import Field, PrivateAttr, SecretStr, ValidationInfo, field_validator, model_validator

from webhook.settings.addresses import database_address, listen_address, loopback, public_address
from webhook.settings.base import Section
from webhook.settings.secrets import Sources, several
from webhook.settings.sections import Budgets, Log, Policy, Retention, Settling, Timeouts, Web, Worker
from webhook.settings.tracker import Tracker

SHORTEST_TOKEN = 16
"""Characters of a bearer token, at least."""


class Settings(Section):
    """All settings. Everything has a default, and no tracker at all is fine: pages and API work without one."""

    database_url: SecretStr = Field(default=SecretStr("sqlite:///xsa-scope.db"), validate_default=True)
    """The database: SQLite (a relative file starts at the working folder) or PostgreSQL. `DATABASE_URL` wins."""
    public_url: str | None = None
    """The service's own address as people and forges reach it."""
    admin_bind: str = "127.0.0.1:9090"
    """Address and port of what only operators may see: readiness, metrics, the console."""
    admin_token_env: str | None = None
    """The variable with a bearer token or tokens for it: then the public face shows readiness and metrics, too."""
    admin_token_file: str | None = None
    """A file with that token or those tokens, instead of a variable."""
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

    _admin_tokens: tuple[bytes, ...] = PrivateAttr(default=())

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
    def _guarded(self, info: ValidationInfo) -> Self:
        """Readiness and metrics tell that reports arrive: beyond this machine they are shown for a token only."""
        sources = info.context if isinstance(info.context, Sources) else Sources()
        self._admin_tokens = several(sources.read("admin_token", self.admin_token_env, self.admin_token_file) or b"")
        if any(len(token) < SHORTEST_TOKEN for token in self._admin_tokens):
            raise ValueError(f"admin_token: a token of at least {SHORTEST_TOKEN} characters is needed")
        host = self.admin_bind.rpartition(":")[0].strip("[]")
        if not self._admin_tokens and not loopback(host):
            raise ValueError("admin_bind: beyond loopback addresses admin_token_env or admin_token_file is needed")
        return self

    @property
    def admin_tokens(self) -> tuple[bytes, ...]:
        """Bearer tokens for what only operators may see; none where loopback is guard enough."""
        return self._admin_tokens

    @model_validator(mode="after")
    def _no_project_twice(self) -> Self:
        names = Counter((t.forge, t.project.casefold()) for t in self.trackers)
        for (forge, project), times in names.items():
            if times > 1:
                raise ValueError(f"tracker: {forge} project {project} is configured {times} times")
        return self
