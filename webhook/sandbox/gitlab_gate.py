"""Who is asking, and what they may find: tokens, projects, issues and notes as one user sees them.

Raises the refusal GitLab gives: 401 for tokens it does not accept, 404 for what is not there or not for these eyes,
a redirect for a project's former path. Sources: `API::APIGuard`, `API::Helpers#find_project!`, GitLab's REST
documentation ("Redirects"), recorded 401, 403 and 404 answers.
"""

from __future__ import annotations

from webhook.sandbox import gitlab_rights as rights
from webhook.sandbox.exchange import Call, RefusalError, Reply
from webhook.sandbox.faults import FaultKind
from webhook.sandbox.gitlab_answers import forbidden, not_found, number, unauthorized
from webhook.sandbox.gitlab_edits import Actor
from webhook.sandbox.gitlab_nouns import Issue, Note, Project, Token, User
from webhook.sandbox.gitlab_world import World

READERS = frozenset({"api", "read_api"})
PREFIX = "/api/v4/"


class Gate:
    """Looks at tokens and looks things up for whoever holds them."""

    def __init__(self, world: World) -> None:
        self.world = world

    def token(self, call: Call) -> Token | None:
        """The token of a request, None without one. Raises 401 and 403 as GitLab does."""
        secret, bearer = _secret(call)
        if not secret:
            return None
        token = self.world.tokens.get(secret)
        if token is None:
            raise unauthorized()
        if token.revoked or token.expired(call.at):
            raise _ended(token, bearer=bearer)
        if not self._fresh_enough(call, token):
            raise unauthorized()
        _check_scope(call, token)
        return token

    def known_user(self, call: Call) -> User | None:
        """Whose token it is, whatever it is still worth: for counting and for the journal."""
        token = self.world.tokens.get(_secret(call)[0])
        return token.user if token else None

    def _fresh_enough(self, call: Call, token: Token) -> bool:
        """Whether it is old enough under the fault of tokens that are not known everywhere yet."""
        fault = call.fault
        if fault is None or fault.kind is not FaultKind.FRESH_TOKEN:
            return True
        return call.at - token.created_at >= fault.seconds

    def user(self, call: Call) -> User | None:
        """Who asks; None for anybody."""
        token = self.token(call)
        return token.user if token else None

    def someone(self, call: Call) -> User:
        """Who asks, where nobody in particular will not do."""
        user = self.user(call)
        if user is None:
            raise unauthorized()
        return user

    def actor(self, call: Call) -> Actor:
        """Who asks for a change, and the chain of hooks the request belongs to."""
        return Actor(self.someone(call), call.headers.get("x-gitlab-event-uuid", ""))

    def project(self, call: Call) -> Project:
        """The project of the path, by id or full path."""
        key, user = call.args["id"], self.user(call)
        project = self.world.project(key)
        if project is None and (moved := self.world.moved_project(key)) and rights.sees_project(user, moved):
            raise RefusalError(moved_permanently(call, moved))
        if project is None or not rights.sees_project(user, project):
            raise not_found("Project")
        return project

    def issue(self, call: Call, missing: str = "") -> tuple[Project, Issue]:
        """The issue of the path; `missing` names it in the 404, which differs from route to route."""
        project = self.project(call)
        issue = project.issues.get(number(call, "iid"))
        if issue is None or not rights.sees_issue(self.user(call), project, issue):
            raise not_found(missing)
        fault = call.fault
        if fault and fault.kind is FaultKind.NOT_FOUND and call.at - issue.created_at < fault.seconds:
            raise not_found(missing)
        return project, issue

    def note(self, call: Call) -> tuple[Project, Issue, Note]:
        """The note of the path. Without a token nothing of it is shown, even where the issue is."""
        user = self.someone(call)
        project, issue = self.issue(call, "Issue")
        note = issue.notes.get(number(call, "note"))
        if note is None:
            raise not_found()
        if not rights.sees_note(user, project, note):
            raise not_found("Note")
        return project, issue, note

    def administered(self, call: Call) -> Project:
        """The project of the path, for its maintainers."""
        user, project = self.someone(call), self.project(call)
        if not rights.administers(user, project):
            raise forbidden()
        return project


def moved_permanently(call: Call, project: Project, status: int = 301) -> Reply:
    """Where the same thing is now: the same path with the project's id in it."""
    rest = call.target.removeprefix(PREFIX).split("/", 2)[2:]
    asked = "?" + call.target.partition("?")[2] if "?" in call.target and not rest else ""
    location = "/".join([f"{call.base_url}{PREFIX}projects/{project.id}", *rest]) + asked
    text = f"This resource has been moved permanently to {location}"
    return Reply(status, text.encode(), {"location": location}, "text/plain; charset=utf-8")


def _secret(call: Call) -> tuple[str, bool]:
    """The secret a request carries, and whether as a bearer token."""
    if own := call.headers.get("private-token", ""):
        return own, False
    scheme, _, secret = call.headers.get("authorization", "").partition(" ")
    return (secret.strip(), True) if scheme.lower() == "bearer" else ("", False)


def _ended(token: Token, *, bearer: bool) -> RefusalError:
    if not bearer:
        return unauthorized()
    how = "was revoked. You have to re-authorize from the user." if token.revoked else "is expired."
    return RefusalError(Reply(401, {"error": "invalid_token", "error_description": f"Token {how}"}))


def _check_scope(call: Call, token: Token) -> None:
    scopes = set(token.scopes)
    about_oneself = call.path.startswith((f"{PREFIX}user", f"{PREFIX}personal_access_tokens/self"))
    enough = "api" in scopes or (not call.writes and scopes & (READERS | ({"read_user"} if about_oneself else set())))
    if not enough and not call.path.startswith(f"{PREFIX}personal_access_tokens/self"):
        text = "The request requires higher privileges than provided by the access token."
        raise RefusalError(Reply(403, {"error": "insufficient_scope", "error_description": text, "scope": "api"}))
