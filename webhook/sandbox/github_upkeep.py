"""What can be done to repositories and Apps, and what follows: former names, webhooks, the stop-switch events."""

from __future__ import annotations

import hashlib
from typing import Any

from webhook.sandbox.clock import iso
from webhook.sandbox.github_news import News
from webhook.sandbox.github_nouns import Account, App, Hook, Installation, Label, Repository, Role, Standing
from webhook.sandbox.github_world import World

FIRST_LABELS = (
    ("bug", "d73a4a", "Something isn't working"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("question", "d876e3", "Further information is requested"),
)
"""Some of the labels GitHub gives a new repository."""


def blob_sha(content: bytes) -> str:
    """Git's name of a file's content.

    >>> blob_sha(b"")
    'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
    """
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


class Upkeep:
    """Creates and changes repositories, hooks, Apps and installations."""

    def __init__(self, world: World, news: News) -> None:
        self._world = world
        self._news = news

    @property
    def _now(self) -> float:
        return self._world.core.clock.now()

    def create(self, owner: Account, name: str, visibility: str) -> Repository:
        """A new repository with GitHub's first labels."""
        now = self._now
        repository = Repository(self._world.core.next_id(), name, owner, visibility, now, now, now)
        self._world.add(repository)
        for label, colour, text in FIRST_LABELS:
            made = Label(self._world.core.next_id(), label, colour, text, default=True)
            repository.labels[label] = made
        return repository

    def set_visibility(self, repository: Repository, by: Account, visibility: str) -> None:
        """Make it public (`public` and `repository.publicized` are told), or private again."""
        if visibility == repository.visibility:
            return
        repository.visibility = visibility
        self._touch(repository)
        if visibility == "public":
            self._news.tell("public", None, repository, by)
        action = "publicized" if visibility == "public" else "privatized"
        self._news.tell("repository", action, repository, by)

    def rename(self, repository: Repository, by: Account, name: str) -> None:
        """Give it another name; the old one leads to it (301 for reads, 307 for writes)."""
        before = repository.name
        self._world.rename(repository, name=name)
        self._touch(repository)
        changes = {"repository": {"name": {"from": before}}}
        self._news.tell("repository", "renamed", repository, by, changes=changes)

    def hand_over(self, repository: Repository, by: Account, owner: Account) -> None:
        """Transfer it to another owner. Installations of the former owner lose it."""
        before = repository.owner
        key = "organization" if before.kind == "Organization" else "user"
        self._world.rename(repository, owner=owner)
        self._touch(repository)
        changes = {"owner": {"from": {key: self._news.show.account(before)}}}
        self._news.tell("repository", "transferred", repository, by, changes=changes)
        for installation in self._world.installations.values():
            if installation.account.id != owner.id:
                installation.repositories.discard(repository.id)

    def archive(self, repository: Repository, by: Account, *, archived: bool) -> None:
        """Make it read-only, or writable again."""
        repository.archived = archived
        self._touch(repository)
        self._news.tell("repository", "archived" if archived else "unarchived", repository, by)

    def delete(self, repository: Repository, by: Account) -> None:
        """Delete it with everything in it."""
        self._news.tell("repository", "deleted", repository, by)
        self._world.remove(repository)
        for installation in self._world.installations.values():
            installation.repositories.discard(repository.id)

    def set_role(self, repository: Repository, person: Account, role: Role, custom: str = "") -> None:
        """Give a person a role there; `Role.NONE` takes it away."""
        if role is Role.NONE:
            repository.people.pop(person.id, None)
        else:
            repository.people[person.id] = Standing(role, custom)

    def put_file(self, repository: Repository, by: Account, path: str, content: bytes) -> str:
        """Push a file to the default branch; returns its blob sha."""
        known = path in repository.files
        before, repository.files[path] = repository.files.get(path, b""), content
        repository.pushed_at = self._now
        commit = hashlib.sha1(before + content, usedforsecurity=False).hexdigest()
        self._news.tell("push", None, repository, by, **self._push(repository, by, path, commit, known=known))
        return blob_sha(content)

    def _push(self, repository: Repository, by: Account, path: str, commit: str, *, known: bool) -> dict[str, Any]:
        author = {"name": by.login, "email": f"{by.login}@users.noreply.github.com"}
        page = f"{self._news.show.base}/{repository.full_name}"
        made = {
            "id": commit,
            "tree_id": commit,
            "distinct": True,
            "message": f"Change {path}",
            "timestamp": iso(repository.pushed_at),
            "url": f"{page}/commit/{commit}",
            "author": author,
            "committer": author,
            "added": [] if known else [path],
            "removed": [],
            "modified": [path] if known else [],
        }
        return {
            "ref": f"refs/heads/{repository.default_branch}",
            "before": "0" * 40,
            "after": commit,
            "base_ref": None,
            "created": False,
            "deleted": False,
            "forced": False,
            "compare": f"{page}/compare/{commit}",
            "commits": [made],
            "head_commit": made,
            "pusher": author,
        }

    def add_hook(
        self, repository: Repository, url: str, secret: str, events: set[str], content_type: str = "json"
    ) -> Hook:
        """A repository's webhook; it is pinged at once."""
        now = self._now
        target = ("repository", repository.id)
        id_ = self._world.core.next_id()
        hook = Hook(id_, url, secret, events, content_type=content_type, created_at=now, updated_at=now, target=target)
        repository.hooks[hook.id] = hook
        self._news.ping(hook, repository)
        return hook

    def ping(self, hook: Hook, repository: Repository) -> None:
        """Ping a hook."""
        self._news.ping(hook, repository)

    def create_app(self, slug: str, owner: Account, public_key: Any, permissions: dict[str, str], hook: Hook) -> App:
        """An App with its bot user, `slug[bot]`. The bot's account id is not the App's."""
        next_id = self._world.core.next_id
        bot = self._world.account(f"{slug}[bot]", "Bot")
        app = App(next_id(), slug, owner, bot, public_key, permissions, hook, f"Iv23li{next_id():014d}", self._now)
        hook.target = ("integration", app.id)
        self._world.apps[app.id] = app
        return app

    def install(self, app: App, account: Account, repositories: set[int]) -> Installation:
        """Install an App on an account's repositories with the permissions it asks for; the App is told."""
        id_ = self._world.core.next_id()
        installation = Installation(id_, app, account, repositories, dict(app.permissions), self._now)
        self._world.installations[id_] = installation
        shown = [
            {
                "id": one.id,
                "node_id": "",
                "name": one.name,
                "full_name": one.full_name,
                "private": one.private,
            }
            for one in (self._world.repositories[number] for number in sorted(repositories))
        ]
        self._news.tell_app(app, "installation", "created", installation, repositories=shown, requester=None)
        return installation

    def suspend(self, installation: Installation, *, suspended: bool) -> None:
        """Suspend an installation (its tokens answer 403) or let it go on; the App is told."""
        installation.suspended_at = self._now if suspended else None
        self._news.tell_app(installation.app, "installation", "suspend" if suspended else "unsuspend", installation)

    def _touch(self, repository: Repository) -> None:
        repository.updated_at = self._now
