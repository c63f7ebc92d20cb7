"""Routes about the instance, the asking user, tokens, projects and their members."""

from __future__ import annotations

from webhook.sandbox import gitlab_limits, gitlab_shapes
from webhook.sandbox import gitlab_rights as rights
from webhook.sandbox.exchange import Call, Reply
from webhook.sandbox.gitlab_answers import Params, not_found, number, page, unauthorized
from webhook.sandbox.gitlab_gate import PREFIX, Gate
from webhook.sandbox.gitlab_world import REVISION, VERSION, World
from webhook.sandbox.routes import Router


class ProjectRoutes:
    """`/version`, `/user`, `/projects/:id` and what belongs to them."""

    def __init__(self, world: World, gate: Gate, router: Router) -> None:
        self.world, self.gate = world, gate
        router.add_all(
            (method, PREFIX + template, handler)
            for method, template, handler in (
                ("GET", "version", self.version),
                ("GET", "metadata", self.metadata),
                ("GET", "user", self.current_user),
                ("GET", "users", self.users),
                ("GET", "users/{user}", self.one_user),
                ("GET", "personal_access_tokens/self", self.own_token),
                ("GET", "projects", self.projects),
                ("GET", "projects/{id}", self.project),
                ("GET", "projects/{id}/members", self.members),
                ("GET", "projects/{id}/members/all", self.members),
                ("GET", "projects/{id}/members/{user}", self.member),
                ("GET", "projects/{id}/members/all/{user}", self.member),
            )
        )

    def version(self, call: Call) -> Reply:
        """Which GitLab this is."""
        self.gate.someone(call)
        return Reply(200, {"version": VERSION, "revision": REVISION})

    def metadata(self, call: Call) -> Reply:
        """The same and more, since 15.2."""
        self.gate.someone(call)
        kas = {"enabled": False, "externalUrl": None, "externalK8sProxyUrl": None, "version": None}
        return Reply(200, {"version": VERSION, "revision": REVISION, "kas": kas, "enterprise": True})

    def current_user(self, call: Call) -> Reply:
        """The user whose token it is."""
        return Reply(200, gitlab_shapes.current_user(self.gate.someone(call), call.base_url))

    def users(self, call: Call) -> Reply:
        """Users, by username if asked."""
        self.gate.someone(call)
        params = Params(call)
        wanted = params.text("username")
        rows = [user for user in self.world.users.values() if wanted in (None, user.username)]
        return page(call, params, rows, lambda user: gitlab_shapes.user_basic(user, call.base_url))

    def one_user(self, call: Call) -> Reply:
        """One user by id."""
        self.gate.someone(call)
        user = self.world.users.get(number(call, "user"))
        if user is None:
            raise not_found("User")
        return Reply(200, gitlab_shapes.user_basic(user, call.base_url))

    def own_token(self, call: Call) -> Reply:
        """Scopes and end of the token that asks."""
        token = self.gate.token(call)
        if token is None:
            raise unauthorized()
        return Reply(200, gitlab_shapes.token(token, call.at))

    def projects(self, call: Call) -> Reply:
        """The projects one sees, or is a member of."""
        user, params = self.gate.user(call), Params(call)
        only_mine = bool(params.flag("membership"))
        rows = [p for p in self.world.projects.values() if rights.sees_project(user, p)]
        rows = [p for p in rows if not only_mine or rights.level(user, p)]
        return page(call, params, rows, lambda p: gitlab_shapes.project(p, user, call.base_url))

    def project(self, call: Call) -> Reply:
        """One project. Its limit is its own: 400 a minute."""
        user = self.gate.user(call)
        key = str(user.id) if user else "anonymous"
        gitlab_limits.count(self.world.core.limits, gitlab_limits.PROJECT, key, call)
        return Reply(200, gitlab_shapes.project(self.gate.project(call), user, call.base_url))

    def members(self, call: Call) -> Reply:
        """The members; all of them are direct ones here."""
        self.gate.someone(call)
        project = self.gate.project(call)
        users = [self.world.users[one] for one in project.members]
        show = gitlab_shapes.member
        return page(call, Params(call), users, lambda user: show(user, project, call.base_url))

    def member(self, call: Call) -> Reply:
        """One member's role; 404 for everybody else."""
        self.gate.someone(call)
        project = self.gate.project(call)
        user = self.world.users.get(number(call, "user"))
        if user is None or user.id not in project.members:
            raise not_found()
        return Reply(200, gitlab_shapes.member(user, project, call.base_url))
