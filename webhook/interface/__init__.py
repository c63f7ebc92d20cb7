"""The decide interface: one report as JSON in, one verdict as JSON out (the command line and the API share it).

`strict` turns text into a JSON value, `reports` a value into a `scope.Report`, `verdicts` a verdict into its answer;
`openapi` describes all of it.
Deciding is `scope`'s; reading lines, and writing answers somewhere, is left to the caller.
"""

from webhook.interface.reports import ReportReader
from webhook.interface.strict import BadReportError, nearest
from webhook.interface.verdicts import Decision, Refusal, decision, refusal

__all__ = ["BadReportError", "Decision", "Refusal", "ReportReader", "decision", "nearest", "refusal"]
