"""The sandbox's GitLab: a small stateful one behind `/api/v4`, which python-gitlab talks to unmodified.

Puts together the records (`gitlab_nouns`, `gitlab_world`), what happens to them (`gitlab_acts`, `gitlab_labels`), the
routes (`gitlab_rest_*`), the hooks (`gitlab_hooks`, `gitlab_payloads`) and the controls (`gitlab_people`,
`gitlab_administration`). Modelled after GitLab 19.6, Enterprise Edition without a licence. Not modelled: groups and
their labels and hooks, scoped-label exclusivity, milestones, boards, rendering, custom payload templates, GraphQL.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from webhook.sandbox import gitlab_faults, gitlab_limits
from webhook.sandbox.core import Core, Forge
from webhook.sandbox.exchange import Call, Reply
from webhook.sandbox.faults import Fault
from webhook.sandbox.gitlab_acts import Acts
from webhook.sandbox.gitlab_administration import Administration
from webhook.sandbox.gitlab_gate import PREFIX, Gate
from webhook.sandbox.gitlab_hooks import Doorman
from webhook.sandbox.gitlab_labels import LabelBook
from webhook.sandbox.gitlab_rest_hooks import HookRoutes
from webhook.sandbox.gitlab_rest_issues import IssueRoutes
from webhook.sandbox.gitlab_rest_labels import LabelRoutes
from webhook.sandbox.gitlab_rest_notes import NoteRoutes
from webhook.sandbox.gitlab_rest_projects import ProjectRoutes
from webhook.sandbox.gitlab_world import World
from webhook.sandbox.routes import Router


class GitLab(Administration, Forge):
    """GitLab. Use it under the core's lock, or through its controls."""

    name: ClassVar[str] = "gitlab"
    prefix: ClassVar[str] = PREFIX

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.reset()

    def reset(self) -> None:
        """An empty instance with its habits as on GitLab.com."""
        self.router = Router()
        self.world = World(self.core)
        self.doorman = Doorman(self.core)
        self.labels = LabelBook(self.world)
        self.acts = Acts(self.world, self.doorman, self.labels)
        self.gate = Gate(self.world)
        ProjectRoutes(self.world, self.gate, self.router)
        IssueRoutes(self.world, self.gate, self.acts, self.router)
        NoteRoutes(self.world, self.gate, self.acts, self.router)
        LabelRoutes(self.world, self.gate, self.labels, self.router)
        HookRoutes(self.world, self.gate, self.doorman, self.router)

    def admit(self, call: Call) -> None:
        """The throttle stands in front of the application: it counts before anything is looked up."""
        user = self.gate.known_user(call)
        call.who = user.username if user else "anonymous"
        gitlab_limits.throttle(self.core.limits, self._key(call), call)
        self.gate.token(call)

    def no_route(self, call: Call) -> Reply:
        """An address GitLab does not know."""
        del call
        return Reply(404, {"error": "404 Not Found"})

    def bad_json(self, call: Call) -> Reply:
        """A body that is no JSON object."""
        del call
        return Reply(400, {"error": "The request body is not valid JSON"})

    def fault_reply(self, call: Call, fault: Fault) -> Reply | None:
        """A fault in GitLab's words."""
        return gitlab_faults.reply(self.world, call, fault)

    def finish(self, call: Call, reply: Reply) -> Reply:
        """A request id, and where the throttle stands while limits are on.

        Application limits tell nothing, so their refusals carry no limit headers.
        """
        request = uuid.uuid4().hex
        common = {"x-request-id": request, "x-gitlab-meta": f'{{"correlation_id":"{request}","version":"1"}}'}
        silent = gitlab_limits.is_application_limit(reply)
        told = {} if silent else gitlab_limits.standing(self.core.limits, self._key(call))
        reply.headers = common | told | reply.headers
        return reply

    def _key(self, call: Call) -> str:
        user = self.gate.known_user(call)
        return str(user.id) if user else ""
