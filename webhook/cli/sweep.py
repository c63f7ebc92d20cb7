"""`xsa-scope sweep URL`: bring all open issues of a project to their desired state without a server."""

from __future__ import annotations

import click

from webhook.cli import job


@click.command()
@click.argument("url")
@job.options
def command(*, url: str, **chosen: object) -> None:
    """Decide all open private issues of the project at URL and say what is to be written; with --apply, write it.

    Exit codes: 0 done, 1 failed, 3 changes are pending (without --apply).
    """
    job.run(url, one=False, wish=job.Wish(**chosen))  # type: ignore[arg-type]  # click's parameters have these types
