"""The service at one moment as people read it in a terminal: what needs them first, then everything else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from webhook import health
from webhook.store import BudgetLeft, LaneStats

SECONDS_SHOWN = 100
MINUTES_SHOWN = 100
HOURS_SHOWN = 72
"""A time up to so much is told in this unit, a longer one in the next."""


def show(picture: health.Picture, console: Console | None = None) -> None:
    """Print the whole picture."""
    teller = _Teller(picture, console or Console())
    teller.needs()
    teller.checks()
    for one in picture.trackers:
        teller.tracker(one)
    teller.budgets(picture.budgets)


def span(seconds: float) -> str:
    """A time in its largest sensible unit."""
    if seconds < SECONDS_SHOWN:
        return f"{seconds:.0f} s"
    if seconds < MINUTES_SHOWN * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < HOURS_SHOWN * 3600 else f"{seconds / 86_400:.0f} days"


class _Teller:
    def __init__(self, picture: health.Picture, console: Console) -> None:
        self._picture, self._console = picture, console

    def needs(self) -> None:
        needs = self._picture.needs
        if not needs:
            self._say("All is well.", "bold green")
        for need in needs:
            about = f"{need.about}: " if need.about else ""
            self._say(f"{need.code}: {about}{need.says}", "bold red")

    def checks(self) -> None:
        general = [finding for finding in self._picture.findings if "tracker" not in finding.facts]
        self._say(", ".join(f"{finding.name} {'ok' if finding.well else 'FAILING'}" for finding in general))
        policy = self._picture.policy
        if policy is not None:
            self._say(f"policy {policy.id}, version {policy.version}, {policy.digest}")

    def tracker(self, one: health.TrackerPicture) -> None:
        census, state = one.census, one.state
        rows = Table(title=str(one.tracker), title_justify="left", box=box.SIMPLE_HEAD, show_header=False)
        rows.add_column(style="dim")
        rows.add_column(overflow="fold")

        def row(name: str, words: str) -> None:
            if words:
                rows.add_row(Text(name), Text(words))

        row("configured", "" if one.configured else "not any more: its issues are not worked on")
        row("stopped", f"{self._ago(state.stopped_at)}: {state.stopped_reason}" if state.stopped_at else "")
        row("forge answered", self._ago(state.last_success_at))
        for hold in one.holds:
            row(f"{hold.lane.name.lower()} work waits", f"{self._ahead(hold.until)}: {hold.reason}")
        row("live work", _lane(census.live))
        row("bulk work", _lane(census.bulk))
        row("failing", _counts(census.failing))
        row("dead letters", str(census.dead) if census.dead else "")
        row("issues", _counts(census.outcomes) or "none")
        row("a person's decision", str(census.overridden) if census.overridden else "")
        row("left alone", f"{census.flapping}: somebody keeps reversing labels" if census.flapping else "")
        row("swept", f"{self._ago(state.swept_until)}, all of it {self._ago(state.full_sweep_at)}")
        row("duties", ", ".join(f"{name} {self._ahead(due)}" for name, due in sorted(state.duties.items())))
        duties = f"{census.duty_reason}, {census.duty_attempts} times in a row"
        row("duties fail", duties if census.duty_reason else "")
        self._console.print(rows)

    def budgets(self, budgets: Iterable[BudgetLeft]) -> None:
        rows = Table("Limit", "Left", "Wait", title="Budgets", title_justify="left", box=box.SIMPLE_HEAD)
        for one in budgets:
            waits = span(one.waits) if one.waits else "none"
            rows.add_row(Text(f"{one.credential}: {one.window}"), f"{one.left} of {one.burst}", waits)
        if rows.row_count:
            self._console.print(rows)

    def _ago(self, then: datetime | None) -> str:
        return "never" if then is None else f"{self._span(self._picture.at - then)} ago"

    def _ahead(self, then: datetime) -> str:
        return f"in {self._span(then - self._picture.at)}" if then > self._picture.at else "now"

    @staticmethod
    def _span(time: timedelta) -> str:
        return span(max(0.0, time.total_seconds()))

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style))


def _lane(lane: LaneStats) -> str:
    if lane == LaneStats():
        return "none"
    due = f" (for {span(lane.due_seconds)})" if lane.due else ""
    return f"{lane.due} due{due}, {lane.waiting} waiting, {lane.running} running; oldest {span(lane.oldest_seconds)}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))
