"""The service beside Probot and a gidgethub app on the same forge, in one run: load, bursts, mishaps, memory.

Prints a table, writes `build/bench/service.json`, and exits with 1 where the service is not what it is to be beside
its peers. The forge is the sandbox with GitHub's limits on, unless a scene says otherwise. Every contender gets the
same deliveries and does the same job; how, stands in `tests/bench/service`.

`--only NAME` measures one contender, `--scenes` some scenes, `--large-seconds` says how long the large burst is
watched.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))  # run by path, the folder of tests is not found otherwise

from tests.bench.service import scenes  # noqa: E402  # see above
from tests.bench.service.contenders import CONTENDERS, KEPT_TOKEN, Entry  # noqa: E402  # see above
from tests.bench.service.processes import BenchError, end_all  # noqa: E402  # see above
from tests.bench.service.results import Results  # noqa: E402  # see above

WHOLE_BENCH_SECONDS = 470
"""After this the bench has failed, and ends."""
LARGE_SECONDS = 150.0
SCENES = ("accept", "free", "small", "mishaps", "large")


def main() -> int:
    """Measure, print, write, judge."""
    chosen = _options()
    _end_in_time()
    results = Results()
    entries = []
    for entry in CONTENDERS:
        if chosen.only and entry.name not in chosen.only:
            continue
        reason = entry.missing()
        if reason:
            results.missing(entry, reason)
        else:
            entries.append(entry)
    _one_by_one(entries, chosen.scenes, results)
    _side_by_side(entries, chosen.scenes, chosen.large_seconds, results)
    results.write(ROOT / "build" / "bench" / "service.json")
    results.show()
    return results.judge(everything=set(chosen.scenes) == set(SCENES) and not chosen.only)


def _one_by_one(entries: Iterable[Entry], wanted: list[str], results: Results) -> None:
    """Scenes that use all of the machine, or whose times are told, have it for themselves."""
    for entry in entries:
        if "accept" in wanted:
            _measure(entry, scenes.accept, results)
        if "free" in wanted:
            _measure(entry, scenes.free, results)
            if entry.name == "gidgethub":
                _measure(KEPT_TOKEN, scenes.free, results)
        if "small" in wanted:
            _measure(entry, scenes.small, results)


def _side_by_side(entries: Iterable[Entry], wanted: list[str], large_seconds: float, results: Results) -> None:
    """Scenes that mostly wait for limits run together, each with a forge of its own."""
    large = partial(scenes.large, at_most=large_seconds)
    chosen = [scene for name, scene in (("mishaps", scenes.mishaps), ("large", large)) if name in wanted]
    with ThreadPoolExecutor(2 * len(CONTENDERS)) as pool:
        for job in [pool.submit(_measure, entry, scene, results) for entry in entries for scene in chosen]:
            job.result()


def _measure(entry: Entry, scene: Callable[[Entry], scenes.Figures], results: Results) -> None:
    """Run one scene; one that fails is told and leaves its figures out."""
    began = time.monotonic()
    title = f"{entry.told}: {getattr(scene, '__name__', 'large')}"
    try:
        results.add(entry, scene(entry))
    except BenchError as error:
        results.failed(entry, f"{title}: {error}")
    print(f"  {title} ({time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-service", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", choices=[entry.name for entry in CONTENDERS])
    parser.add_argument("--scenes", nargs="+", choices=SCENES, default=list(SCENES))
    parser.add_argument("--large-seconds", type=float, default=LARGE_SECONDS)
    return parser.parse_args()


def _end_in_time() -> None:
    """End everything, whatever hangs, when the bench's time is over."""

    def end() -> None:
        print("the bench took too long and was ended", file=sys.stderr, flush=True)
        end_all()
        os._exit(1)

    timer = threading.Timer(WHOLE_BENCH_SECONDS, end)
    timer.daemon = True
    timer.start()


if __name__ == "__main__":
    try:
        code = main()
    finally:
        end_all()
    sys.exit(code)
