"""A tracker's own duties: may we write there at all, are its labels defined, was anything missed. One module each.

They are claimed like issues and run by the same workers. A duty looks at the forge as it is now, whatever event
called for it, and hands what concerns an issue to the work list; only the labels' definitions are written from here.
What a failure leads to is the worker's business, when a duty is due again is `schedule`'s.
"""

from webhook.duties.build import build_duties
from webhook.duties.run import Duties
from webhook.duties.schedule import schedule_missing

__all__ = ["Duties", "build_duties", "schedule_missing"]
