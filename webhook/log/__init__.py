"""Logs that cannot carry prose: a fixed set of keys, each with a shape in which no sentence fits.

`logger(__name__).info("run.done", issue=ref, seconds=0.4)` writes one JSON line to standard error, or a coloured one
on a terminal. A key or value that does not fit (`shapes`) is left out and its key named under `unfit`; inside
`strict()`, where the tests run, it is an error. What libraries log goes through `libraries`.
"""

from webhook.log.libraries import configure
from webhook.log.lines import failure, logger, strict
from webhook.log.shapes import SHAPES, UnfitForLogError

__all__ = ["SHAPES", "UnfitForLogError", "configure", "failure", "logger", "strict"]
