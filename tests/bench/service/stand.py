"""One contender on ground of its own: sandbox, postbox and contender, from `with` to its end."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import scope
from tests.bench.service.contenders import Contender, Entry, Purpose, Site
from tests.bench.service.ground import Ground, Request
from tests.bench.service.job import POLICY, report
from tests.bench.service.postbox import Delivery, Postbox
from tests.bench.service.processes import BenchError, free_port

FIRST_SECONDS = 60.0
"""The first issue may take this long; a contender that does not manage it is broken."""
REST_SECONDS = 3.0
"""No request for so long means at rest: as long as Probot waits between two comments."""
POLL = 0.05
WHOLE = frozenset({"labels", "comments"})


@dataclass
class Watch:
    """Sees in the sandbox's journal when the issues of a burst have got their labels and their comment."""

    ground: Ground
    numbers: frozenset[int]
    since: int
    began: float
    """When the burst was let go, seconds since 1970."""
    requests: list[Request] = field(default_factory=list)
    whole_at: dict[int, float] = field(default_factory=dict)
    """By issue: when it was whole, seconds after the burst began."""
    _parts: dict[int, set[str]] = field(default_factory=dict)

    def look(self) -> bool:
        """Take in what is new; False if nothing is."""
        new = self.ground.requests(self.since)
        for request in new:
            self.since = request.number
            self._take(request)
        self.requests += new
        return bool(new)

    def _take(self, request: Request) -> None:
        if request.effect is None or request.effect[0] not in self.numbers:
            return
        number, kind = request.effect
        parts = self._parts.setdefault(number, set())
        parts.add(kind)
        if parts >= WHOLE and number not in self.whole_at:
            self.whole_at[number] = request.at - self.began

    def until(self, count: int, at_most: float, quiet: float) -> bool:
        """Wait until so many are whole; False after `at_most` seconds, or `quiet` ones without any request."""
        deadline, heard = time.monotonic() + at_most, time.monotonic()
        while len(self.whole_at) < count:
            if self.look():
                heard = time.monotonic()
            elif time.monotonic() > min(deadline, heard + quiet):
                return False
            time.sleep(POLL)
        return True

    def rest(self, quiet: float, at_most: float) -> None:
        """Wait until there has been no request for `quiet` seconds."""
        deadline, heard = time.monotonic() + at_most, time.monotonic()
        while time.monotonic() < min(deadline, heard + quiet):
            if self.look():
                heard = time.monotonic()
            time.sleep(POLL)


@dataclass
class Stand:
    """What stands, and how a burst is let go."""

    site: Site
    ground: Ground
    postbox: Postbox
    contender: Contender
    body: str

    def burst(self, count: int) -> tuple[Watch, list[Delivery]]:
        """File issues, then deliver all of them at once; returns what watches them, and their deliveries."""
        self.postbox.hold()
        since = self.ground.last()
        numbers = self.ground.file(self.body, count)
        watch = Watch(self.ground, frozenset(numbers), since, time.time())
        opened = self.postbox.release()
        return watch, opened

    def warm_up(self) -> list[Delivery]:
        """One issue to the end, and a rest: connections, tokens and caches are there, pacing is at its start."""
        watch, opened = self.burst(1)
        if not watch.until(1, FIRST_SECONDS, FIRST_SECONDS):
            raise BenchError(f"the first issue was not labelled and commented on{self.logs()}")
        watch.rest(REST_SECONDS, 4 * REST_SECONDS)
        return opened

    def comments(self, numbers: Sequence[int]) -> int:
        """Comments beyond the first on each of these issues."""
        return sum(max(0, count - 1) for count in self.ground.comments(numbers).values())

    def logs(self) -> str:
        """The end of what the contender logged, for a failure's message."""
        files = {process.log for process in self.contender.processes().values()}
        return "".join(f"\n--- {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in sorted(files))


@contextmanager
def stand(entry: Entry, purpose: Purpose) -> Iterator[Stand]:
    """Set up ground and contender and start it; at the end everything is killed and removed."""
    policy = scope.load_policy(POLICY)
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix=f"bench-{entry.name}-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        ground = Ground(folder)
        stack.callback(ground.close)
        port = free_port()
        postbox = Postbox(f"127.0.0.1:{port}")
        stack.callback(postbox.close)
        app = ground.set_up(policy, postbox.url)
        ground.limits(on=purpose is Purpose.LIMITED)
        site = Site(folder, ground.url, app["id"], app["bot_id"], ground.secret, port)
        _write_key(folder, app["private_key"])
        contender = entry.make(site, stack, purpose)
        stack.callback(_kill, contender)
        contender.start()
        yield Stand(site, ground, postbox, contender, report(policy))


def _kill(contender: Contender) -> None:
    for process in contender.processes().values():
        process.kill()


def _write_key(folder: Path, key: str) -> None:
    file = folder / "app.pem"
    file.touch(mode=0o600)
    file.write_text(key, encoding="ascii")
