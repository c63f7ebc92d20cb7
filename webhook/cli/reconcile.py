"""`xsa-scope reconcile URL`: bring one issue to its desired state without a server, as a CI job does."""

from __future__ import annotations

import click

from webhook.cli import job


@click.command()
@click.argument("url")
@job.options
def command(*, url: str, **chosen: object) -> None:
    """Decide the private issue at URL and say what is to be written there; with --apply, write it.

    Exit codes: 0 done, 1 failed, 3 changes are pending (without --apply).
    """
    job.run(url, one=True, wish=job.Wish(**chosen))  # type: ignore[arg-type]  # click's parameters have these types
