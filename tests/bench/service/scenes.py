"""What is measured of each contender, scene by scene. Each scene has a stand of its own and returns figures by name."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, TypeAlias

from tests.bench.service.contenders import Entry, Purpose
from tests.bench.service.load import RATE, Letters, paced, saturated
from tests.bench.service.stand import REST_SECONDS, Stand, Watch, stand

Figures: TypeAlias = dict[str, Any]

SMALL, LARGE, FREE = 10, 200, 150
"""Issues of the small burst, of the large one, and of the one with limits lifted."""
DOUBLED, KILLED, KILLED_AFTER = 5, 10, 1
"""Issues told of twice; issues of the burst in which the contender is killed, and how many are whole by then."""
LATENCY = 0.1
"""Seconds each answer of the forge takes where the contender is killed: about what GitHub takes."""
SMALL_SECONDS = 90.0
FREE_SECONDS = 40.0
KILLED_SECONDS = 100.0
PATIENCE = 75.0
"""Seconds without a request after which nothing more is expected: the forge asks nobody to wait longer than 60."""
IDLE_SECONDS = 3.0


def accept(entry: Entry) -> Figures:
    """How fast deliveries are taken. Ours answers once the delivery is on disk; of the peers no work is asked."""
    with stand(entry, Purpose.ACCEPT) as one:
        one.postbox.hold()
        one.ground.file(one.body, 1)
        letters = Letters.like(one.postbox.take()[0], one.site.secret)
        steady, most = paced(one.site, letters), saturated(one.site, letters)
    return {
        "accept_per_s": most.per_s,
        "accept_p50_ms": steady.p50_ms,
        "accept_p99_ms": steady.p99_ms,
        "accept_full_p50_ms": most.p50_ms,
        "accept_full_p99_ms": most.p99_ms,
        "accept_refused": steady.refused + most.refused,
        "accept_by": most.by,
        "accept_paced_per_s": RATE,
    }


def free(entry: Entry) -> Figures:
    """Issues a second with the forge's limits lifted, and how busy forge and contender were meanwhile."""
    with stand(entry, Purpose.FREE) as one:
        one.warm_up()
        before = _cpu(one)
        watch, _ = one.burst(FREE)
        watch.until(FREE, FREE_SECONDS, FREE_SECONDS)
        took = time.time() - watch.began
        used = {name: round((now - before[name]) / took, 2) for name, now in _cpu(one).items()}
    done = len(watch.whole_at)
    last = max(watch.whole_at.values(), default=0.0)
    return {
        "issues_per_s_unlimited": round(done / last, 1) if done else 0.0,
        "unlimited_done": done,
        "unlimited_cores_used": used,
    }


def small(entry: Entry) -> Figures:
    """A new issue's requests, a burst of ten under limits, and the memory held after it."""
    with stand(entry, Purpose.LIMITED) as one:
        one.warm_up()
        requests = _requests_of_one(one)
        watch, _ = one.burst(SMALL)
        whole = watch.until(SMALL, SMALL_SECONDS, SMALL_SECONDS)
        watch.rest(REST_SECONDS, 4 * REST_SECONDS)
        return {
            **requests,
            "burst10_s": round(max(watch.whole_at.values()), 3) if whole else None,
            "burst10_done": len(watch.whole_at),
            **_memory(one),
            "idle_cpu_percent": _idle(one),
        }


def _requests_of_one(one: Stand) -> Figures:
    watch, _ = one.burst(1)
    watch.until(1, SMALL_SECONDS, SMALL_SECONDS)
    until_whole = len(watch.requests)
    watch.rest(REST_SECONDS, 4 * REST_SECONDS)
    writes = sum(request.writes for request in watch.requests)
    return {
        "requests_new_issue": len(watch.requests),
        "reads_new_issue": len(watch.requests) - writes,
        "writes_new_issue": writes,
        "requests_until_whole": until_whole,
    }


def _memory(one: Stand) -> Figures:
    running = one.contender.processes().items()
    held = [(name, memory) for name, process in running if process.alive() for memory in process.memory()]
    return {
        "rss_mb": max(memory.rss_mb for _, memory in held),
        "pss_total_mb": round(sum(memory.pss_mb for _, memory in held), 1),
        "processes": [{"what": name, "rss_mb": memory.rss_mb, "pss_mb": memory.pss_mb} for name, memory in held],
    }


def _idle(one: Stand) -> dict[str, float]:
    before = _cpu(one)
    time.sleep(IDLE_SECONDS)
    return {name: round(100 * (now - before[name]) / IDLE_SECONDS, 1) for name, now in _cpu(one).items()}


def _cpu(one: Stand) -> Mapping[str, float]:
    running = {name: process for name, process in one.contender.processes().items() if process.alive()}
    return {"forge": one.ground.process.cpu_seconds()} | {
        name: process.cpu_seconds() for name, process in running.items()
    }


def mishaps(entry: Entry) -> Figures:
    """Deliveries made twice, and a SIGKILL in the middle of a burst whose deliveries were all accepted by then."""
    with stand(entry, Purpose.LIMITED) as one:
        one.warm_up()
        return {**_told_twice(one), **_killed(one)}


def _told_twice(one: Stand) -> Figures:
    watch, opened = one.burst(DOUBLED)
    watch.until(DOUBLED, SMALL_SECONDS, PATIENCE)
    watch.rest(REST_SECONDS, 4 * REST_SECONDS)
    seen = len(watch.requests)
    one.postbox.send([delivery for delivery in opened if delivery.kind == "issues.opened"])
    watch.rest(2 * REST_SECONDS, SMALL_SECONDS)
    return {
        "doubled_after_redelivery": one.comments(sorted(watch.numbers)),
        "writes_after_redelivery": sum(request.writes for request in watch.requests[seen:]),
        "redelivered": DOUBLED,
    }


def _killed(one: Stand) -> Figures:
    one.ground.do("faults", "add", kind="slow", seconds=LATENCY)
    answered = len(one.postbox.answers)
    watch, opened = one.burst(KILLED)
    watch.until(KILLED_AFTER, SMALL_SECONDS, PATIENCE)
    accepted = sum(200 <= status < 300 for status in one.postbox.answers[answered:])
    began = time.time()
    for process in one.contender.processes().values():
        process.kill()
    by_then = len(watch.whole_at)
    one.contender.start()
    watch.until(KILLED, KILLED_SECONDS, PATIENCE)
    numbers = sorted(watch.numbers)
    return {
        "lost_after_kill": KILLED - one.ground.whole(numbers),
        "doubled_after_kill": one.comments(numbers),
        "killed_burst": KILLED,
        "whole_when_killed": by_then,
        "accepted_when_killed": min(accepted, len(opened)),
        "recovered_s": _recovered(watch, began),
    }


def _recovered(watch: Watch, began: float) -> float | None:
    """Seconds from the kill until the last issue was whole."""
    if len(watch.whole_at) < KILLED:
        return None
    return max(0.0, round(watch.began + max(watch.whole_at.values()) - began, 1))


def large(entry: Entry, at_most: float) -> Figures:
    """A burst of two hundred under limits, watched for `at_most` seconds. What is not there by then is estimated."""
    with stand(entry, Purpose.LIMITED) as one:
        one.warm_up()
        watch, _ = one.burst(LARGE)
        began = time.monotonic()
        whole = watch.until(LARGE, at_most, PATIENCE)
        took = time.monotonic() - began
    times = sorted(watch.whole_at.values())
    if whole:
        return {"burst200_s": round(times[-1], 1), "burst200_done": LARGE, "burst200_estimated": False}
    found = {"burst200_s": None, "burst200_done": len(times), "burst200_estimated": False}
    recent = sum(one > took / 2 for one in times)
    if took < at_most or not recent:
        return found  # it gave up, and no patience would change that
    rate = recent / (took / 2)
    return {**found, "burst200_s": round(took + (LARGE - len(times)) / rate), "burst200_estimated": True}
