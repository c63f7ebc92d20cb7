"""What each reason code means, and what a person does about it: one sentence each, for everybody who shows a code.

The codes are made where things go wrong (the worker's failures, runs that look again, stops of a tracker) and kept in
the database; a test sees to it that none is without its sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason code in words."""

    happened: str
    remedy: str
    waits: bool = True
    """Whether waiting may mend it. Where it does not, a person is needed at once."""


_LOOK: Final = "the issue is read anew before anything is written."

FAILURES: Final[Mapping[str, Reason]] = {
    "forge-uncertain": Reason(
        "A write got no clear answer from the forge, again and again.",
        f"See whether the forge works, then retry: {_LOOK}",
    ),
    "forge-unavailable": Reason(
        "The forge could not be reached, or answered with a fault of its own.",
        "See whether the server runs and the way to it is open, then retry.",
    ),
    "forge-credentials": Reason(
        "The forge did not accept our App or access token.",
        "Renew the token, or install the App on the project with its permissions; restart the workers, then retry.",
        waits=False,
    ),
    "forge-refused": Reason(
        "The forge understood what was asked and refused it.",
        "Look for a missing permission, a locked issue or an archived project; mend that, then retry.",
        waits=False,
    ),
    "forge-not-found": Reason(
        "The forge shows nothing at an address that was there before.",
        "See whether our account may still see the project; if so, retry.",
    ),
    "forge-gone": Reason(
        "The issue was deleted on the forge.",
        "Nothing is to be done; a retry finds it gone and forgets it.",
    ),
    "forge-moved": Reason(
        "Something else answered at this address: the issue or its project moved.",
        "If the project moved, correct `tracker.project` in the settings and restart; then retry.",
    ),
    "forge-error": Reason(
        "The forge did not do what was asked.",
        "Look for `run.failed` with this issue in the workers' logs, then retry.",
    ),
    "not-configured": Reason(
        "The issue's project is not in the settings any more.",
        "Put its tracker back into the settings, restart the workers and retry; or leave it: nothing is done there.",
        waits=False,
    ),
    "unexpected-error": Reason(
        "A fault of this program.",
        "Look for `run.failed` with this issue in the workers' logs and report its line.",
        waits=False,
    ),
    "crashed-repeatedly": Reason(
        "The worker's process ended again and again while it worked on this issue.",
        "See whether processes are killed (memory, restarts); if not, report it. Then retry.",
        waits=False,
    ),
}
"""Why runs fail; any of them can make a dead letter."""

HOLDS: Final[Mapping[str, Reason]] = {
    "limited-primary": Reason(
        "The forge's general limit on requests is used up.", "It ends by itself; see who else uses this account."
    ),
    "limited-secondary": Reason(
        "The forge asked for patience beyond its general limit.",
        "It ends by itself; lower `budgets` if it comes often.",
    ),
    "limited-application": Reason(
        "The forge's limit on this kind of request is used up.", "It ends by itself; lower `budgets` if it comes often."
    ),
    "paused": Reason("Somebody paused the relabelling.", "It goes on with `xsa-scope resync resume`.", waits=False),
    "budget": Reason(
        "Our own budget for this account is used up for the moment.", "It ends by itself; `budgets` sets its size."
    ),
}
"""Why a tracker's issues wait."""

WAITS: Final[Mapping[str, Reason]] = {
    "not-there-yet": Reason("The forge does not show the new issue yet.", "It is looked at again by itself."),
    "stale-read": Reason("The forge showed the issue as it was before.", "It is looked at again by itself."),
    "changed-meanwhile": Reason("The issue changed while it was worked on.", "It is looked at again by itself."),
    "label-refused": Reason(
        "The forge accepted a label and did not set it.", "See whether the label is archived; the others are set."
    ),
}
"""Why a run looks again soon."""

STOPS: Final[Mapping[str, Reason]] = {
    "public": Reason(
        "Everybody can read the project's issues: nothing is written, and what was stored of them is deleted.",
        "Make the project private; work then goes on by itself within an hour or so.",
        waits=False,
    ),
    "visibility-unclear": Reason(
        "Whether the project is still private could not be seen, so nothing is written.",
        "See whether the forge answers and our account may see the project; work then goes on by itself.",
    ),
    "project-gone": Reason(
        "The forge shows no such project to our account.",
        "Restore its access, or take the tracker out of the settings.",
        waits=False,
    ),
    "project-moved": Reason(
        "The project goes by another address now.",
        "Correct `tracker.project` in the settings and restart.",
        waits=False,
    ),
    "another-project": Reason(
        "Another project has this address now.", "Correct `tracker.project` in the settings and restart.", waits=False
    ),
    "archived": Reason(
        "The project is archived: the forge refuses every write.",
        "Unarchive it, or take the tracker out of the settings.",
        waits=False,
    ),
}
"""Why a tracker is stopped."""

REASONS: Final[Mapping[str, Reason]] = {**FAILURES, **HOLDS, **WAITS, **STOPS}
"""Every reason code."""

UNKNOWN: Final = Reason(
    "This release does not know the code.", "It was written by another release: see which releases run here."
)


def reason(code: str) -> Reason:
    """What a code means."""
    return REASONS.get(code, UNKNOWN)
