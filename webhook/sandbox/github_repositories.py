"""Repositories over REST: get, change, delete, transfer; roles of people; files of the default branch."""

from __future__ import annotations

import base64
from typing import Any

from webhook.sandbox import github_errors as errors
from webhook.sandbox.exchange import Reply
from webhook.sandbox.github_access import Need
from webhook.sandbox.github_fields import typed
from webhook.sandbox.github_nouns import Repository, Role
from webhook.sandbox.github_upkeep import blob_sha
from webhook.sandbox.github_visit import Entrance, Visit, paged

METADATA = Need("metadata")
ADMINISTER = Need("administration", "write", Role.ADMIN)
FILES = Need("contents", also="single_file")


def add_routes(entrance: Entrance) -> None:
    """All of this module. Unarchiving goes through PATCH, so that one may pass on an archived repository."""
    entrance.on("GET", "", METADATA, get)
    entrance.on("PATCH", "", Need("administration", "admin", Role.ADMIN), change)
    entrance.on("DELETE", "", ADMINISTER, delete)
    entrance.on("POST", "/transfer", ADMINISTER, transfer)
    entrance.on("GET", "/collaborators", METADATA, people)
    entrance.on("GET", "/collaborators/{login}", METADATA, person)
    entrance.on("GET", "/collaborators/{login}/permission", METADATA, permission)
    entrance.on("GET", "/contents", FILES, contents)
    entrance.on("GET", "/contents/{path*}", FILES, contents)


def role_of(visit: Visit) -> Role:
    """The viewer's role: an App's is what its permissions amount to."""
    token = visit.viewer.token
    if token is None:
        return Role.READ
    if token.installation:
        return Role.TRIAGE if (token.permissions or {}).get("issues") == "write" else Role.READ
    return visit.desk.world.role(visit.repository, token.account)


def get(visit: Visit) -> Reply:
    """The repository."""
    return Reply(200, visit.show.repository(visit.repository, role_of(visit)))


def change(visit: Visit) -> Reply:
    """Change name, visibility (or the older `private`) and archived."""
    body, by, upkeep = visit.body(), visit.by.account, visit.desk.upkeep
    if visit.repository.archived and body.get("archived") is not False:
        raise errors.archived()
    if "archived" in body:
        upkeep.archive(visit.repository, by, archived=typed(body, "archived", bool, False))
    older = {True: "private", False: "public"}[typed(body, "private", bool, visit.repository.private)]
    before = visit.repository.visibility if "private" not in body else older
    visibility = typed(body, "visibility", str, before)
    if visibility not in {"private", "internal", "public"}:
        raise errors.invalid("Repository", "visibility")
    upkeep.set_visibility(visit.repository, by, visibility)
    name = typed(body, "name", str, visit.repository.name)
    if name != visit.repository.name:
        _rename(visit, name)
    return get(visit)


def _rename(visit: Visit, name: str) -> None:
    taken = visit.desk.world.by_name(f"{visit.repository.owner.login}/{name}")
    if not name or taken not in {None, visit.repository}:
        raise errors.invalid("Repository", "name", "custom", "name already exists on this account")
    visit.desk.upkeep.rename(visit.repository, visit.by.account, name)


def delete(visit: Visit) -> Reply:
    """Delete it."""
    visit.desk.upkeep.delete(visit.repository, visit.by.account)
    return Reply(204)


def transfer(visit: Visit) -> Reply:
    """Transfer it to another owner."""
    owner = visit.desk.world.accounts.get(str(visit.body().get("new_owner", "")).lower())
    if owner is None:
        raise errors.invalid("Repository", "new_owner")
    visit.desk.upkeep.hand_over(visit.repository, visit.by.account, owner)
    return Reply(202, visit.show.repository(visit.repository))


def people(visit: Visit) -> Reply:
    """People with a role of their own."""
    accounts = [one for one in visit.desk.world.accounts.values() if one.id in visit.repository.people]
    return paged(visit.call, accounts, lambda account: _with_role(visit, account))


def _with_role(visit: Visit, account: Any) -> dict[str, Any]:
    standing = visit.repository.people.get(account.id)
    role = visit.desk.world.role(visit.repository, account)
    name = standing.name if standing and standing.role >= role else role.name.lower()
    words = visit.show.repository(visit.repository, role)["permissions"]
    return {**visit.show.account(account), "permissions": words, "role_name": name}


def person(visit: Visit) -> Reply:
    """Whether somebody is a collaborator."""
    account = visit.desk.world.accounts.get(visit.call.args["login"].lower())
    if account is None or visit.desk.world.role(visit.repository, account) is Role.NONE:
        raise errors.not_found()
    return Reply(204)


def permission(visit: Visit) -> Reply:
    """`permission` (triage counts as read, maintain as write) and `role_name`; 404 for unknown accounts."""
    account = visit.desk.world.accounts.get(visit.call.args["login"].lower())
    if account is None:
        raise errors.not_found()
    shown = _with_role(visit, account)
    word = visit.desk.world.role(visit.repository, account).permission
    return Reply(200, {"permission": word, "role_name": shown["role_name"], "user": shown})


def contents(visit: Visit) -> Reply:
    """A file of the default branch (with its blob sha), or what is in a directory."""
    branch = visit.repository.default_branch
    if visit.call.query.get("ref", branch) not in {branch, f"refs/heads/{branch}"}:
        raise errors.refuse(404, "No commit found for the ref")
    path = visit.call.args.get("path", "").strip("/")
    if path not in visit.repository.files:
        return Reply(200, _directory(visit, path))
    content = visit.repository.files[path]
    if "raw" in visit.call.headers.get("accept", ""):
        return Reply(200, content, content_type="application/vnd.github.raw+json; charset=utf-8")
    encoded = base64.encodebytes(content).decode()
    return Reply(200, {**_entry(visit, path, content), "content": encoded, "encoding": "base64"})


def _directory(visit: Visit, path: str) -> list[dict[str, Any]]:
    start = f"{path}/" if path else ""
    inside = {name: content for name, content in visit.repository.files.items() if name.startswith(start)}
    if not inside:
        raise errors.not_found()
    names = {start + name[len(start) :].partition("/")[0] for name in inside}
    return [_entry(visit, name, visit.repository.files.get(name)) for name in sorted(names)]


def _entry(visit: Visit, path: str, content: bytes | None) -> dict[str, Any]:
    repository: Repository = visit.repository
    base, branch = visit.call.base_url, repository.default_branch
    kind = "blob" if content is not None else "tree"
    sha = blob_sha(content if content is not None else path.encode())
    url = f"{base}/repos/{repository.full_name}/contents/{path}?ref={branch}"
    git = f"{base}/repos/{repository.full_name}/git/{kind}s/{sha}"
    page = f"{base}/{repository.full_name}/{kind}/{branch}/{path}"
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": len(content or b""),
        "url": url,
        "html_url": page,
        "git_url": git,
        "download_url": f"{base}/raw/{repository.full_name}/{branch}/{path}" if content is not None else None,
        "type": "file" if content is not None else "dir",
        "_links": {"self": url, "git": git, "html": page},
    }
