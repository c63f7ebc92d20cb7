"""The stop switch: the project may have become public or another's. Unless it is certainly not so, all work stops."""

from __future__ import annotations

from webhook.duties.kit import Kit
from webhook.duties.visibility import UNCLEAR, settle, visibility
from webhook.forges.port import ForgeError


def stop(kit: Kit) -> None:
    """Look; what cannot be seen counts as public, until it can be seen. Raises the port's errors after stopping."""
    try:
        visibility(kit)
    except ForgeError:
        if kit.store.tracker(kit.tracker).stopped_at is None:
            settle(kit, UNCLEAR)
        raise
