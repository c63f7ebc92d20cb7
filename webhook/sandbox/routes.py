"""Which handler answers which method and path.

Works on the path as it was sent, segment by segment, and decodes each afterwards: `group%2Fproject` and a label
with `%2F` stay one segment. A last `{name*}` takes the rest, slashes included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import unquote

from webhook.sandbox.exchange import Call, Reply

Handler: TypeAlias = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """One template. Fixed segments are compared, `{name}` takes one segment, `{name*}` the rest."""

    segments: tuple[str, ...]
    handler: Handler

    def match(self, given: tuple[str, ...]) -> dict[str, str] | None:
        """The named parts of the path, or None."""
        found: dict[str, str] = {}
        for position, want in enumerate(self.segments):
            if want.endswith("*}"):
                found[want[1:-2]] = unquote("/".join(given[position:]))
                return found
            if position >= len(given):
                return None
            if want.startswith("{"):
                found[want[1:-1]] = unquote(given[position])
            elif want != given[position]:
                return None
        return found if len(given) == len(self.segments) else None


class Router:
    """Routes of one forge; those added first win."""

    def __init__(self) -> None:
        self._routes: dict[tuple[str, str], list[Route]] = {}

    def add(self, method: str, template: str, handler: Handler) -> None:
        """Answer `method` on paths like `/repos/{owner}/{name}/issues`; the first segment must be fixed."""
        segments = tuple(template.strip("/").split("/"))
        self._routes.setdefault((method, segments[0]), []).append(Route(segments, handler))

    def add_all(self, table: Iterable[tuple[str, str, Handler]]) -> None:
        """Add a table of `(method, template, handler)`."""
        for method, template, handler in table:
            self.add(method, template, handler)

    def find(self, call: Call) -> Handler | None:
        """The handler for a call, its `args` filled in; None if there is none."""
        given = tuple(call.path.strip("/").split("/"))
        for route in self._routes.get((call.method, given[0]), ()):
            args = route.match(given)
            if args is not None:
                call.args = args
                return route.handler
        return None
