"""GitLab switches a failing webhook off and tells nobody: look whether ours still works, where we may look."""

from __future__ import annotations

from collections.abc import Sequence

from webhook import metrics
from webhook.duties.kit import Kit
from webhook.forges.port import NotFoundError, RefusedError
from webhook.forges.upkeep import Hook
from webhook.issue import ForgeKind
from webhook.log import logger

_log = logger(__name__)


def hook_watch(kit: Kit) -> None:
    """Tell of disabled hooks; what they dropped meanwhile only a sweep can find, so one is due at once."""
    if kit.tracker.forge is not ForgeKind.GITLAB:
        return
    try:
        hooks = _ours(kit.forge.hooks(), kit.chosen.public_url)
    except (NotFoundError, RefusedError):  # a Maintainer's right, which the service does not need otherwise
        _log.info("hook.not-watched", tracker=kit.tracker, reason="no-permission")
        return
    if not hooks:
        _log.warning("hook.missing", tracker=kit.tracker)
    disabled = [hook for hook in hooks if hook.state != "executable"]
    for hook in disabled:
        metrics.HOOK_DISABLED.add(forge=kit.tracker.forge.value)
        _log.error("hook.disabled", tracker=kit.tracker, number=hook.id, reason="disabled-by-forge", state=hook.state)
    if disabled:
        kit.store.schedule_duty(kit.tracker, "sweep", kit.now())


def _ours(hooks: Sequence[Hook], public_url: str) -> Sequence[Hook]:
    """Hooks that lead here; where our own address is not configured, all that carry issues."""
    here = public_url.rstrip("/") + "/"
    return [hook for hook in hooks if hook.issues and (not public_url or hook.url.startswith(here))]
