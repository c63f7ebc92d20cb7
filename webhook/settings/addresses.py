"""Shapes of addresses in the settings: a forge's API, a project, a database, a socket, the public page.

Each function returns the address in its one normal form or raises a `ValueError` that says what is expected.
An address that carries a password is refused or, for the database, kept out of every message.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

PROJECT = re.compile(r"[\w.\-]+(/[\w.\-]+)+", re.ASCII)
HIGHEST_PORT = 65_535
DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite",
}
"""Schemes of a database address, and the driver each one means (platforms write `postgres://`)."""


def web_address(text: str) -> SplitResult:
    """An absolute http(s) address without user, query or fragment."""
    try:
        parts = urlsplit(text)
    except ValueError:  # its message repeats the address
        raise ValueError("expected an address that starts with https://") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("expected an address that starts with https://")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("expected an address without user name, query or fragment")
    return parts


def loopback(host: str) -> bool:
    """Whether a host name can only mean this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def api_address(text: str) -> str:
    """A forge's API address without a slash at its end. Tokens travel there: https only, but for loopback."""
    parts = web_address(text)
    if parts.scheme != "https" and not loopback(parts.hostname or ""):
        raise ValueError("expected https:// (http:// is for loopback addresses only): a token travels there")
    return text.rstrip("/").removesuffix("/api/v4")


def public_address(text: str | None) -> str | None:
    """The service's own address as others see it, without a slash at its end."""
    if text is None:
        return None
    web_address(text)
    return text.rstrip("/")


def project_name(text: str) -> str:
    """A project's path: two or more names with slashes between."""
    if not PROJECT.fullmatch(text):
        raise ValueError("expected a project's path such as owner/name, not an address or a number")
    return text


def listen_address(text: str) -> str:
    """`HOST:PORT`, or `[HOST]:PORT` for IPv6."""
    host, colon, port = text.rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and int(port) <= HIGHEST_PORT):
        raise ValueError("expected HOST:PORT")
    return text


def database_address(text: str) -> str:
    """A database address with the driver we ship with. The address may hold a password: it is never repeated."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in DRIVERS:
        raise ValueError("expected an address that starts with sqlite:// or postgresql://")
    return f"{DRIVERS[scheme]}://{rest}"
