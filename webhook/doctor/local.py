"""What can be seen without a forge: settings, secrets, files, and what the database tells of the service."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from webhook import health
from webhook.doctor.diagnosis import Diagnosis, failure, warning
from webhook.settings import Settings, Tracker

SHORTEST_SECRET: Final = 16
"""Bytes: a shorter webhook secret can be guessed by trying."""
WARNINGS: Final = frozenset({"policy-waits", "dead-letters"})
"""Needs that a person should see to without anything standing still."""


def settings_found(settings: Settings) -> Iterator[Diagnosis]:
    """What the settings leave open."""
    if not settings.trackers:
        yield warning("trackers", "", "No tracker is configured: pages and API only.", "Add a [[tracker]].")
    if settings.trackers and settings.public_url is None:
        yield warning(
            "public-url",
            "",
            "The service does not know its own address.",
            "Set public_url to what webhooks are sent to.",
        )
    elif settings.public_url is not None and not settings.public_url.startswith("https://"):
        yield warning("public-url", "", "Webhooks come over plain HTTP.", "Put TLS before the service; use https://.")
    for tracker in settings.trackers:
        yield _secret(tracker)


def _secret(tracker: Tracker) -> Diagnosis:
    about = f"{tracker.forge}:{tracker.project}"
    known = (*tracker.webhook_secrets, *tracker.signing_keys, *tracker.hook_tokens)
    if not known:
        return failure(
            "webhook-secret",
            about,
            "No webhook secret: every delivery is refused.",
            "Configure the secret of the hook.",
        )
    if any(len(secret) < SHORTEST_SECRET for secret in known):
        return warning(
            "webhook-secret",
            about,
            "A webhook secret is short.",
            "Use 32 random characters; several may be valid at once.",
        )
    return Diagnosis("webhook-secret", about)


def files(settings: Settings, folder: Path) -> Iterator[Diagnosis]:
    """Who may read the database and the keys. `folder`: where relative file names in the settings start."""
    address = settings.database_url.get_secret_value()
    if address.startswith("sqlite"):
        yield _private("database-file", Path(address.partition("///")[2]), "It is a list of unfixed vulnerabilities.")
    for tracker in settings.trackers:
        named = (tracker.private_key_file, tracker.token_file, tracker.webhook_secret_file)
        for name in filter(None, (*named, tracker.signing_secret_file, tracker.token_secret_file)):
            yield _private("secret-file", folder / name, "It holds a secret.")


def _private(check: str, file: Path, why: str) -> Diagnosis:
    try:
        mode = file.stat().st_mode
    except OSError:
        return Diagnosis(check, file.name)  # that it is not there is told elsewhere
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return failure(check, file.name, f"Others on this machine may read it. {why}", f"chmod 600 {file.name}")
    return Diagnosis(check, file.name)


def database(watch: health.Watch, now: datetime) -> Iterator[Diagnosis]:
    """Database, migrations, policy, and whatever `status` says needs a person."""
    picture = watch.picture(now)
    for finding in picture.findings:
        if finding.well and finding.name != "tracker":
            yield Diagnosis(finding.name, finding.facts.get("tracker", ""))
    for need in picture.needs:
        make = warning if need.code in WARNINGS else failure
        cause, colon, command = need.says.partition(": `")
        remedy = f"`{command}" if colon else "`xsa-scope status` shows more."
        yield make(need.code, need.about, cause, remedy)
