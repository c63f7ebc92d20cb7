"""Routes about project hooks: set them up, see how they fare, test them, send an event again. Maintainers only."""

from __future__ import annotations

import json
from typing import Any

from webhook.sandbox import gitlab_limits, gitlab_shapes, gitlab_signing
from webhook.sandbox import gitlab_payloads as payloads
from webhook.sandbox.delivery import Delivery
from webhook.sandbox.exchange import Call, RefusalError, Reply
from webhook.sandbox.gitlab_answers import Params, not_found, number, page, refusal, wrong_parameter
from webhook.sandbox.gitlab_gate import PREFIX, Gate
from webhook.sandbox.gitlab_hooks import EVENT_NAMES, FLAGS, Doorman, Hook
from webhook.sandbox.gitlab_nouns import Project, User
from webhook.sandbox.gitlab_world import World
from webhook.sandbox.routes import Router

EVENT_FLAGS = (
    "push_events", "tag_push_events", "merge_requests_events", "repository_update_events", "issues_events",
    "confidential_issues_events", "note_events", "confidential_note_events", "pipeline_events",
    "wiki_page_events", "deployment_events", "feature_flag_events", "job_events", "releases_events",
    "milestone_events", "emoji_events", "resource_access_token_events", "resource_deploy_token_events",
    "vulnerability_events",
)  # fmt: skip
"""All flags of a hook (`API::Entities::ProjectHook`). Without a word `push_events` alone is on."""

MOST_HOOKS = 100
LOG_DAYS, LARGEST_LOG_PAGE = 7, 20
_STATUS_WORDS = {"successful": range(200, 300), "client_failure": range(400, 500), "server_failure": range(500, 600)}


class HookRoutes:
    """`/projects/:id/hooks`."""

    def __init__(self, world: World, gate: Gate, doorman: Doorman, router: Router) -> None:
        self.world, self.gate, self.doorman = world, gate, doorman
        router.add_all(
            (method, f"{PREFIX}projects/{{id}}/hooks{template}", handler)
            for method, template, handler in (
                ("GET", "", self.hooks),
                ("POST", "", self.create),
                ("GET", "/{hook}", self.hook),
                ("PUT", "/{hook}", self.change),
                ("DELETE", "/{hook}", self.delete),
                ("GET", "/{hook}/events", self.events),
                ("POST", "/{hook}/events/{event}/resend", self.resend),
                ("POST", "/{hook}/test/{trigger}", self.test),
            )
        )

    def _shown(self, hook: Hook) -> Any:
        return gitlab_shapes.hook(hook, self.doorman.alert_status(hook))

    def _hook(self, call: Call) -> tuple[Project, Hook]:
        project = self.gate.administered(call)
        hook = self.doorman.hooks.get(number(call, "hook"))
        if hook is None or hook.project_id != project.id:
            raise not_found()
        return project, hook

    def hooks(self, call: Call) -> Reply:
        """All hooks of the project."""
        rows = self.doorman.of(self.gate.administered(call))
        return page(call, Params(call), rows, self._shown)

    def hook(self, call: Call) -> Reply:
        """One hook, with its `alert_status`."""
        return Reply(200, self._shown(self._hook(call)[1]))

    def create(self, call: Call) -> Reply:
        """A new hook."""
        project, params = self.gate.administered(call), Params(call)
        if len(self.doorman.of(project)) >= MOST_HOOKS:
            raise refusal(422, f"Maximum number of project hooks ({MOST_HOOKS}) exceeded")
        flags = dict.fromkeys(EVENT_FLAGS, False) | {"push_events": True}
        url = params.required("url")
        hook = Hook(self.world.core.next_id(), project.id, url, self.world.now(), flags)
        self._set(hook, params)
        self.doorman.hooks[hook.id] = hook
        return Reply(201, self._shown(hook))

    def change(self, call: Call) -> Reply:
        """Other settings; a secret not given stays."""
        _, hook = self._hook(call)
        self._set(hook, Params(call))
        return Reply(200, self._shown(hook))

    def _set(self, hook: Hook, params: Params) -> None:
        url, signing = params.text("url", hook.url) or "", params.text("signing_token")
        if not url.startswith(("http://", "https://")):
            raise RefusalError(Reply(422, {"error": "Invalid url given"}))
        if signing:
            try:
                gitlab_signing.key_of(signing)
            except ValueError as error:
                raise refusal(422, {"signing_token": ["is invalid"]}) from error
        hook.url = url
        hook.signing_token = hook.signing_token if signing is None else signing
        hook.token = params.text("token", hook.token) or ""
        hook.name, hook.description = params.text("name", hook.name), params.text("description", hook.description)
        checks = params.flag("enable_ssl_verification")
        hook.enable_ssl_verification = hook.enable_ssl_verification if checks is None else checks
        hook.flags |= {name: bool(params.flag(name)) for name in EVENT_FLAGS if name in params}

    def delete(self, call: Call) -> Reply:
        """Gone; what is on its way to it is dropped."""
        del self.doorman.hooks[self._hook(call)[1].id]
        return Reply(204)

    def _log(self, hook: Hook, now: float) -> list[Delivery]:
        young = (d for d in self.world.core.deliveries.attempts(hook.key) if d.delivered_at >= now - LOG_DAYS * 86_400)
        return sorted(young, key=lambda d: d.delivered_at, reverse=True)

    def events(self, call: Call) -> Reply:
        """The hook's log of seven days, newest first, at most 20 a page."""
        _, hook = self._hook(call)
        params = Params(call)
        wanted = params.names("status") or []
        rows = [row for row in self._log(hook, call.at) if not wanted or any(_is(row, word) for word in wanted)]
        return page(call, params, rows, _log_row, largest=LARGEST_LOG_PAGE)

    def resend(self, call: Call) -> Reply:
        """The same event once more under the same id, at once; five a minute per hook and user."""
        user, (_, hook) = self.gate.someone(call), self._hook(call)
        gitlab_limits.count(self.world.core.limits, gitlab_limits.RESENDS, f"{hook.id}/{user.id}", call)
        wanted = number(call, "event")
        past = next((row for row in self._log(hook, call.at) if row.id == wanted), None)
        if past is None:
            raise not_found()
        if past.url != hook.url:
            raise refusal(422, "The hook URL has changed. This log entry cannot be retried.")
        if self.doorman.alert_status(hook) != "executable":
            raise refusal(422, "Hook disabled")
        done = self.doorman.deliver_now(hook, past.event, past.body, past.facts, past.guid)
        if not done.status_code:
            raise refusal(422, done.reason)
        return Reply(201, {"response_status": done.status_code})

    def test(self, call: Call) -> Reply:
        """A real event about something that is there already, at once, also to a hook that is disabled."""
        user, (project, hook) = self.gate.someone(call), self._hook(call)
        wanted = call.args["trigger"]
        trigger = next((name for name, flag in FLAGS.items() if flag == wanted), None)
        if trigger is None:
            raise wrong_parameter("trigger does not have a valid value")
        body = json.dumps(self._sample(project, user, wanted), ensure_ascii=False).encode()
        done = self.doorman.deliver_now(hook, EVENT_NAMES[trigger], body, {"trigger": trigger})
        if not 200 <= done.status_code < 300:  # noqa: PLR2004  # what a test calls success
            raise refusal(422, done.reason or "Hook execution failed")
        return Reply(201, {"message": "201 Created"})

    def _sample(self, project: Project, user: User, flag: str) -> dict[str, Any]:
        base = self.world.core.base_url
        for issue in project.issues.values():
            if not flag.endswith("note_events"):
                return payloads.issue_event(project, issue, payloads.Happening(user, "open", {}), base)
            for note in issue.notes.values():
                return payloads.note_event(project, issue, note, "create", base)
        raise refusal(
            422, "Ensure the project has notes." if flag.endswith("note_events") else "Ensure the project has issues."
        )


def _is(row: Delivery, word: str) -> bool:
    """Whether a logged delivery has this status; no answer at all counts as the receiver's failure."""
    if word in _STATUS_WORDS:
        return row.status_code in _STATUS_WORDS[word] or (word == "server_failure" and not row.status_code)
    return str(row.status_code) == word


def _log_row(row: Delivery) -> dict[str, Any]:
    """One line of a hook's log: GitLab keeps what it sent and what came back. Secrets are left out."""
    hidden = {"x-gitlab-token": "[REDACTED]", "webhook-signature": "[REDACTED]"}
    return {
        "id": row.id,
        "url": row.url,
        "trigger": row.facts["trigger"],
        "request_headers": {k: hidden.get(k.lower(), v) for k, v in row.request_headers.items()},
        "request_data": json.loads(row.body),
        "response_headers": dict(row.response_headers),
        "response_body": row.response_body,
        "execution_duration": row.seconds,
        "response_status": str(row.status_code) if row.status_code else "internal error",
        "created_at": payloads.moment(row.delivered_at),
    }
