"""One POST to a webhook's address and what came back. No redirects, no proxies, no retry, a new connection each."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

MOST_KEPT = 8192
"""Characters of the receiver's answer that are kept, as GitLab's hook log does."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver said. Status 0: nothing, and `reason` says why."""

    status: int
    reason: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


def post(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
    """Deliver. `timeout` in seconds holds for connecting and for each read. Never raises for a failed delivery."""
    parts = urlsplit(url)
    address = parts.path + (f"?{parts.query}" if parts.query else "") or "/"
    connection = _connection(parts.scheme, parts.netloc, timeout)
    try:
        connection.request("POST", address, body=body, headers=dict(headers))
        response = connection.getresponse()
        text = response.read(MOST_KEPT).decode("utf-8", "replace")
        return Answer(response.status, response.reason or "OK", dict(response.getheaders()), text)
    except TimeoutError:
        return Answer(0, "timed out")
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, f"failed to connect to host ({type(error).__name__})")
    finally:
        connection.close()


def _connection(scheme: str, host: str, timeout: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, timeout=timeout, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, timeout=timeout)
