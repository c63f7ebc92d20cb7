"""Stopping in good order: SIGTERM or SIGINT ends the claiming, running work is finished, a second signal kills."""

from __future__ import annotations

import os
import select
import signal
import threading

from webhook.worker.loop import Worker

STOPS = (signal.SIGTERM, signal.SIGINT)


def run_until_signalled(worker: Worker) -> bool:
    """Work until the process is told to stop, then drain. For the main thread. True if nothing was left unfinished.

    The signal only wakes a pipe: a handler that took locks could meet the very thread it interrupted.
    """
    awake, alarm = os.pipe()
    os.set_blocking(alarm, False)
    signal.set_wakeup_fd(alarm)
    before = {number: signal.signal(number, lambda *_: None) for number in STOPS}
    working = threading.Thread(target=worker.work, name="claimer", daemon=True)
    working.start()
    try:
        while working.is_alive() and not select.select([awake], [], [], 1.0)[0]:
            pass
    finally:
        signal.set_wakeup_fd(-1)
        for number in STOPS:
            signal.signal(number, signal.SIG_DFL)
    worker.stop()
    working.join()
    for number, handler in before.items():
        signal.signal(number, handler)
    os.close(awake)
    os.close(alarm)
    return worker.drained
