"""Where a secret comes from: an environment variable or a file, never the settings file itself.

A secret is named in the settings by `<name>_env` or `<name>_file`. What is read here stays bytes in private
attributes: it shows in no `repr`, no dump and no error text.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

SIGNING_PREFIX = b"whsec_"
"""GitLab's signing token: this prefix and 32 bytes in base64 (Standard Webhooks)."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The environment, and the folder that relative file names start from."""

    environ: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    folder: Path = Path()

    def read(self, name: str, variable: str | None, file: str | None) -> bytes | None:
        """The secret called `name`, stripped of white space around it; None where the settings do not name one.

        Raises:
            ValueError: both ways are named, the variable is not set, the file cannot be read, or it is empty.

        """
        if variable is not None and file is not None:
            raise ValueError(f"{name}_env and {name}_file are both given; keep one of them")
        if variable is not None:
            found, where = os.fsencode(self.environ.get(variable, "")), f"environment variable {variable}"
        elif file is not None:
            found, where = self._contents(name, file), f"file named by {name}_file"
        else:
            return None
        if not found.strip():
            raise ValueError(f"{name}: the {where} is missing or empty")
        return found.strip()

    def _contents(self, name: str, file: str) -> bytes:
        try:
            return (self.folder / file).read_bytes()
        except OSError as error:
            raise ValueError(f"{name}_file cannot be read: {error.strerror}") from None


def several(value: bytes) -> tuple[bytes, ...]:
    """Secrets separated by commas, for rotation: old and new are valid side by side."""
    return tuple(part.strip() for part in value.split(b",") if part.strip())


def signing_key(token: bytes) -> bytes:
    """The HMAC key inside a GitLab signing token.

    Raises:
        ValueError: it is not `whsec_` followed by base64.

    """
    try:
        key = base64.b64decode(token.removeprefix(SIGNING_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not token.startswith(SIGNING_PREFIX) or not key:
        raise ValueError("signing_secret: a GitLab signing token is whsec_ followed by base64")
    return key


def pem(value: bytes) -> bytes:
    r"""A private key in PEM. Variables that cannot hold line ends hold `\n` as two characters: both are read.

    Raises:
        ValueError: it is no PEM private key.

    """
    text = value.replace(b"\\n", b"\n")
    if not text.startswith(b"-----BEGIN") or b"PRIVATE KEY-----" not in text:
        raise ValueError("private_key: this is no private key in PEM form")
    return text
