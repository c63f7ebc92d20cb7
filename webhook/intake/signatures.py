"""Whose secret signed these bytes? Pure functions over raw bytes; comparisons take the same time right or wrong.

GitHub: `X-Hub-Signature-256`, HMAC-SHA256 in hex over the body
(https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries); the older SHA-1 header is ignored.
GitLab 19.0: Standard Webhooks (https://www.standardwebhooks.com), HMAC-SHA256 in base64 over `id.timestamp.body`.
GitLab before: the hook's secret itself in `X-Gitlab-Token`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime

from webhook.intake.delivery import Headers, raw

TOLERANCE_SECONDS = 300
"""How old, or how far ahead of our clock, a signed timestamp may be."""
MOST_SIGNATURES = 16
"""Signatures in one header that are looked at; rotation needs two."""

_GITHUB = re.compile(r"sha256=([0-9a-f]{64})")
_TIMESTAMP = re.compile(r"[0-9]{1,11}")


def github(headers: Headers, body: bytes, keys: Iterable[bytes]) -> set[bytes]:
    """Those of the keys that made the body's signature."""
    found = _GITHUB.fullmatch(headers.get("x-hub-signature-256", ""))
    if found is None:
        return set()
    given = found[1].encode()
    return {
        key
        for key in keys
        if key and hmac.compare_digest(hmac.new(key, body, hashlib.sha256).hexdigest().encode(), given)
    }


def gitlab_signed(headers: Headers, body: bytes, keys: Iterable[bytes], now: datetime) -> set[bytes]:
    """Those of the keys that made one of the `v1` signatures, at a time that is about now."""
    delivery, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not delivery or not _TIMESTAMP.fullmatch(timestamp):
        return set()
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        return set()
    signed = raw(delivery) + b"." + raw(timestamp) + b"." + body
    given = [s[3:] for s in raw(headers.get("webhook-signature", "")).split(b" ")[:MOST_SIGNATURES] if s[:3] == b"v1,"]
    return {key for key in keys if key and _made_any(given, base64.b64encode(hmac.digest(key, signed, "sha256")))}


def gitlab_token(headers: Headers, tokens: Iterable[bytes]) -> set[bytes]:
    """Those of the tokens that the header shows."""
    given = raw(headers.get("x-gitlab-token", ""))
    return {token for token in tokens if token and hmac.compare_digest(token, given)}


def _made_any(given: Iterable[bytes], right: bytes) -> bool:
    return any(hmac.compare_digest(one, right) for one in given)
