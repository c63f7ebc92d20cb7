"""The sandbox as a process of its own: prints one line of JSON with its address, ends by itself if asked."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path

from webhook.sandbox.server import Sandbox


def main() -> None:
    """Serve until SIGINT, SIGTERM or the end of the lifetime."""
    parser = argparse.ArgumentParser(prog="python -m webhook.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ready-file", type=Path, help="gets the same line of JSON once the sandbox answers")
    parser.add_argument("--lifetime", type=float, help="seconds after which it stops by itself")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    with Sandbox(options.port, lifetime=options.lifetime) as sandbox:
        _announce(sandbox.url, options.ready_file)
        sandbox.ended.wait()


def _announce(url: str, ready_file: Path | None) -> None:
    line = json.dumps({"url": url, "control": f"{url}/_sandbox/"})
    print(line, flush=True)  # noqa: T201  # this line is what the process is started for
    if ready_file:
        # written aside and moved, so that nobody reads half a line
        part = ready_file.with_name(ready_file.name + ".part")
        part.write_text(line + "\n", encoding="utf-8")
        part.replace(ready_file)


if __name__ == "__main__":
    main()
