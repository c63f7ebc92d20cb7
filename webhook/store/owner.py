"""Who holds a lease: the identity of a process, and whether a process of this machine is still alive.

The identity is `host:pid:start:random`. `host` also names the boot and the process-id space, so that two containers
with the same host name never take each other's processes for dead ones.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
from functools import cache
from pathlib import Path


def this_process() -> str:
    """A fresh identity of this process, different at each call."""
    return f"{this_host()}:{os.getpid()}:{_start(os.getpid())}:{secrets.token_hex(4)}"


@cache
def this_host() -> str:
    """Where process ids mean the same: host name, boot, process-id space."""
    name = re.sub(r"[^A-Za-z0-9_-]", "-", socket.gethostname())[:32]
    return f"{name}.{_boot()}.{_pid_space()}"


def is_gone(owner: str) -> bool:
    """Whether the owner was a process of this machine that has ended. False for other machines' processes."""
    parts = owner.rsplit(":", 3)
    if len(parts) != 4 or parts[0] != this_host() or not parts[1].isdigit():  # noqa: PLR2004  # the parts of an identity
        return False
    pid = int(parts[1])
    return not _alive(pid) or _start(pid) != parts[2]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) != "Z"


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat after the command's name, which may contain anything; empty where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _state(pid: int) -> str:
    fields = _stat(pid)
    return fields[0] if fields else ""


def _start(pid: int) -> str:
    """When the process started, in clock ticks since boot (proc(5), field 22); empty where it cannot be told."""
    fields = _stat(pid)
    return fields[19] if fields else ""


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
    except OSError:
        return ""


def _pid_space() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        return ""
