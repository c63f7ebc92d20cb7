"""One tracker as its forge shows it: may we sign in, may we write there, is all there that should be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

import scope
from webhook.doctor.diagnosis import Diagnosis, failure, warning
from webhook.forges.port import (
    CredentialsError,
    Forge,
    ForgeError,
    LimitedError,
    MovedError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from webhook.forges.upkeep import Project
from webhook.health import reason
from webhook.issue import Visibility
from webhook.labels import label_steps
from webhook.settings import Tracker

RECENT: Final = 30
"""Deliveries of the App's log that are looked at."""
MOST_FAILED: Final = 0.2
REASONS: Final[tuple[tuple[type[ForgeError], str], ...]] = (
    (CredentialsError, "forge-credentials"),
    (UnavailableError, "forge-unavailable"),
    (MovedError, "forge-moved"),
    (NotFoundError, "forge-not-found"),
    (RefusedError, "forge-refused"),
)


def tracker(
    chosen: Tracker, forge: Callable[[], Forge], policy: scope.Policy | None, public_url: str
) -> Iterator[Diagnosis]:
    """Look at everything, as far as it goes: where we may not sign in, there is nothing more to see."""
    about = f"{chosen.forge}:{chosen.project}"
    try:
        opened = forge()
        project = opened.project()
    except ForgeError as error:
        yield _refused("sign-in", about, error)
        return
    yield Diagnosis("sign-in", about)
    yield from _project(chosen, about, project)
    looks: list[tuple[str, Callable[[], Iterator[Diagnosis]]]] = [
        ("identity", lambda: _identity(opened, about)),
        ("hook", lambda: _hooks(chosen, opened, about, public_url)),
        ("deliveries", lambda: _deliveries(opened, about)),
    ]
    if policy is not None:
        looks.append(("labels", lambda: _labels(opened, policy, about)))
    for check, look in looks:
        try:
            yield from look()
        except ForgeError as error:
            yield _refused(check, about, error)


def _refused(check: str, about: str, error: ForgeError) -> Diagnosis:
    if isinstance(error, LimitedError):
        return warning(check, about, "The forge asks for patience.", f"Try again in {error.seconds:.0f} s.")
    code = next((code for kind, code in REASONS if isinstance(error, kind)), "forge-error")
    return failure(check, about, reason(code).happened, reason(code).remedy)


def _project(chosen: Tracker, about: str, project: Project) -> Iterator[Diagnosis]:
    if chosen.forge == "github" and project.visibility is not Visibility.PRIVATE:
        yield failure("visibility", about, reason("public").happened, reason("public").remedy)
    else:
        yield Diagnosis("visibility", about)
    if project.archived:
        yield failure("archived", about, reason("archived").happened, reason("archived").remedy)
    if project.name.casefold() != chosen.project.casefold():
        yield warning(
            "renamed", about, "The project goes by another name now.", "Put its present path into `tracker.project`."
        )


def _identity(forge: Forge, about: str) -> Iterator[Diagnosis]:
    if forge.us():
        yield Diagnosis("identity", about)
    else:
        yield warning(
            "identity",
            about,
            "The forge does not tell which account we are.",
            "Put the account's id into `tracker.bot_ids`.",
        )


def _labels(forge: Forge, policy: scope.Policy, about: str) -> Iterator[Diagnosis]:
    there = forge.label_definitions()
    steps = label_steps(policy, there)
    ours = {name.casefold() for name in policy.labels}
    archived = sorted(label.name for label in there if label.archived and label.name.casefold() in ours)
    if archived:
        yield failure(
            "labels-archived", about, f"Archived labels cannot be set: {', '.join(archived)}.", "Restore them."
        )
    if steps:
        yield warning(
            "labels", about, f"{len(steps)} labels are missing or look otherwise.", "Run `xsa-scope labels sync`."
        )
    else:
        yield Diagnosis("labels", about)


def _hooks(chosen: Tracker, forge: Forge, about: str, public_url: str) -> Iterator[Diagnosis]:
    if chosen.forge != "gitlab":
        return
    try:
        hooks = forge.hooks()
    except (NotFoundError, RefusedError):  # a Maintainer's right, which the service does not need otherwise
        yield Diagnosis("hook", about, cause="Not looked at: only a Maintainer may see hooks.")
        return
    here = [hook for hook in hooks if not public_url or hook.url.startswith(public_url.rstrip("/") + "/")]
    if not here:
        yield failure("hook", about, "No webhook leads to this service.", "Add one to PUBLIC_URL/webhooks/gitlab.")
    elif not any(hook.issues for hook in here):
        yield failure(
            "hook-events",
            about,
            "The webhook is not told of confidential issues.",
            "Switch on its issue and comment events.",
        )
    elif any(hook.state != "executable" for hook in here):
        yield failure(
            "hook-disabled",
            about,
            "GitLab switched the webhook off, because it failed.",
            "Mend the cause, then test the hook.",
        )
    else:
        yield Diagnosis("hook", about)


def _deliveries(forge: Forge, about: str) -> Iterator[Diagnosis]:
    log = forge.deliveries()
    if log is None:
        return
    recent = list(islice(log, RECENT))
    failed = sum(not delivery.arrived for delivery in recent)
    if recent and failed > MOST_FAILED * len(recent):
        yield failure(
            "deliveries",
            about,
            f"{failed} of the last {len(recent)} webhook deliveries failed.",
            "Compare address and secret of the App's webhook with the settings; see whether the service is reached.",
        )
    else:
        yield Diagnosis("deliveries", about)
