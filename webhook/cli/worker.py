"""`xsa-scope worker`: one worker process, which reads due issues, decides and writes to the forges."""

from __future__ import annotations

from datetime import timedelta

import click

from webhook.cli import starting


@click.command()
def command() -> None:
    """Run a worker process. Any number may run, on any number of machines with PostgreSQL."""
    settings = starting.settings()
    store = starting.store(settings)
    starting.share_figures()

    # imported only now, because the figures' folder must be known before
    import scope  # noqa: PLC0415
    from webhook.reconcile import build_run, load_policy  # noqa: PLC0415
    from webhook.worker import Retry, Worker, run_until_signalled  # noqa: PLC0415

    try:
        policy = load_policy(settings)
    except scope.PolicyError as error:
        raise click.ClickException(str(error)) from None
    chosen = settings.worker
    worker = Worker(
        store,
        build_run(settings, policy, store),
        threads=chosen.threads,
        lease=timedelta(seconds=chosen.lease_seconds),
        poll=chosen.poll_seconds,
        drain=chosen.drain_seconds,
        retry=Retry(attempts=chosen.attempts),
    )
    run_until_signalled(worker)
    store.close()
