"""The GitHub half of the sandbox: REST API v3 at the root, Apps and tokens, webhooks with a delivery log.

What is simulated is what GitHub documents and what its users report; where neither tells, the module says so. Not
there: GraphQL, search, pull requests (but as entries among the issues), projects, milestones, teams, advisories.
The world is in `github_nouns` and `github_world`; what can be done in `github_deeds` and `github_upkeep`; who may in
`github_access`; the other modules named after a resource are its routes.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import ClassVar

from webhook.sandbox import (
    github_comments,
    github_errors,
    github_faults,
    github_issues,
    github_labels,
    github_repositories,
)
from webhook.sandbox.core import Core, Forge, control
from webhook.sandbox.exchange import Call, RefusalError, Reply
from webhook.sandbox.faults import Fault, FaultKind
from webhook.sandbox.github_access import Access, Viewer
from webhook.sandbox.github_administration import Administration
from webhook.sandbox.github_apps import AppRoutes
from webhook.sandbox.github_deeds import Deeds
from webhook.sandbox.github_hooks import HookRoutes
from webhook.sandbox.github_news import News
from webhook.sandbox.github_people import People
from webhook.sandbox.github_quota import Quota
from webhook.sandbox.github_upkeep import Upkeep
from webhook.sandbox.github_visit import Desk, Entrance
from webhook.sandbox.github_world import World
from webhook.sandbox.routes import Router


class GitHub(People, Administration, Forge):
    """A small GitHub."""

    name: ClassVar[str] = "github"
    prefix: ClassVar[str] = "/"

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.quota = Quota(core)
        self.reset()

    @control
    def count_strictly(self, *, strict: bool = True) -> None:
        """Count every write as content creation, not only new issues and comments."""
        self.quota.strict = strict

    def reset(self) -> None:
        """An empty world, and the routes on it."""
        self.quota.strict = False
        self.world = World(self.core)
        news = News(self.core, self.world)
        self.access = Access(self.world)
        self.deeds = Deeds(self.world, news)
        self.upkeep = Upkeep(self.world, news)
        desk = Desk(self.core, self.world, self.access, self.deeds, self.upkeep)
        self.router = Router()
        entrance = Entrance(desk, self.router)
        AppRoutes(desk, self.quota, entrance).add_routes(self.router)
        HookRoutes(desk).add_routes(entrance, self.router)
        # comments before issues: `/issues/comments` is no issue's number
        for module in (github_comments, github_issues, github_labels, github_repositories):
            module.add_routes(entrance)

    def admit(self, call: Call) -> None:
        """Read the credentials, charge the request."""
        viewer = self.access.viewer(call)
        call.who, call.notes = viewer.name, viewer
        fault, token = call.fault, viewer.token
        if fault and fault.kind is FaultKind.FRESH_TOKEN and token and call.at - token.created_at < fault.seconds:
            raise github_errors.refuse(401, "Bad credentials")
        refusal = self.quota.refusal(call, self.access.key(viewer))
        if refusal:
            raise RefusalError(refusal)

    def no_route(self, call: Call) -> Reply:
        """GitHub's 404."""
        del call
        return github_errors.not_found().reply

    def bad_json(self, call: Call) -> Reply:
        """GitHub's 400."""
        del call
        return github_errors.error(400, "Problems parsing JSON")

    def fault_reply(self, call: Call, fault: Fault) -> Reply | None:
        """An injected fault in GitHub's words."""
        return github_faults.fault_reply(self.world, call, fault)

    def finish(self, call: Call, reply: Reply) -> Reply:
        """Request id, media type, limits; an `ETag` on what was read, and 304 for who has it already."""
        viewer = call.notes if isinstance(call.notes, Viewer) else Viewer()
        key = self.access.key(viewer)
        if call.method == "GET" and reply.status == 200:  # noqa: PLR2004  # HTTP's figure
            reply = self._conditional(call, reply, key)
        fixed = {
            "X-GitHub-Request-Id": secrets.token_hex(10).upper(),
            "X-GitHub-Media-Type": "github.v3; format=json",
        }
        reply.headers = {**fixed, **self.quota.headers(key), **reply.headers}
        return reply

    def _conditional(self, call: Call, reply: Reply, key: str) -> Reply:
        """ETags belong to the token: what another token got is of no use."""
        reply.body = reply.encoded()
        seed = call.headers.get("authorization", "").encode()
        tag = f'W/"{hashlib.sha256(seed + reply.body).hexdigest()}"'
        if tag in call.headers.get("if-none-match", ""):
            self.quota.not_charged(key)
            reply = Reply(304)
        reply.headers["ETag"] = tag
        return reply
