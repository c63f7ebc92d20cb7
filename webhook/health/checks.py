"""Is this process able to do its work? Named checks, each true or false; what failed is told to the log alone.

This is what the public may see the outcome of, and nothing more: the database answers and the policy, where a process
has one, is loaded. What operators see stands in `watch`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from webhook.log import failure, logger

_log = logger(__name__)

Check: TypeAlias = Callable[[], None]
"""Returns if all is well, raises if not."""


class Pulse(Protocol):
    """What health needs of the store: one cheap question that only a working database answers."""

    def next_ready(self) -> datetime | None:
        """When the next row can be claimed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check and how it went."""

    name: str
    well: bool
    hint: str = ""
    """What to do about it; empty where all is well."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What else was found: addresses, digests, times."""


def checks(store: Pulse, policy: Check | None = None) -> Mapping[str, Check]:
    """The checks of a process with a database and, where it decides anything, a policy."""

    def database() -> None:
        store.next_ready()

    found: dict[str, Check] = {"database": database}
    if policy is not None:
        found["policy"] = policy
    return found


def examine(todo: Mapping[str, Check]) -> tuple[Finding, ...]:
    """Run the checks, in order."""
    return tuple(Finding(name, _is_well(name, check)) for name, check in todo.items())


def _is_well(name: str, check: Check) -> bool:
    try:
        check()
    except Exception as error:  # noqa: BLE001  # that is what a check is for
        _log.error("health.failed", kind=name, **failure(error))
        return False
    return True
