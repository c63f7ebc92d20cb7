"""Work without a server: one issue or one project brought to its desired state by a command, as a CI job runs it.

The work list, the budgets and the rooms are the service's own; only the database lives no longer than the command.
What is known between runs is read from the forge: our comment, and who put which label there.
"""

from webhook.once.address import Address, AddressError, Servers, read_address, servers
from webhook.once.job import Job
from webhook.once.outcome import Outcome, Tally
from webhook.once.run import run_job

__all__ = ["Address", "AddressError", "Job", "Outcome", "Servers", "Tally", "read_address", "run_job", "servers"]
