"""Put the duties together from settings, policy and store; the adapters and the catalogue of labels are shared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import scope
from webhook.duties.kit import Chosen, Labels
from webhook.duties.run import Duties
from webhook.forges.port import Forge
from webhook.issue import ForgeKind
from webhook.settings import Settings
from webhook.store import Store, TrackerRef


def build_duties(
    settings: Settings,
    policy: scope.Policy,
    store: Store,
    *,
    forge_for: Callable[[TrackerRef], Forge],
    labels: Labels,
) -> Duties:
    """What a worker runs for each claim of duties."""
    return Duties(
        trackers=frozenset(TrackerRef(ForgeKind(t.forge), t.project) for t in settings.trackers),
        store=store,
        forge_for=forge_for,
        labels=labels,
        chosen=Chosen(
            managed=frozenset(policy.labels),
            keep_answers=timedelta(days=settings.retention.closed_days),
            public_url=settings.public_url or "",
        ),
    )
