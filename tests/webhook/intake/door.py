"""A front door with five trackers, each under a secret of its own, and hands to sign deliveries with."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient

from webhook.app import Keeper, create_app
from webhook.issue import IssueRef
from webhook.settings import Settings, settings_from
from webhook.store import Settle, TrackerRef

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""1795399200, the time of the fixed signature vectors."""
SIGNING_TOKEN = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
GITHUB_ID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
GITLAB_ID = "f5e5f430-f57b-4e6e-9fac-d9128cd7232f"
ALPHA = "alpha secret"
DELTA = "delta token"
ENVIRON = {
    "ALPHA": ALPHA,
    "BETA": "beta retired, beta current",
    "GAMMA": SIGNING_TOKEN,
    "DELTA": DELTA,
    "TOKEN": "api-token",
}
TOML: dict[str, Any] = {
    "settling": {"quiet_seconds": 7, "longest_seconds": 40},
    "tracker": [
        {"forge": "github", "project": "Octo/Alpha", "webhook_secret_env": "ALPHA", "bot_ids": [4242]},
        {"forge": "github", "project": "octo/beta", "webhook_secret_env": "BETA"},
        {"forge": "github", "project": "octo/nobody"},
        {"forge": "gitlab", "project": "Group/gamma", "signing_secret_env": "GAMMA", "bot_ids": [4242]},
        {"forge": "gitlab", "project": "group/sub/delta", "token_secret_env": "DELTA"},
    ],
}


def make_settings(toml: Mapping[str, Any] = TOML, environ: Mapping[str, str] = ENVIRON) -> Settings:
    """Settings whose trackers all sign in with the same API token."""
    trackers = [{"token_env": "TOKEN", **tracker} for tracker in toml["tracker"]]
    return settings_from({**toml, "tracker": trackers}, environ=environ)


@dataclass
class Kept:
    """A store that remembers what was marked, and can be broken."""

    marks: list[tuple[str, str, float, str]] = field(default_factory=list)
    """Issue, kind of event, seconds to settle, delivery."""
    changed: list[datetime | None] = field(default_factory=list)
    """When the issue of each mark last changed."""
    duties: list[tuple[str, tuple[str, ...], str, str]] = field(default_factory=list)
    """Tracker, its duties, kind of event, delivery."""
    broken: bool = False

    def mark(
        self,
        ref: IssueRef,
        *,
        event: str,
        delivery: str,
        now: datetime,
        settle: Settle,
        changed_at: datetime | None = None,
    ) -> None:
        """Note the mark, or fail as a database does."""
        self._write(now)
        self.marks.append((str(ref), event, settle.after.total_seconds(), delivery))
        self.changed.append(changed_at)

    def mark_duty(
        self, tracker: TrackerRef, duties: Collection[str], *, event: str, delivery: str, now: datetime
    ) -> None:
        """Note the duties, or fail as a database does."""
        self._write(now)
        self.duties.append((str(tracker), tuple(duties), event, delivery))

    def _write(self, now: datetime) -> None:
        assert now.tzinfo is not None
        if self.broken:
            raise ConnectionError("connection to scope.example.org with password hunter2 failed")

    def next_ready(self) -> datetime | None:
        """Nothing waits."""
        return None

    @property
    def issues(self) -> list[str]:
        """The issues that were marked."""
        return [ref for ref, *_ in self.marks]


@dataclass
class FrontDoor:
    """The web face, its store, and its clock."""

    client: FlaskClient
    kept: Kept
    now: datetime = NOW

    def github(self, event: str, body: object, secret: str = ALPHA, **headers: str) -> int:
        """Deliver as GitHub does; returns the status and checks that the answer says nothing."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {
            "Content-Type": "application/json",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": GITHUB_ID,
            "X-Hub-Signature-256": github_signature(raw, secret.encode()),
        }
        return self.post("/webhooks/github", raw, sent, headers)

    def gitlab(self, body: object, token: str = SIGNING_TOKEN, **headers: str) -> int:
        """Deliver as GitLab 19 does."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = str(int(self.now.timestamp()))
        sent = {
            "Content-Type": "application/json",
            "X-Gitlab-Event": "Issue Hook",
            "webhook-id": GITLAB_ID,
            "webhook-timestamp": stamp,
            "webhook-signature": gitlab_signature(raw, token, GITLAB_ID, stamp),
        }
        return self.post("/webhooks/gitlab", raw, sent, headers)

    def gitlab_by_token(self, body: object, token: str = DELTA, **headers: str) -> int:
        """Deliver as GitLab before 19 does."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", "X-Gitlab-Event": "Issue Hook", "X-Gitlab-Token": token}
        return self.post("/webhooks/gitlab", raw, sent, headers)

    def post(self, path: str, raw: bytes, sent: Mapping[str, str], changed: Mapping[str, str]) -> int:
        """Post with `changed` headers on top (underscores are hyphens; an empty value takes the header away)."""
        over = {name.replace("_", "-").lower(): value for name, value in changed.items()}
        merged = {name: value for name, value in sent.items() if name.lower() not in over}
        merged |= {name: value for name, value in over.items() if value}
        answer = self.client.post(path, data=raw, headers=merged)
        assert answer.data == b""
        return answer.status_code


def github_signature(body: bytes, secret: bytes) -> str:
    """The value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def gitlab_signature(body: bytes, token: str, delivery: str, stamp: str) -> str:
    """The value of `webhook-signature`."""
    key = base64.b64decode(token.removeprefix("whsec_"))
    made = hmac.new(key, f"{delivery}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(made).decode()


def open_door(settings: Settings | None = None, store: Keeper | None = None) -> FrontDoor:
    """A fresh front door, before the store given or one of paper."""
    kept = Kept()
    app = create_app(settings or make_settings(), store or kept, clock=lambda: door.now)
    door = FrontDoor(app.test_client(), kept)
    return door
