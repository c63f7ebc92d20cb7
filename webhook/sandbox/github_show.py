"""GitHub's JSON of accounts, repositories, issues, labels, comments and their history.

The same objects are used in answers and in webhook payloads. Key sets follow GitHub's REST description; an answer's
links start with the address the client used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote

from webhook.sandbox.clock import iso
from webhook.sandbox.github_nouns import (
    Account,
    App,
    Comment,
    Happening,
    Installation,
    Issue,
    Label,
    Reaction,
    Repository,
    Role,
)
from webhook.sandbox.github_urls import account_urls, node_id, repository_urls

Json: TypeAlias = dict[str, Any]

REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


@dataclass(frozen=True, slots=True)
class Show:
    """Renders with links that start with `base`."""

    base: str

    def account(self, account: Account) -> Json:
        """A `simple-user`."""
        return {
            "login": account.login,
            "id": account.id,
            "node_id": node_id(account.kind, account.id),
            "gravatar_id": "",
            **account_urls(self.base, account.login),
            "type": account.kind,
            "user_view_type": "public",
            "site_admin": False,
        }

    def label(self, repository: Repository, label: Label) -> Json:
        """A `label`."""
        return {
            "id": label.id,
            "node_id": node_id("Label", label.id),
            "url": f"{self.base}/repos/{repository.full_name}/labels/{quote(label.name, safe='')}",
            "name": label.name,
            "color": label.colour,
            "default": label.default,
            "description": label.description,
        }

    def labels(self, repository: Repository, issue: Issue) -> list[Json]:
        """All labels of an issue."""
        return [self.label(repository, label) for label in issue.labels]

    def app(self, app: App | None) -> Json | None:
        """An `integration`, as in `performed_via_github_app`."""
        if app is None:
            return None
        return {
            "id": app.id,
            "slug": app.slug,
            "node_id": node_id("App", app.id),
            "client_id": app.client_id,
            "owner": self.account(app.owner),
            "name": app.slug,
            "description": None,
            "external_url": f"{self.base}/apps/{app.slug}",
            "html_url": f"{self.base}/apps/{app.slug}",
            "created_at": iso(app.created_at),
            "updated_at": iso(app.created_at),
            "permissions": app.permissions,
            "events": sorted(app.hook.events),
        }

    def installation(self, installation: Installation) -> Json:
        """An `installation`, as in answers to the App and in its events."""
        url = f"{self.base}/app/installations/{installation.id}"
        app, account = installation.app, installation.account
        return {
            "id": installation.id,
            "client_id": app.client_id,
            "account": self.account(account),
            "repository_selection": "selected",
            "access_tokens_url": f"{url}/access_tokens",
            "repositories_url": f"{self.base}/installation/repositories",
            "html_url": f"{self.base}/settings/installations/{installation.id}",
            "app_id": app.id,
            "app_slug": app.slug,
            "target_id": account.id,
            "target_type": account.kind,
            "permissions": installation.permissions,
            "events": sorted(app.hook.events),
            "created_at": iso(installation.created_at),
            "updated_at": iso(installation.created_at),
            "single_file_name": None,
            "has_multiple_single_files": False,
            "single_file_paths": [],
            "suspended_by": None,
            "suspended_at": iso(installation.suspended_at) if installation.suspended_at is not None else None,
        }

    def issue(self, repository: Repository, issue: Issue, *, webhook: bool = False) -> Json:
        """An `issue`; payloads of webhooks lack `closed_by` and have `draft`."""
        url = f"{self.base}/repos/{repository.full_name}/issues/{issue.number}"
        page = f"{self.base}/{repository.full_name}/issues/{issue.number}"
        shown = {
            "url": url,
            "repository_url": f"{self.base}/repos/{repository.full_name}",
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": page,
            "id": issue.id,
            "node_id": node_id("Issue", issue.id),
            "number": issue.number,
            "title": issue.title,
            "user": self.account(issue.author),
            "labels": self.labels(repository, issue),
            "state": issue.state,
            "locked": issue.locked,
            "assignee": None,
            "assignees": [],
            "milestone": None,
            "comments": len(issue.comments),
            "created_at": iso(issue.created_at),
            "updated_at": iso(issue.updated_at),
            "closed_at": iso(issue.closed_at) if issue.closed_at is not None else None,
            "author_association": association(repository, issue.author),
            "type": None,
            "active_lock_reason": issue.lock_reason,
            "sub_issues_summary": {"total": 0, "completed": 0, "percent_completed": 0},
            "issue_dependencies_summary": {
                "blocked_by": 0,
                "total_blocked_by": 0,
                "blocking": 0,
                "total_blocking": 0,
            },
            "body": issue.body,
            "reactions": self._reactions(url, []),
            "timeline_url": f"{url}/timeline",
            "performed_via_github_app": self.app(issue.app),
            "state_reason": issue.state_reason,
        }
        if webhook:
            shown["draft"] = False
        else:
            shown["closed_by"] = self.account(issue.closed_by) if issue.closed_by else None
        if issue.pull_request:
            shown["draft"] = False
            shown["pull_request"] = _pull_links(url.replace("/issues/", "/pulls/"), page)
        return shown

    def comment(self, repository: Repository, issue: Issue, comment: Comment) -> Json:
        """An `issue-comment`."""
        url = f"{self.base}/repos/{repository.full_name}/issues/comments/{comment.id}"
        page = f"{self.base}/{repository.full_name}/issues/{issue.number}"
        return {
            "url": url,
            "html_url": f"{page}#issuecomment-{comment.id}",
            "issue_url": f"{self.base}/repos/{repository.full_name}/issues/{issue.number}",
            "id": comment.id,
            "node_id": node_id("IssueComment", comment.id),
            "user": self.account(comment.author),
            "created_at": iso(comment.created_at),
            "updated_at": iso(comment.updated_at),
            "author_association": association(repository, comment.author),
            "body": comment.body,
            "reactions": self._reactions(url, comment.reactions),
            "performed_via_github_app": self.app(comment.app),
        }

    def reaction(self, reaction: Reaction) -> Json:
        """A `reaction`."""
        return {
            "id": reaction.id,
            "node_id": node_id("Reaction", reaction.id),
            "user": self.account(reaction.account),
            "content": reaction.content,
            "created_at": iso(reaction.at),
        }

    def happening(self, repository: Repository, happening: Happening) -> Json:
        """A line of `…/events`. A `labeled` line names the label's name and colour only."""
        return {
            "id": happening.id,
            "node_id": node_id("Event", happening.id),
            "url": f"{self.base}/repos/{repository.full_name}/issues/events/{happening.id}",
            "actor": self.account(happening.actor),
            "event": happening.kind,
            "commit_id": None,
            "commit_url": None,
            "created_at": iso(happening.at),
            **happening.details,
            "performed_via_github_app": self.app(happening.app),
        }

    def commented(self, repository: Repository, issue: Issue, comment: Comment) -> Json:
        """A comment as a line of the timeline."""
        shown = self.comment(repository, issue, comment)
        return {**shown, "event": "commented", "actor": shown["user"]}

    def repository(self, repository: Repository, role: Role | None = None) -> Json:
        """A `full-repository`; with a role, `permissions` as that person or App has them."""
        shown = {
            "id": repository.id,
            "node_id": node_id("Repository", repository.id),
            "name": repository.name,
            "full_name": repository.full_name,
            "private": repository.private,
            "owner": self.account(repository.owner),
            "description": None,
            "fork": False,
            **repository_urls(self.base, repository.full_name),
            **QUIET,
            "created_at": iso(repository.created_at),
            "updated_at": iso(repository.updated_at),
            "pushed_at": iso(repository.pushed_at),
            "has_issues": repository.has_issues,
            "archived": repository.archived,
            "visibility": repository.visibility,
            "default_branch": repository.default_branch,
            **_open_issues(repository),
        }
        if role is not None:
            shown["permissions"] = {word: role >= least for word, least in WORDS.items()}
        return shown

    def _reactions(self, url: str, reactions: list[Reaction]) -> Json:
        given = [reaction.content for reaction in reactions]
        counts = {content: given.count(content) for content in REACTIONS}
        return {"url": f"{url}/reactions", "total_count": len(given), **counts}


WORDS = {
    "admin": Role.ADMIN,
    "maintain": Role.MAINTAIN,
    "push": Role.WRITE,
    "triage": Role.TRIAGE,
    "pull": Role.READ,
}
"""`permissions` of a repository, and the role each needs."""
QUIET: Json = {
    "homepage": None,
    "size": 1,
    "stargazers_count": 0,
    "watchers_count": 0,
    "watchers": 0,
    "language": None,
    "has_projects": False,
    "has_downloads": False,
    "has_wiki": False,
    "has_pages": False,
    "has_discussions": False,
    "forks_count": 0,
    "forks": 0,
    "mirror_url": None,
    "disabled": False,
    "license": None,
    "allow_forking": False,
    "is_template": False,
    "web_commit_signoff_required": False,
    "topics": [],
    "custom_properties": {},
    "network_count": 0,
    "subscribers_count": 0,
}
"""Parts of a repository nothing here depends on."""


def association(repository: Repository, account: Account) -> str:
    """`author_association` as an App sees it: people of a private organisation look like outsiders there."""
    if account.id == repository.owner.id:
        return "OWNER"
    return "COLLABORATOR" if account.id in repository.people else "NONE"


def _open_issues(repository: Repository) -> Json:
    count = sum(1 for issue in repository.issues.values() if issue.state == "open" and not issue.deleted)
    return {"open_issues": count, "open_issues_count": count}


def _pull_links(url: str, page: str) -> Json:
    page = page.replace("/issues/", "/pull/")
    return {
        "url": url,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "merged_at": None,
    }
