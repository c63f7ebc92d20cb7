"""The budgets of the forges' credentials, shared by all processes: one row a window, each wish one transaction.

The sums are in `webhook.budget`; here the meters are read under a lock, and written back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select, update

from webhook import budget as sums
from webhook.budget import MICROSECOND, Cost, Meter, Rate
from webhook.store.marks import insert_into
from webhook.store.nouns import BudgetLeft
from webhook.store.schema import budget

_WRITE = (
    update(budget)
    .where(budget.c.credential == bindparam("of"), budget.c.window == bindparam("in_window"))
    .values({name: bindparam(name) for name in ("all_until", "bulk_until", "promised_until", "burst", "every")})
)


def take(  # noqa: PLR0913  # whose budget, what of it, for whom, when
    connection: Connection,
    credential: str,
    costs: Sequence[Cost],
    *,
    spent: Sequence[Cost],
    bulk: bool,
    now: datetime,
    again: bool,
) -> float:
    """Charge what was spent; then take all costs (0), or none of them and say how many seconds to wait."""
    windows = {cost.window.name: cost.window.all for cost in (*spent, *costs)}
    meters = _meters(connection, credential, windows)
    charged = sums.charge(meters, spent, bulk=bulk, now=now)
    taken = sums.take({**meters, **charged}, costs, bulk=bulk, now=now, again=again)
    changed = {**charged, **taken.meters}
    if changed:
        connection.execute(_WRITE, [_row(credential, name, meter, windows[name]) for name, meter in changed.items()])
    return max(0.0, taken.wait.total_seconds())


def left(connection: Connection, now: datetime) -> list[BudgetLeft]:
    """What could be taken at once of each window, and how long live work has been told to wait."""
    return [
        _left(row, now) for row in connection.execute(select(budget).order_by(budget.c.credential, budget.c.window))
    ]


def _meters(connection: Connection, credential: str, windows: Mapping[str, Rate]) -> dict[str, Meter]:
    """The meters under a lock, in one order everywhere, so that nobody waits in a circle."""
    names = sorted(windows)
    mine = and_(budget.c.credential == credential, budget.c.window.in_(names))
    found = connection.execute(select(budget).where(mine).order_by(budget.c.window).with_for_update()).all()
    if len(found) < len(names):
        make = insert_into(connection.dialect.name, budget).on_conflict_do_nothing()
        rows = [_figures(windows[name]) | {"credential": credential, "window": name} for name in names]
        connection.execute(make, rows)
        found = connection.execute(select(budget).where(mine).order_by(budget.c.window).with_for_update()).all()
    return {row.window: Meter(row.all_until, row.bulk_until, row.promised_until) for row in found}


def _row(credential: str, name: str, meter: Meter, rate: Rate) -> dict[str, Any]:
    return {
        "of": credential,
        "in_window": name,
        "all_until": meter.all_until,
        "bulk_until": meter.bulk_until,
        "promised_until": meter.promised,
        **_figures(rate),
    }


def _figures(rate: Rate) -> dict[str, int]:
    return {"burst": rate.burst, "every": rate.every // MICROSECOND}


def _left(row: Any, now: datetime) -> BudgetLeft:
    rate = Rate(row.burst, row.every * MICROSECOND)
    waits = 0.0 if row.promised_until is None else max(0.0, (row.promised_until - now).total_seconds())
    return BudgetLeft(row.credential, row.window, rate.left(row.all_until, now), row.burst, waits)
