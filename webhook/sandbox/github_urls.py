"""The many addresses in GitHub's JSON, built once per account and repository. Templates as GitHub documents them."""

from __future__ import annotations

import base64
from functools import lru_cache

ACCOUNT = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
REPOSITORY = {
    "forks_url": "/forks",
    "keys_url": "/keys{/key_id}",
    "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams",
    "hooks_url": "/hooks",
    "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}",
    "branches_url": "/branches{/branch}",
    "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}",
    "statuses_url": "/statuses/{sha}",
    "languages_url": "/languages",
    "stargazers_url": "/stargazers",
    "contributors_url": "/contributors",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "commits_url": "/commits{/sha}",
    "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}",
    "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}",
    "merges_url": "/merges",
    "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads",
    "issues_url": "/issues{/number}",
    "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}",
    "releases_url": "/releases{/id}",
    "deployments_url": "/deployments",
}


def node_id(kind: str, number: int) -> str:
    """An opaque id that tells the kind, like GitHub's.

    >>> node_id("Issue", 7)
    'I_SXNzdWU3'
    """
    return f"{kind[0]}_" + base64.urlsafe_b64encode(f"{kind}{number}".encode()).decode().rstrip("=")


@lru_cache(maxsize=4096)
def account_urls(base: str, login: str) -> dict[str, str]:
    """Addresses of an account."""
    url = f"{base}/users/{login}"
    return {
        "avatar_url": f"{base}/avatars/{login}",
        "url": url,
        "html_url": f"{base}/{login}",
        **{key: url + end for key, end in ACCOUNT.items()},
    }


@lru_cache(maxsize=1024)
def repository_urls(base: str, full_name: str) -> dict[str, str]:
    """Addresses of a repository."""
    url, page = f"{base}/repos/{full_name}", f"{base}/{full_name}"
    host = base.partition("://")[2]
    return {
        "url": url,
        "html_url": page,
        **{key: url + end for key, end in REPOSITORY.items()},
        "git_url": f"git://{host}/{full_name}.git",
        "ssh_url": f"git@{host}:{full_name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
    }
