"""One adapter's conversation with its forge: reads, pages, guarded writes, and answers sorted from refusals.

How a request reaches the forge (which client library) and what is peculiar to one forge's refusals come in as two
functions. Next pages are asked for by the *query* of the forge's link on the path we chose ourselves: where the link
points does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

from requests.utils import parse_header_links

from webhook.forges.failures import Call, unreadable
from webhook.forges.fields import ShapeError, rows
from webhook.forges.port import ForgeError, Guard, UnavailableError
from webhook.forges.wire import Reply

T = TypeVar("T")
Query = Mapping[str, Any]

PER_PAGE: Final = 100
MOST_PAGES: Final = 1000
"""A forge that goes on for longer is not telling the truth."""

_OK: Final = range(200, 300)


class Transmit(Protocol):
    """Sends one request through a client library and gives back the answer, whatever its status."""

    def __call__(self, call: Call, path: str, query: Query | None, body: object | None) -> Reply:
        """`body` becomes JSON; raises refusals of the port where no answer came."""
        ...


class Exchange:
    """Reads and writes of one adapter."""

    def __init__(
        self,
        transmit: Transmit,
        judge: Callable[[Call, Reply], ForgeError],
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        self._transmit = transmit
        self._judge = judge
        self._prepare = prepare
        """Run before a write's guard: whatever must be fetched first, so that guard and write stay close."""

    def read(self, what: str, path: str, build: Callable[[Any], T], query: Query | None = None) -> T:
        """One GET, its answer read by `build`."""
        call = Call("GET", what)
        return self.built(call, self._checked(call, self._transmit(call, path, query, None)), build)

    def page(self, what: str, path: str, query: Query, build: Callable[[Any], T]) -> tuple[list[T], Query | None]:
        """One page of a list, each row read by `build`, and the query of the next page if there is one."""
        call = Call("GET", what)
        reply = self._checked(call, self._transmit(call, path, {"per_page": PER_PAGE, **query}, None))
        return self.built(call, reply, lambda data: [build(row) for row in rows(data)]), next_query(reply)

    def pages(self, what: str, path: str, query: Query, build: Callable[[Any], T]) -> Iterator[T]:
        """All rows of a list, page after page."""
        for _ in range(MOST_PAGES):
            found, following = self.page(what, path, query, build)
            yield from found
            if following is None:
                return
            query = following
        raise UnavailableError(f"GET {what}: no end of pages")

    def write(self, call: Call, path: str, body: object | None, guard: Guard, *, fine: Sequence[int] = ()) -> Reply:
        """One guarded write. Statuses in `fine` are given back for the caller to judge, like success.

        A page where JSON or nothing was promised is no success: whoever answered so is not the forge.
        """
        self._prepare()
        guard()
        reply = self._checked(call, self._transmit(call, path, None, body), fine=fine)
        if reply.status in _OK and reply.text and reply.json() is None:
            raise unreadable(call, "no JSON")
        return reply

    def built(self, call: Call, reply: Reply, build: Callable[[Any], T]) -> T:
        """What `build` reads from an answer; a refusal if the answer is not what was promised."""
        data = reply.json()
        why = "no JSON" if data is None else ""
        if not why:
            try:
                return build(data)
            except ShapeError as error:
                why = str(error)
        # Out here nothing of the answer is chained to what is raised.
        raise unreadable(call, why)

    def refusal(self, call: Call, reply: Reply) -> ForgeError:
        """The refusal an answer stands for."""
        return self._judge(call, reply)

    def _checked(self, call: Call, reply: Reply, fine: Sequence[int] = ()) -> Reply:
        if reply.status in _OK or reply.status in fine:
            return reply
        raise self._judge(call, reply)


def next_query(reply: Reply) -> Query | None:
    """The query of the next page, from the answer's `Link` header."""
    for link in parse_header_links(reply.headers.get("link", "")):
        if link.get("rel") == "next" and link.get("url"):
            return {key: values[-1] for key, values in parse_qs(urlsplit(link["url"]).query).items()}
    return None
