"""Who we are towards GitHub: what the adapters of one tracker share, and the personal token. Safe for all threads.

The repository's number and our own account are learned once. The App is in `github_app`.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from github import Auth

from webhook.forges import github_answers
from webhook.forges import github_nouns as nouns
from webhook.forges.access import GitHubAppAccess, GitHubTokenAccess
from webhook.forges.exchange import Exchange, Query
from webhook.forges.failures import Call
from webhook.forges.github_answers import Home
from webhook.forges.github_line import Line
from webhook.forges.port import ForgeError, NotFoundError, RefusedError
from webhook.forges.upkeep import Delivery
from webhook.forges.wire import Reply
from webhook.issue import Person

ASK_AGAIN: Final = 60.0
"""Seconds after which an own account that could not be found is looked for again."""


class Credentials(ABC):
    """What the adapters of one tracker share: authorisation, the repository's number, our own accounts."""

    def __init__(self, access: GitHubAppAccess | GitHubTokenAccess) -> None:
        self._access = access
        self._lock = threading.RLock()
        self._home: Home | None = None
        self._own: frozenset[int] = frozenset()
        self._looked = -ASK_AGAIN

    @abstractmethod
    def auth(self) -> Auth.Auth:
        """What PyGithub puts on each request."""

    @abstractmethod
    def ready(self) -> None:
        """Have a token that is good for a while, before a write's guard is called."""

    @abstractmethod
    def fresh(self) -> bool:
        """Whether the token in use is so new that GitHub may not know it everywhere yet."""

    @abstractmethod
    def discard(self) -> None:
        """Use this token no more: it was refused."""

    def home(self) -> Home:
        """The repository by number, looked up by name once."""
        with self._lock:
            if self._home is None:
                with self._talking(self._lookup()) as exchange:
                    self._home = exchange.read("repository", f"/repos/{self._access.project}", nouns.home)
            return self._home

    def own_ids(self) -> frozenset[int]:
        """Our accounts on GitHub, as far as known: asked for once, or learned from what we wrote."""
        now = self._access.clock()
        if not self._own and now - self._looked >= ASK_AGAIN:
            try:
                self.learn(self._ask_own_id())
            except NotFoundError:
                self._looked = now
        return self._own

    def deliveries(self) -> Iterator[Delivery] | None:
        """The log of what was delivered to us; None for credentials that have none."""
        return None

    def redeliver(self, delivery_id: int) -> None:
        """Have one of that log delivered again."""
        raise RefusedError(f"delivery {delivery_id}: these credentials have no delivery log")

    def learn(self, account: int) -> None:
        """An account that turned out to be us."""
        with self._lock:
            self._own |= {account}

    def meet(self, people: Iterable[Person]) -> None:
        """Know ourselves again among people by a login that nobody else can have."""
        if not self._own and (login := self._own_login()):
            for person in people:
                if person.login.casefold() == login.casefold():
                    self.learn(person.id)

    def _own_login(self) -> str:
        """Our login, if it is known without asking and cannot pass to anybody else."""
        return ""

    @abstractmethod
    def _lookup(self) -> Auth.Auth:
        """Authorisation for looking up the repository."""

    @abstractmethod
    def _ask_own_id(self) -> int: ...

    @contextmanager
    def _talking(self, auth: Auth.Auth, judge: Callable[[Call, Reply], ForgeError] | None = None) -> Iterator[Exchange]:
        """A connection of its own, closed at the end: the shared object belongs to no thread."""
        line = Line(
            self._access.api_url,
            auth,
            timeouts=self._access.timeouts,
            run_id=self._access.run_id,
            sent=self._access.sent,
        )

        def transmit(call: Call, path: str, query: Query | None, body: object | None) -> Reply:
            reply = line.transmit(call, path, query, body)
            renamed = None if call.verb != "GET" else github_answers.renamed_to(reply)
            return reply if renamed is None else line.transmit(call, renamed, query, body)

        try:
            yield Exchange(transmit, judge or self._judge)
        finally:
            line.close()

    def _judge(self, call: Call, reply: Reply) -> ForgeError:
        return github_answers.refusal(call, reply, self._access.clock())


class TokenCredentials(Credentials):
    """A personal access token: we are its user."""

    def __init__(self, access: GitHubTokenAccess) -> None:
        super().__init__(access)
        self._token_access = access
        self._auth = Auth.Token(access.token)

    def auth(self) -> Auth.Auth:
        """The token."""
        return self._auth

    def ready(self) -> None:
        """Nothing to fetch."""

    def fresh(self) -> bool:
        """Never."""
        return False

    def discard(self) -> None:
        """There is no other one."""

    def _lookup(self) -> Auth.Auth:
        return self._auth

    def _ask_own_id(self) -> int:
        if self._token_access.whose_is_unknown:
            raise NotFoundError("an App's token does not tell whose it is")
        with self._talking(self._auth) as exchange:
            return exchange.read("own account", "/user", nouns.account_id)
