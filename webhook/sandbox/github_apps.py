"""Apps, installations, accounts and the rest that hangs on no repository, over REST."""

from __future__ import annotations

from typing import Any

from webhook.sandbox import github_errors as errors
from webhook.sandbox.clock import iso
from webhook.sandbox.exchange import Call, Reply
from webhook.sandbox.github_access import LEVELS, Viewer
from webhook.sandbox.github_faults import other_address
from webhook.sandbox.github_fields import items, mapping
from webhook.sandbox.github_nouns import Account, Installation
from webhook.sandbox.github_quota import Quota
from webhook.sandbox.github_show import Show
from webhook.sandbox.github_visit import Desk, Entrance, json_object, paged
from webhook.sandbox.routes import Router

OUT_OF_REACH = "There is at least one repository that does not exist or is not accessible to the parent installation."
NOT_AN_INSTALLATION = (
    "You must authenticate with an installation access token in order to list repositories for an installation."
)
NOT_GRANTED = "The permissions requested are not granted to this installation."


class AppRoutes:
    """Routes of Apps and accounts."""

    def __init__(self, desk: Desk, quota: Quota, entrance: Entrance) -> None:
        self._desk = desk
        self._quota = quota
        self._entrance = entrance

    def add_routes(self, router: Router) -> None:
        """All of this module."""
        router.add_all(
            [
                ("GET", "/app", self._app),
                ("GET", "/app/installations", self._installations),
                ("GET", "/app/installations/{installation}", self._one),
                ("POST", "/app/installations/{installation}/access_tokens", self._token),
                ("GET", "/repos/{owner}/{repo}/installation", self._of_repository),
                ("GET", "/repositories/{repository}/installation", self._of_repository),
                ("GET", "/orgs/{login}/installation", self._of_account),
                ("GET", "/users/{login}/installation", self._of_account),
                ("GET", "/installation/repositories", self._reach),
                ("GET", "/user", self._me),
                ("GET", "/user/{id}", self._by_id),
                ("GET", "/users/{login}", self._account),
                ("GET", "/rate_limit", self._rate_limit),
                ("GET", "/meta", lambda _call: Reply(200, {"verifiable_password_authentication": False})),
            ]
        )

    def _app(self, call: Call) -> Reply:
        app = self._desk.access.the_app(call.notes)
        count = sum(1 for one in self._desk.world.installations.values() if one.app is app)
        return Reply(200, {**(Show(call.base_url).app(app) or {}), "installations_count": count})

    def _mine(self, call: Call) -> list[Installation]:
        app = self._desk.access.the_app(call.notes)
        return [one for one in self._desk.world.installations.values() if one.app is app]

    def _installations(self, call: Call) -> Reply:
        return paged(call, self._mine(call), Show(call.base_url).installation)

    def _find(self, call: Call) -> Installation:
        for one in self._mine(call):
            if str(one.id) == call.args["installation"]:
                return one
        raise errors.not_found()

    def _one(self, call: Call) -> Reply:
        return Reply(200, Show(call.base_url).installation(self._find(call)))

    def _of_repository(self, call: Call) -> Reply:
        """Who sees the installation is told of a renamed repository, too: an App itself sees no private one."""
        mine = self._mine(call)
        world, args = self._desk.world, call.args
        name = f"{args['owner']}/{args['repo']}" if "repo" in args else ""
        former = world.formerly(name) if world.by_name(name) is None else None
        if former and any(former.id in one.repositories for one in mine):
            raise errors.moved(301, call.base_url + other_address(world, call.target))
        repository = self._entrance.find(call)
        for one in mine:
            if repository.id in one.repositories:
                return Reply(200, Show(call.base_url).installation(one))
        raise errors.not_found()

    def _of_account(self, call: Call) -> Reply:
        login = call.args["login"].lower()
        for one in self._mine(call):
            if one.account.login.lower() == login:
                return Reply(200, Show(call.base_url).installation(one))
        raise errors.not_found()

    def _token(self, call: Call) -> Reply:
        """A token of one hour, for the repositories and permissions asked for, or all that are granted."""
        installation = self._find(call)
        if installation.suspended_at is not None:
            raise errors.refuse(403, "This installation has been suspended")
        body = json_object(call)
        repositories = self._repositories(installation, body)
        permissions = self._permissions(installation, mapping(body, "permissions"))
        token = self._desk.access.installation_token(installation, repositories, permissions, call.at)
        answer: dict[str, Any] = {
            "token": token.value,
            "expires_at": iso(token.expires_at or 0),
            "permissions": permissions,
            "repository_selection": "selected",
        }
        if "repository_ids" in body or "repositories" in body:
            show = Show(call.base_url)
            world = self._desk.world
            answer["repositories"] = [show.repository(world.repositories[one]) for one in sorted(repositories)]
        return Reply(201, answer)

    def _repositories(self, installation: Installation, body: dict[str, Any]) -> frozenset[int]:
        world = self._desk.world
        names = {world.repositories[one].name: one for one in installation.repositories}
        asked = set(items(body, "repository_ids", int))
        asked |= {names.get(name, 0) for name in items(body, "repositories", str)}
        if not asked <= installation.repositories:
            raise errors.refuse(422, OUT_OF_REACH)
        return frozenset(asked or installation.repositories)

    def _permissions(self, installation: Installation, asked: dict[str, str]) -> dict[str, str]:
        granted = installation.permissions
        for name, level in asked.items():
            if LEVELS.get(level, 9) > LEVELS[granted.get(name, "")]:
                raise errors.refuse(422, NOT_GRANTED)
        return {**asked, "metadata": "read"} if asked else dict(granted)

    def _reach(self, call: Call) -> Reply:
        viewer: Viewer = call.notes
        if not viewer.through or not viewer.token:
            raise errors.refuse(
                403,
                NOT_AN_INSTALLATION,
            )
        installed = viewer.token.installation.repositories if viewer.token.installation else set()
        ids = sorted(installed & (viewer.token.repositories or frozenset()))
        show, world = Show(call.base_url), self._desk.world
        reply = paged(call, ids, lambda one: show.repository(world.repositories[one]))
        reply.body = {"total_count": len(ids), "repository_selection": "selected", "repositories": reply.body}
        return reply

    def _me(self, call: Call) -> Reply:
        viewer: Viewer = call.notes
        if viewer.through:
            raise errors.forbidden_to_app()
        return Reply(200, self._profile(call, self._desk.access.person(viewer)))

    def _account(self, call: Call) -> Reply:
        account = self._desk.world.accounts.get(call.args["login"].lower())
        if account is None:
            raise errors.not_found()
        return Reply(200, self._profile(call, account))

    def _by_id(self, call: Call) -> Reply:
        for account in self._desk.world.accounts.values():
            if str(account.id) == call.args["id"]:
                return Reply(200, self._profile(call, account))
        raise errors.not_found()

    def _profile(self, call: Call, account: Account) -> dict[str, Any]:
        nothing = dict.fromkeys(("name", "company", "location", "email", "hireable", "bio", "twitter_username"))
        none = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
        times = {"created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z"}
        return {**Show(call.base_url).account(account), **nothing, "blog": "", **none, **times}

    def _rate_limit(self, call: Call) -> Reply:
        standing = self._quota.standing(self._desk.access.key(call.notes))
        resources = dict.fromkeys(("core", "search", "graphql"), standing)
        return Reply(200, {"resources": resources, "rate": standing})
