"""How GitLab proves a delivery is its own: Standard Webhooks signatures (19.0 and later), or the plain old token.

Source: GitLab's documentation of signing tokens and the Standard Webhooks scheme v1: HMAC-SHA256 over
`id.timestamp.body` with the bytes after `whsec_`, in Base64.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

PREFIX = "whsec_"


def key_of(signing_token: str) -> bytes:
    """The key inside a signing token. Raises `ValueError` for anything but `whsec_` and Base64 of 32 bytes."""
    if not signing_token.startswith(PREFIX):
        raise ValueError("a signing token starts with whsec_")
    try:
        key = base64.b64decode(signing_token.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a signing token is whsec_ and Base64") from error
    if len(key) != hashlib.sha256().digest_size:
        raise ValueError("a signing token holds 32 bytes")
    return key


def signature(signing_token: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`.

    >>> signature("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    ...           "f5e5f430-f57b-4e6e-9fac-d9128cd7232f", 1795399200, b"{}")
    'v1,7268zPoWRc4tHEq06FDuYamWiuLUC+O3EejDFHgmVj4='
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key_of(signing_token), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def headers(token: str, signing_token: str, message_id: str, at: float, body: bytes) -> dict[str, str]:
    """The headers that prove it: each secret that the hook has is used, the signing token with its three headers."""
    proof = {"X-Gitlab-Token": token} if token else {}
    if signing_token:
        proof |= {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at)),
            "webhook-signature": signature(signing_token, message_id, int(at), body),
        }
    return proof
