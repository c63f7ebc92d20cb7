"""Who is asking, and may they: App JWTs, installation tokens, personal tokens, roles.

An installation token reaches the repositories and permissions it was made for, and what the public can read.
What somebody may not see is 404; what an App has no permission for is 403 "Resource not accessible by integration".
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import jwt

from webhook.sandbox import github_errors as errors
from webhook.sandbox.exchange import Call, RefusalError
from webhook.sandbox.github_nouns import Account, App, Installation, Repository, Role, Token
from webhook.sandbox.github_world import World

LONGEST_JWT = 600
"""Seconds an App's JWT may be valid. GitHub: "no more than 10 minutes into the future"."""
JWT_SKEW = 60
"""Seconds its `iat` may lie in the future: more is 401 (policy-bot#106)."""
INSTALLATION_TOKEN_LIFE = 3600.0
LEVELS = {"": 0, "read": 1, "write": 2, "admin": 3}


@dataclass(frozen=True, slots=True)
class Need:
    """What a route asks for: a permission and level of tokens that have such, a role of people."""

    permission: str
    level: str = "read"
    role: Role = Role.READ
    also: str = ""
    """A second permission that will do as well (`single_file` for `contents`)."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The one who asks. With neither token nor App: anybody."""

    token: Token | None = None
    app: App | None = None
    """Set when an App speaks for itself, with a JWT."""

    @property
    def account(self) -> Account | None:
        """The account acts appear under: the person, or the App's bot user."""
        return self.token.account if self.token else None

    @property
    def through(self) -> App | None:
        """The App behind what an installation token does (`performed_via_github_app`)."""
        return self.token.installation.app if self.token and self.token.installation else None

    @property
    def name(self) -> str:
        """For the journal."""
        if self.app:
            return f"app/{self.app.slug}"
        return self.token.account.login if self.token else "anonymous"


class Access:
    """Reads credentials and answers for them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def viewer(self, call: Call) -> Viewer:
        """Who sent this. Raises 401 for credentials that are wrong, expired or not yet known."""
        scheme, _, value = call.headers.get("authorization", "").partition(" ")
        value = value.strip()
        if not scheme:
            return Viewer()
        if value.count(".") == 2 and not value.startswith("ghs_"):  # noqa: PLR2004  # header.payload.signature
            return Viewer(app=self._app(value, call.at))
        token = self._world.tokens.get(value)
        if token is None or (token.expires_at is not None and token.expires_at <= call.at):
            raise errors.refuse(401, "Bad credentials")
        if token.installation and token.installation.suspended_at:
            raise errors.refuse(403, "This installation has been suspended")
        return Viewer(token)

    def _app(self, token: str, now: float) -> App:
        app = self._issuer(token)
        try:
            # times are compared with the sandbox's clock below
            options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require": ["exp", "iat"]}
            claims = jwt.decode(token, app.public_key, algorithms=["RS256"], options=options)
        except jwt.MissingRequiredClaimError as missing:
            raise errors.refuse(401, f"Missing '{missing.claim}' claim in assertion") from None
        except jwt.InvalidTokenError:
            raise _undecodable() from None
        if claims["exp"] <= now:
            text = "must be a numeric value representing the future time at which the assertion expires"
            raise errors.refuse(401, f"'Expiration time' claim ('exp') {text}")
        if claims["exp"] > now + LONGEST_JWT + JWT_SKEW:
            raise errors.refuse(401, "'Expiration time' claim ('exp') is too far in the future")
        if claims["iat"] > now + JWT_SKEW:
            text = "must be an Integer representing the time that the assertion was issued"
            raise errors.refuse(401, f"'Issued at' claim ('iat') {text}")
        return app

    def _issuer(self, token: str) -> App:
        try:
            issuer = jwt.decode(token, options={"verify_signature": False, "verify_exp": False}).get("iss")
        except jwt.InvalidTokenError:
            raise _undecodable() from None
        for app in self._world.apps.values():
            if str(issuer) in {str(app.id), app.client_id}:
                return app
        raise errors.refuse(404, "Integration not found")

    def sees(self, viewer: Viewer, repository: Repository) -> bool:
        """Whether the repository is there at all for the one who asks."""
        if repository.visibility == "public":
            return True
        token = viewer.token
        if token is None or (token.repositories is not None and repository.id not in token.repositories):
            return False
        if token.installation:
            return repository.id in token.installation.repositories
        return self._world.role(repository, token.account) >= Role.READ

    def check(self, viewer: Viewer, repository: Repository, need: Need) -> None:
        """Let it pass, or raise 404, 403 or 401."""
        if not self.sees(viewer, repository):
            raise errors.not_found()
        token = viewer.token
        if token is None:
            if need.level != "read":
                raise errors.refuse(401, "Requires authentication")
            return
        if token.permissions is not None and not self._granted(token, repository, need):
            raise errors.forbidden_to_app() if token.installation else errors.forbidden_to_token()
        if not token.installation and self._world.role(repository, token.account) < need.role:
            raise errors.forbidden_to_person()

    def _granted(self, token: Token, repository: Repository, need: Need) -> bool:
        reached = token.repositories is None or repository.id in token.repositories
        if token.installation:
            reached = reached and repository.id in token.installation.repositories
        if not reached:
            return need.level == "read"  # a public repository, seen as anybody sees it
        granted = token.permissions or {}
        best = max(LEVELS[granted.get(name, "")] for name in (need.permission, need.also or need.permission))
        return best >= LEVELS[need.level] or (need.permission == "metadata" and need.level == "read")

    def may(self, viewer: Viewer, repository: Repository, need: Need) -> bool:
        """The same as a question."""
        try:
            self.check(viewer, repository, need)
        except RefusalError:
            return False
        return True

    def key(self, viewer: Viewer) -> str:
        """Whose limits a request counts towards: an installation's, a person's, an App's own, everybody's."""
        token = viewer.token
        if token and token.installation:
            return f"installation ID {token.installation.id}"
        if token:
            return f"user ID {token.account.id}"
        return f"app ID {viewer.app.id}" if viewer.app else "anonymous"

    def the_app(self, viewer: Viewer) -> App:
        """The App that asks; 401 for anybody without its JWT."""
        if viewer.app is None:
            raise _undecodable()
        return viewer.app

    def person(self, viewer: Viewer) -> Account:
        """The account that acts; 401 for nobody."""
        if viewer.account is None:
            raise errors.refuse(401, "Requires authentication")
        return viewer.account

    def installation_token(
        self, installation: Installation, repositories: frozenset[int], permissions: dict[str, str], now: float
    ) -> Token:
        """Issue a token. New format `ghs_APPID_JWT`, staged by GitHub since April 2026: long, with dots."""
        parts = ".".join(secrets.token_urlsafe(size) for size in (27, 90, 64))
        return self._issue(
            Token(
                f"ghs_{installation.app.id}_{parts}",
                installation.app.bot,
                now,
                installation,
                repositories,
                permissions,
                now + INSTALLATION_TOKEN_LIFE,
            )
        )

    def personal_token(
        self, account: Account, now: float, repositories: frozenset[int] | None, permissions: dict[str, str] | None
    ) -> Token:
        """Issue a classic token, or a fine-grained one when permissions are named."""
        prefix = "ghp_" if permissions is None else "github_pat_"
        value = prefix + secrets.token_hex(18)
        return self._issue(Token(value, account, now, None, repositories, permissions))

    def _issue(self, token: Token) -> Token:
        self._world.tokens[token.value] = token
        return token


def _undecodable() -> RefusalError:
    return errors.refuse(401, "A JSON web token could not be decoded")
