"""Who we are towards GitHub as an App: the key, the installation, its tokens. Shared by all threads.

The key is parsed once (parsing costs 30 ms and more, signing a hundredth of it). Installation tokens are minted here
and not by PyGithub, which cannot limit them to a repository: a token for one tracker's repository cannot write into
any other. One thread mints, the others wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from github import Auth

from webhook.forges import fields
from webhook.forges import github_nouns as nouns
from webhook.forges.access import GitHubAppAccess
from webhook.forges.failures import Call
from webhook.forges.github_auth import Credentials
from webhook.forges.limits import moment_of_answer
from webhook.forges.port import CredentialsError, ForgeError, LimitedError, UnavailableError
from webhook.forges.upkeep import Delivery
from webhook.forges.wire import Reply

RENEW_BEFORE: Final = 120.0
"""Seconds before its end from which a token is not used any more."""
FRESH: Final = 10.0
"""Seconds during which GitHub may not yet know a new token everywhere (octokit/auth-app.js#65)."""


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    born: float
    ends: float


@dataclass(frozen=True, slots=True)
class _Installation:
    id: int
    app_slug: str


class _InstallationAuth(Auth.Auth):
    """Gives PyGithub, for every request, the token the tracker's adapters share."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    @property
    def token_type(self) -> str:
        return "token"

    @property
    def token(self) -> str:
        return self._token()


class AppCredentials(Credentials):
    """A GitHub App, by an installation token for one repository."""

    def __init__(self, access: GitHubAppAccess) -> None:
        super().__init__(access)
        self._jwt = Auth.AppAuth(access.app_id, sign_func=_signer(access.private_key))
        self._auth = _InstallationAuth(self.token)
        self._permissions = {"issues": "write", "metadata": "read"}
        if access.contents:
            self._permissions["contents"] = "read"
        self._token: _Token | None = None
        self._installation: _Installation | None = None

    def auth(self) -> Auth.Auth:
        """The shared installation token, renewed when it is due."""
        return self._auth

    def token(self) -> str:
        """A token that is good for two minutes at least; minted if there is none."""
        with self._lock:
            now = self._access.clock()
            token = self._token
            if token is None or not token.born - 1 <= now < token.ends - RENEW_BEFORE:
                scope = {"repository_ids": [self.home().id], "permissions": self._permissions}
                self._token = token = self._mint(scope)
            return token.value

    def ready(self) -> None:
        """Mint now if the token is due."""
        self.token()

    def fresh(self) -> bool:
        """Whether the token is so new that GitHub may not know it everywhere."""
        with self._lock:
            return self._token is not None and self._access.clock() - self._token.born < FRESH

    def discard(self) -> None:
        """Mint another one next time."""
        with self._lock:
            self._token = None

    def deliveries(self) -> Iterator[Delivery]:
        """The App's log, for which only its JWT is good. It holds what GitHub attempted, of all installations."""
        with self._talking(self._jwt, self._judge_app) as exchange:
            yield from exchange.pages("deliveries", "/app/hook/deliveries", {}, nouns.delivery)

    def redeliver(self, delivery_id: int) -> None:
        """POST an attempt: GitHub sends the same event once more, under the same GUID."""
        call = Call("POST", "delivery attempt")
        with self._talking(self._jwt) as exchange:
            exchange.write(call, f"/app/hook/deliveries/{delivery_id}/attempts", None, _nothing_to_guard)

    def _lookup(self) -> Auth.Auth:
        """A token that reads names of repositories and nothing else, used once."""
        return Auth.Token(self._mint({"permissions": {"metadata": "read"}}).value)

    def _own_login(self) -> str:
        """The App's slug and `[bot]`: no person's login may hold brackets."""
        return f"{self._install().app_slug}[bot]"

    def _ask_own_id(self) -> int:
        login = quote(self._own_login(), safe="")
        with self._talking(self._auth) as exchange:
            return exchange.read("own account", f"/users/{login}", nouns.account_id)

    def _install(self) -> _Installation:
        with self._lock:
            if self._installation is None:
                with self._talking(self._jwt, self._judge_app) as exchange:
                    path = f"/repos/{self._access.project}/installation"
                    self._installation = exchange.read("installation", path, _installation_of)
            return self._installation

    def _mint(self, scope: Mapping[str, Any]) -> _Token:
        path = f"/app/installations/{self._install().id}/access_tokens"
        call = Call("POST", "installation token", harmless=True)
        try:
            with self._talking(self._jwt, self._judge_app) as exchange:
                reply = exchange.write(call, path, scope, _nothing_to_guard)
                return exchange.built(call, reply, lambda data: self._token_of(data, reply, scope))
        except CredentialsError:
            # Installed anew, perhaps: its number is then another one.
            self._installation = None
            raise

    def _token_of(self, data: Any, reply: Reply, scope: Mapping[str, Any]) -> _Token:
        """The token of an answer, its life counted from the forge's own clock."""
        wanted, given = scope.get("repository_ids"), data.get("repositories") if isinstance(data, dict) else None
        if wanted and isinstance(given, list) and [nouns.account_id(each) for each in given] != wanted:
            raise fields.ShapeError("a token for other repositories")
        now = self._access.clock()
        life = fields.moment(data, "expires_at").timestamp() - moment_of_answer(reply.headers, now)
        return _Token(fields.take(data, "token", str), now, now + life)

    def _judge_app(self, call: Call, reply: Reply) -> ForgeError:
        """Whatever GitHub has against the App itself is a matter of its credentials."""
        failure = self._judge(call, reply)
        if isinstance(failure, LimitedError | UnavailableError):
            return failure
        return CredentialsError(f"{failure}; is the App installed on this repository, with its permissions?")


def _installation_of(data: Any) -> _Installation:
    return _Installation(fields.take(data, "id", int), fields.take(data, "app_slug", str))


def _nothing_to_guard() -> None:
    """Asking for a token writes nothing on the tracker."""


def _signer(pem: str) -> Callable[[dict[str, Any]], str | bytes]:
    """Signs App JWTs with the key of a PEM, parsed once. A key that cannot be read is a `CredentialsError`."""
    key: Any = None
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise CredentialsError("the App's private key is no unencrypted RSA key in PEM form")
    return lambda payload: jwt.encode(payload, key, algorithm="RS256")
