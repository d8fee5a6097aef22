"""Child processes of the tool: each in a session of its own, ended when the tool is interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

GRACE_SECONDS = 20.0
POLL_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a child process ended."""

    code: int
    """Exit code; negative when a signal ended it."""
    stdout: str
    """What it printed; with a log file, stdout and stderr together."""
    stderr: str
    """What it complained about; empty with a log file."""
    log: Path | None
    """The file that has its whole output, if one was asked for."""

    def tail(self, lines: int = 12) -> str:
        """Return the last lines of what it said, the complaint first choice."""
        text = self.stderr.strip() or self.stdout.strip()
        return "\n".join(text.splitlines()[-lines:])


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
    poll: Callable[[], None] | None = None,
) -> Finished:
    """Run one child to its end; `poll` is called about ten times a second while it runs.

    The child leads a session of its own: a Ctrl-C at the terminal reaches this process only, which then asks the
    child's whole group to stop, so that nothing is left behind however the tool is ended.
    """
    if log is None:
        out: int = subprocess.PIPE
        err: int = subprocess.PIPE
    else:
        log.parent.mkdir(parents=True, exist_ok=True)
        out, err = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), subprocess.STDOUT
    try:
        child = subprocess.Popen(
            argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
        )
    finally:
        if log is not None:
            os.close(out)
    try:
        stdout, stderr = _wait(child, poll)
    except BaseException:
        end_group(child)
        raise
    if log is not None:
        return Finished(code=child.returncode, stdout=log.read_text("utf-8", "replace"), stderr="", log=log)
    return Finished(
        code=child.returncode,
        stdout=stdout.decode("utf-8", "replace"),
        stderr=stderr.decode("utf-8", "replace"),
        log=None,
    )


def attached(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None) -> int:
    """Run a child in this terminal, with its questions and its answers, and return its exit code as a shell would.

    A Ctrl-C at the terminal reaches the child itself, which decides what becomes of it: sent on it would be a second
    one, which stops the engine at once. SIGTERM and SIGHUP are passed on.
    """
    started: list[subprocess.Popen[bytes]] = []

    def pass_on(signum: int, _frame: object) -> None:
        for one in started:
            one.send_signal(signum)

    # in place before the child is: no signal may find this process without an answer and leave the child alone
    before = {signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None)}
    before |= {signum: signal.signal(signum, pass_on) for signum in (signal.SIGTERM, signal.SIGHUP)}
    try:
        started.append(subprocess.Popen(argv, cwd=cwd, env=env))
        code = started[0].wait()
        return code if code >= 0 else 128 - code
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _wait(child: subprocess.Popen[bytes], poll: Callable[[], None] | None) -> tuple[bytes, bytes]:
    if poll is None:
        stdout, stderr = child.communicate()
        return stdout or b"", stderr or b""
    while True:
        try:
            stdout, stderr = child.communicate(timeout=POLL_SECONDS)
        except subprocess.TimeoutExpired:
            poll()
        else:
            poll()
            return stdout or b"", stderr or b""


def end_group(child: subprocess.Popen[bytes], grace_seconds: float = GRACE_SECONDS) -> None:
    """Interrupt the child's process group, wait, and kill what is still there."""
    for signum, wait in ((signal.SIGINT, grace_seconds), (signal.SIGKILL, None)):
        try:
            os.killpg(child.pid, signum)
        except (ProcessLookupError, PermissionError):
            break
        try:
            child.wait(wait)
        except subprocess.TimeoutExpired:
            continue
        # the leader is gone; members of its group that outlived it are not waited for, they are killed
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            break
    child.poll()
    for stream in (child.stdout, child.stderr):
        if stream is not None:
            stream.close()
