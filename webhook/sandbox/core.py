"""What the two forge halves share, and how a half plugs in.

**How a forge half plugs in.** Write a class that extends `Forge`, constructed with the `Core` as its only argument
(`webhook.sandbox.gitlab.GitLab(core)`), and set or implement:

- `name` (`"gitlab"`) and `prefix` (`"/api/v4/"`): the half gets every path under its prefix, the longest prefix wins
  (GitHub has `/`);
- `self.router`: fill it in `__init__` with `self.router.add("GET", "/api/v4/projects/{id}/issues", self.list_issues)`.
  A handler takes the `Call` (`call.args["id"]` is already decoded, `call.query`, `call.json`) and returns a `Reply`,
  or raises `RefusalError(Reply(404, {...}))`;
- `admit(call)`: who is asking (set `call.who`), and the rate limits (`self.core.limits.take(...)`); raise a
  `RefusalError` for a bad token. Runs before the handler. `limits.mode` is for the half to respect: refuse only when
  `limits.mode is Mode.ENFORCE`;
- `no_route(call)`, `bad_json(call)`: the forge's own wording of an unknown path and of a body that is no JSON;
- `fault_reply(call, fault)`: the forge's own shape of an injected fault (`faults.FaultKind`). Return None to have the
  request handled as usual with `call.fault` set, for the faults only a handler can act out (`STALE`; `NOT_FOUND` and
  `FRESH_TOKEN` with an age). `HOLD`, `CUT`, `SLOW` never reach the half;
- `finish(call, reply)`: headers each answer carries (limits, request id), those of faults too;
- `reset()`: an empty world.

Methods marked `@control` are the people and administrators of that forge: they are called from Python
(`sandbox.gitlab.file_issue(...)`) and by `POST /_sandbox/<name>/<method>` with a JSON object of keyword arguments.
They take and return plain JSON values. A control that cannot be done raises `ControlError` (answered as 400).

Everything of a half runs under `core.lock` (handlers and controls alike; the lock is reentrant), so state is plain
dictionaries. Never wait for anything while holding it.

**Webhooks.** `core.deliveries.send(postman, hook="gitlab:7", url=…, event="Issue Hook", body=…, action="open")` puts
an event into that hook's line; the half's `Postman` gives headers per attempt, may refuse (disabled hook) and learns
the outcome, in the line's own thread: there, take `core.lock` before touching state.

Time is `core.clock.now()` and `clock.iso(...)`; nothing else reads the clock, so that tests can move it.
"""

from __future__ import annotations

import itertools
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, TypeVar

from webhook.sandbox.clock import Clock
from webhook.sandbox.deliveries import Deliveries
from webhook.sandbox.exchange import BadJsonError, Call, RefusalError, Reply
from webhook.sandbox.faults import Fault, Faults
from webhook.sandbox.journal import Journal
from webhook.sandbox.limits import Limits
from webhook.sandbox.routes import Router

F = TypeVar("F", bound=Callable[..., Any])


class ControlError(Exception):
    """A control could not be carried out; the message says why and goes to whoever drives the sandbox."""


def control(method: F) -> F:
    """Mark a method as part of the control API."""
    method.__dict__["sandbox_control"] = True
    return method


class Core:
    """Clock, post office, fault switches, limits, journal and the lock, one of each per sandbox."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.faults = Faults()
        self.limits = Limits(self.clock)
        self.journal = Journal()
        self.deliveries = Deliveries(self.clock)
        self.base_url = ""
        """`http://127.0.0.1:port`, known once the server listens."""
        self._ids = itertools.count(1001)

    def next_id(self) -> int:
        """A number not used before in this sandbox, for anything that needs an id."""
        return next(self._ids)


class Forge(ABC):
    """One forge of the sandbox. See the module's docstring."""

    name: ClassVar[str]
    prefix: ClassVar[str]

    def __init__(self, core: Core) -> None:
        self.core = core
        self.router = Router()

    def answer(self, call: Call) -> Reply:
        """Handle one request; runs under the core's lock."""
        try:
            self.admit(call)
            handler = self.router.find(call)
            return handler(call) if handler else self.no_route(call)
        except RefusalError as refusal:
            return refusal.reply
        except BadJsonError:
            return self.bad_json(call)

    @abstractmethod
    def admit(self, call: Call) -> None:
        """Authenticate and count. Raises `RefusalError`."""

    @abstractmethod
    def no_route(self, call: Call) -> Reply:
        """What the forge says to an address it does not know."""

    @abstractmethod
    def bad_json(self, call: Call) -> Reply:
        """What the forge says to a body that is not JSON."""

    @abstractmethod
    def fault_reply(self, call: Call, fault: Fault) -> Reply | None:
        """A fault in the forge's own words; None: handle the request with `call.fault` set."""

    @abstractmethod
    def finish(self, call: Call, reply: Reply) -> Reply:
        """Add what each answer carries."""

    @abstractmethod
    def reset(self) -> None:
        """Forget everything."""

    def controls(self) -> Iterator[tuple[str, Callable[..., Any]]]:
        """The methods marked `@control`, by name."""
        for name in dir(type(self)):
            if getattr(getattr(type(self), name), "sandbox_control", False):
                yield name, getattr(self, name)
