"""What owners and administrators do on the sandbox's GitHub: repositories, roles, Apps, tokens, hooks, visibility.

Controls, like those of `github_people`. Secrets and tokens that are made here are returned once, to the driver.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from webhook.sandbox.core import ControlError, Core, control
from webhook.sandbox.github_access import Access
from webhook.sandbox.github_nouns import Hook, Role
from webhook.sandbox.github_show import Show
from webhook.sandbox.github_upkeep import Upkeep
from webhook.sandbox.github_world import World

VISIBILITIES = ("private", "internal", "public")
APP_EVENTS = ("issues", "issue_comment", "label", "repository", "public", "push")
APP_PERMISSIONS = {"issues": "write", "metadata": "read", "contents": "read"}


class Administration:
    """The part of `GitHub` that administrators are."""

    core: Core
    world: World
    access: Access
    upkeep: Upkeep

    @control
    def create_repository(
        self,
        full_name: str,
        visibility: str = "private",
        roles: Mapping[str, str] | None = None,
        owner_kind: str = "Organization",
    ) -> int:
        """Create `owner/name` with people's roles (`{"rita": "read", "tom": "triage"}`); returns its id."""
        owner, slash, name = full_name.partition("/")
        if not slash or not name or visibility not in VISIBILITIES:
            raise ControlError("a repository is owner/name, private, internal or public")
        repository = self.upkeep.create(self.world.account(owner, owner_kind), name, visibility)
        for person, role in (roles or {}).items():
            self.set_role(full_name, person, role)
        return repository.id

    @control
    def set_role(self, repository: str, person: str, role: str, custom: str = "") -> None:
        """Give a person a role: none, read, triage, write, maintain, admin; `custom` names a custom role over it."""
        if role.upper() not in Role.__members__:
            raise ControlError(f"no role {role}")
        found = self.world.the_repository(repository)
        self.upkeep.set_role(found, self.world.account(person), Role[role.upper()], custom)

    @control
    def set_visibility(self, repository: str, person: str, visibility: str) -> None:
        """Make a repository private, internal or public."""
        if visibility not in VISIBILITIES:
            raise ControlError(f"no visibility {visibility}")
        self.upkeep.set_visibility(self.world.the_repository(repository), self.world.account(person), visibility)

    @control
    def rename_repository(self, repository: str, person: str, name: str) -> None:
        """Give a repository another name."""
        self.upkeep.rename(self.world.the_repository(repository), self.world.account(person), name)

    @control
    def transfer_repository(self, repository: str, person: str, owner: str) -> None:
        """Transfer a repository to another owner."""
        found = self.world.the_repository(repository)
        self.upkeep.hand_over(found, self.world.account(person), self.world.account(owner, "Organization"))

    @control
    def archive_repository(self, repository: str, person: str, *, archived: bool = True) -> None:
        """Archive or unarchive a repository."""
        self.upkeep.archive(self.world.the_repository(repository), self.world.account(person), archived=archived)

    @control
    def delete_repository(self, repository: str, person: str) -> None:
        """Delete a repository."""
        self.upkeep.delete(self.world.the_repository(repository), self.world.account(person))

    @control
    def put_file(self, repository: str, person: str, path: str, content: str) -> str:
        """Push a file to the default branch; returns its blob sha."""
        found = self.world.the_repository(repository)
        return self.upkeep.put_file(found, self.world.account(person), path, content.encode())

    @control
    def read_repository(self, repository: str) -> dict[str, Any]:
        """A repository with its label definitions, as GitHub's JSON."""
        found = self.world.the_repository(repository)
        show = Show(self.core.base_url)
        labels = [show.label(found, label) for label in found.labels.values()]
        return {"repository": show.repository(found), "labels": labels}

    @control
    def create_token(
        self,
        person: str,
        permissions: Mapping[str, str] | None = None,
        repositories: Sequence[str] | None = None,
    ) -> str:
        """A personal token: classic, or fine-grained with `permissions` and `repositories`."""
        ids = None if repositories is None else self._ids(repositories)
        granted = None if permissions is None else dict(permissions)
        return self.access.personal_token(self.world.account(person), self.core.clock.now(), ids, granted).value

    @control
    def revoke_token(self, token: str) -> None:
        """Make a token unknown."""
        self.world.tokens.pop(token, None)

    @control
    def expire_installation_tokens(self) -> int:
        """End every installation token now; returns how many there were."""
        tokens = [token for token in self.world.tokens.values() if token.installation]
        for token in tokens:
            token.expires_at = self.core.clock.now()
        return len(tokens)

    @control
    def create_app(  # noqa: PLR0913  # the registration form has that many fields
        self,
        slug: str,
        owner: str,
        *,
        hook_url: str = "",
        secret: str = "",
        public_key: str = "",
        events: Iterable[str] = APP_EVENTS,
        permissions: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Register an App. Without a public key (PEM) one is made, and its private half is in the answer."""
        key, pem = _key(public_key)
        hook = Hook(self.core.next_id(), hook_url, secret, set(events))
        granted = {**(APP_PERMISSIONS if permissions is None else permissions), "metadata": "read"}
        app = self.upkeep.create_app(slug, self.world.account(owner, "Organization"), key, granted, hook)
        return {
            "id": app.id,
            "client_id": app.client_id,
            "bot_id": app.bot.id,
            "bot_login": app.bot.login,
            "private_key": pem,
        }

    @control
    def install_app(self, slug: str, repositories: Sequence[str]) -> int:
        """Install an App on repositories of one owner; returns the installation's id."""
        app = self.world.the_app(slug)
        ids = self._ids(repositories)
        owners = {self.world.repositories[number].owner for number in ids}
        if len(owners) != 1:
            raise ControlError("an installation is one owner's")
        return self.upkeep.install(app, owners.pop(), set(ids)).id

    @control
    def change_app(
        self,
        slug: str,
        hook_url: str | None = None,
        secret: str | None = None,
        events: Iterable[str] | None = None,
        *,
        active: bool | None = None,
    ) -> None:
        """Change an App's webhook; what is None stays."""
        hook = self.world.the_app(slug).hook
        hook.url = hook.url if hook_url is None else hook_url
        hook.secret = hook.secret if secret is None else secret
        hook.events = hook.events if events is None else set(events)
        hook.active = hook.active if active is None else active

    @control
    def grant(self, installation: int, permissions: Mapping[str, str]) -> None:
        """Change what an installation is granted. Tokens already made keep what they have."""
        self._installation(installation).permissions = dict(permissions)

    @control
    def suspend_installation(self, installation: int, *, suspended: bool = True) -> None:
        """Suspend an installation, or let it go on."""
        self.upkeep.suspend(self._installation(installation), suspended=suspended)

    @control
    def create_hook(
        self,
        repository: str,
        url: str,
        secret: str,
        events: Iterable[str] = APP_EVENTS,
        content_type: str = "json",
    ) -> int:
        """A webhook of the repository (no installation in its payloads); returns its id."""
        found = self.world.the_repository(repository)
        return self.upkeep.add_hook(found, url, secret, set(events), content_type).id

    def _installation(self, number: int) -> Any:
        if number not in self.world.installations:
            raise ControlError(f"no installation {number}")
        return self.world.installations[number]

    def _ids(self, repositories: Sequence[str]) -> frozenset[int]:
        return frozenset(self.world.the_repository(name).id for name in repositories)


def _key(public_key: str) -> tuple[Any, str]:
    """The App's public key, and the private one as PEM if it was made here."""
    if public_key:
        return serialization.load_pem_public_key(public_key.encode()), ""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return private.public_key(), pem.decode()
