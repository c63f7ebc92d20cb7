"""A look at the whole installation: settings, files, database, policy, and each tracker as its forge shows it.

Every finding names its cause and a remedy. Nothing is changed, and nothing of any issue is asked for.
"""

from webhook.doctor.diagnosis import Diagnosis, Level
from webhook.doctor.forge import tracker
from webhook.doctor.local import database, files, settings_found

__all__ = ["Diagnosis", "Level", "database", "files", "settings_found", "tracker"]
