"""`xsa-scope worker`: one worker process, which reads due issues, decides and writes to the forges."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

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
    from webhook import resync  # noqa: PLC0415
    from webhook.duties import build_duties, schedule_missing  # noqa: PLC0415
    from webhook.issue import ForgeKind  # noqa: PLC0415
    from webhook.reconcile import build_workshop  # noqa: PLC0415
    from webhook.store import Claim, DutyClaim, TrackerRef  # noqa: PLC0415
    from webhook.worker import Retry, Worker, run_until_signalled  # noqa: PLC0415

    def build(policy: scope.Policy) -> tuple[Callable[[Claim], str], Callable[[DutyClaim], None]]:
        shop = build_workshop(settings, policy, store)
        duties = build_duties(settings, policy, store, forge_for=shop.forges.of, labels=shop.catalogue)
        return shop.run, shop.duties(duties)

    try:
        policy, _ = resync.settle(settings.policy, store, datetime.now(UTC))
    except scope.PolicyError as error:
        raise click.ClickException(str(error)) from None
    current = resync.Current(store, policy, build)

    def run(claim: Claim) -> str:
        return current.get()[0](claim)

    def run_duties(claim: DutyClaim) -> None:
        current.get()[1](claim)

    trackers = [TrackerRef(ForgeKind(one.forge), one.project) for one in settings.trackers]
    schedule_missing(store, trackers, datetime.now(UTC), random.random())  # noqa: S311  # spread, no secret
    chosen = settings.worker
    worker = Worker(
        store,
        run,
        run_duties,
        threads=chosen.threads,
        lease=timedelta(seconds=chosen.lease_seconds),
        poll=chosen.poll_seconds,
        drain=chosen.drain_seconds,
        retry=Retry(attempts=chosen.attempts),
    )
    run_until_signalled(worker)
    store.close()
