"""The port every forge adapter implements, and its refusals: what the forge did, in words the worker acts on.

One object speaks for one tracker (one configured project), is used by one thread, makes no retry of its own
and never sleeps. Every write takes a `guard`, called immediately before each request that writes, so that the
last look at visibility and lease is never far from the write it protects; whatever the guard raises goes through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from webhook.forges.upkeep import Delivery, Hook, Project
from webhook.issue import Comment, Issue, LabelDefinition, LabelEvent, Person, Role, Visibility

Guard: TypeAlias = Callable[[], None]
Reaction: TypeAlias = Literal["+1", "confused"]


LimitKind: TypeAlias = Literal["primary", "secondary", "application", "budget"]
"""Which limit spoke: the forge's general quota, its second one, one for a kind of request; or our own budget."""


class ForgeError(Exception):
    """A forge did not do what was asked. Messages carry status, verb and kind of request, never an answer's text."""


class NotFoundError(ForgeError):
    """The forge shows nothing at that address: gone, moved out of sight, or not there yet."""


class GoneError(ForgeError):
    """The issue was deleted."""


class MovedError(ForgeError):
    """The issue now lives elsewhere (transferred). Nothing may be written there."""


class LimitedError(ForgeError):
    """The forge asks for patience, or our own budget does before the forge must."""

    def __init__(self, message: str, *, seconds: float, kind: LimitKind) -> None:
        super().__init__(message)
        self.seconds = seconds
        """How long to wait from now; at least what the forge asked for, a default where it did not say."""
        self.kind = kind


class UnavailableError(ForgeError):
    """A read failed, or a write certainly did not happen (connection refused): try again later."""


class UncertainError(ForgeError):
    """A write may or may not have happened (timeout, 5xx, cut connection): look before writing again."""


class CredentialsError(ForgeError):
    """The forge does not accept our token or key (401)."""

    def __init__(self, message: str, *, fresh: bool = False) -> None:
        super().__init__(message)
        self.fresh = fresh
        """True where the token is seconds old: GitHub may refuse those with 401 or 403; try once more shortly."""


class RefusedError(ForgeError):
    """The forge understood and said no (403 without a limit, 422, an archived label): retrying changes nothing."""

    def __init__(self, message: str, *, labels: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.labels = frozenset(labels)
        """Labels that were accepted and not set, where it is about these alone: everything else asked for was done."""


class NoTrackerError(ForgeError):
    """The issue's tracker is no longer configured: there is no forge to ask."""


class Forge(Protocol):
    """What the service needs of one tracker, and no more. All methods may raise any `ForgeError`."""

    def us(self) -> frozenset[int]:
        """Account ids that are us: the App's bot user or the token's user, and configured former ones."""

    def visibility(self) -> Visibility:
        """Who can read the repository or project, asked afresh."""

    def issue(self, number: int) -> Issue:
        """The issue as it is now. One request. A pull request is a `NotFoundError`."""

    def comments(self, number: int) -> Sequence[Comment]:
        """All comments, oldest first, system notes left out. One request per 100."""

    def label_events(self, number: int) -> Sequence[LabelEvent]:
        """All label events of the issue, oldest first. One request per 100."""

    def role(self, person: Person) -> Role:
        """What the person may do on this tracker. Unknown people have `Role.NONE`."""

    def change_labels(self, number: int, add: Iterable[str], remove: Iterable[str], guard: Guard) -> frozenset[str]:
        """Add, then remove labels by name; returns the issue's labels as the forge answered afterwards."""

    def create_comment(self, number: int, body: str, guard: Guard) -> int:
        """Write a comment, visible to everyone who sees the issue; returns its id."""

    def edit_comment(self, number: int, comment_id: int, body: str, guard: Guard) -> None:
        """Replace a comment of ours. `NotFoundError` if it is gone."""

    def delete_comment(self, number: int, comment_id: int, guard: Guard) -> None:
        """Delete a comment of ours; one already gone is fine."""

    def react(self, number: int, comment_id: int, reaction: Reaction, guard: Guard) -> None:
        """Acknowledge a comment with a reaction; doing so twice is fine."""

    def label_definitions(self) -> Sequence[LabelDefinition]:
        """Labels defined on the tracker (GitLab: inherited ones too). One request per 100."""

    def create_label(self, label: LabelDefinition, guard: Guard) -> None:
        """Define a label; one that exists already, in whatever case, is fine."""

    def change_label(self, name: str, label: LabelDefinition, guard: Guard) -> None:
        """Give a label that is defined another name, colour and description. `NotFoundError` if it is not ours."""

    def make_confidential(self, number: int, guard: Guard) -> None:
        """GitLab: `PUT confidential: true` and nothing else. GitHub: `RefusedError`."""

    def issues_updated_since(self, since: datetime | None, *, open_only: bool = False) -> Iterable[Issue]:
        """Issues changed since then (None: all), oldest change first, pull requests left out. 100 a request."""

    def project(self) -> Project:
        """The repository or project itself, asked afresh. One request."""

    def hooks(self) -> Sequence[Hook]:
        """The project's webhooks. One request per 100.

        GitHub: none to look at, it disables none. GitLab: `RefusedError` or `NotFoundError` to all but Maintainers.
        """

    def deliveries(self) -> Iterable[Delivery] | None:
        """What our App delivered or failed to, newest first, 100 a request; None where there is no such log."""

    def redeliver(self, delivery_id: int) -> None:
        """Have an event of that log delivered once more. Writes nothing on the tracker."""

    def close(self) -> None:
        """Close connections."""
