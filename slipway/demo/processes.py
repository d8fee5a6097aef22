"""The processes of a demo run: found through /proc by a mark in their environment, ended, and measured."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

MARK = "SLIPWAY_DEMO_RUN"
PROC = Path("/proc")
LINUX = sys.platform.startswith("linux")
STAT_STATE, STAT_PARENT, STAT_START, STAT_RSS = (
    0,
    1,
    19,
    21,
)  # fields of /proc/PID/stat after the command's closing parenthesis
GRACE_SECONDS = 8.0
Identity = tuple[int, str]
"""A process number and when it started, which together are never given twice."""


def of_run(folder: Path) -> list[int]:
    """Return the living processes that the run in `folder` started, this one left out.

    On Linux by the mark that every process of a run inherits, or as the sandbox of that folder by its command line;
    elsewhere by the command line alone. A shell that somebody opened in the folder is none of them.
    """
    words = os.fsencode(folder.resolve())
    if not LINUX:
        listing = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, check=False).stdout
        lines = (line.split(None, 1) for line in listing.splitlines())
        found = [int(pid) for pid, command in lines if _is_sandbox(command, words)]
    else:
        found = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit() and _belongs(entry, words)]
    return sorted(set(found) - {os.getpid()})


def _belongs(entry: Path, words: bytes) -> bool:
    try:
        if _stat(entry)[STAT_STATE] in {"Z", "X"}:
            return False
        mark = os.fsencode(MARK) + b"=" + words
        return mark in (entry / "environ").read_bytes().split(b"\0") or _is_sandbox(
            (entry / "cmdline").read_bytes(), words
        )
    except (OSError, IndexError):
        return False  # gone in the meantime, or somebody else's


def _is_sandbox(command: bytes, words: bytes) -> bool:
    return b"slipway.sandbox" in command and words in command


def command_line(pid: int) -> str:
    """Return a process's command line for a message."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()[:120]
    except OSError:
        return "?"


def alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return not LINUX or _stat(PROC / str(pid))[STAT_STATE] not in {"Z", "X"}
    except (OSError, IndexError):
        return False


def end_run(folder: Path) -> list[int]:
    """End every process of the run: SIGTERM, then SIGKILL; return those that were there."""
    there = of_run(folder)
    for signum in (signal.SIGTERM, signal.SIGKILL):
        for pid in of_run(folder):
            try:
                os.kill(pid, signum)
            except (ProcessLookupError, PermissionError):
                continue
        if wait_gone(folder, GRACE_SECONDS):
            break
    return there


def wait_gone(folder: Path, seconds: float) -> bool:
    """Wait until no process of the run is left; say whether that came true."""
    until = time.monotonic() + seconds
    while of_run(folder):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def port_is_free(port: int) -> bool:
    """Tell whether nobody listens on a loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a loopback port that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def descendants(roots: set[int]) -> dict[Identity, int]:
    """Return resident bytes by process for `roots` and all below them (Linux; elsewhere empty)."""
    if not LINUX:
        return {}
    page = os.sysconf("SC_PAGE_SIZE")
    parents: dict[int, int] = {}
    sizes: dict[Identity, int] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                stat = _stat(entry)
            except (OSError, IndexError):
                continue
            parents[int(entry.name)] = int(stat[STAT_PARENT])
            sizes[int(entry.name), stat[STAT_START]] = int(stat[STAT_RSS]) * page
    ours: dict[Identity, int] = {}
    for identity, size in sizes.items():
        pid = identity[0]
        while pid not in roots and pid in parents:
            pid = parents[pid]
        if pid in roots:
            ours[identity] = size
    return ours


def still_alive(identities: set[Identity]) -> list[int]:
    """Return those of the processes that still run, this one left out."""
    return sorted(pid for pid, start in identities if pid != os.getpid() and _runs(pid, start))


def wait_ended(identities: set[Identity], seconds: float) -> list[int]:
    """Wait until none of the processes runs; return those that still do when the time is up."""
    until = time.monotonic() + seconds
    while (alive_yet := still_alive(identities)) and time.monotonic() < until:
        time.sleep(0.05)
    return alive_yet


def _runs(pid: int, start: str) -> bool:
    try:
        stat = _stat(PROC / str(pid))
        return stat[STAT_START] == start and stat[STAT_STATE] not in {"Z", "X"}
    except (OSError, IndexError):
        return False


def proportional(pid: int) -> int:
    """Return a process's resident bytes with shared pages divided among their users (Pss of smaps_rollup)."""
    try:
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        return 0
    return 0


def _stat(entry: Path) -> list[str]:
    return (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
