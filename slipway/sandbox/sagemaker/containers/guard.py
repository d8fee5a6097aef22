"""Ends every container's process group when the sandbox dies without having said goodbye (kill -9, a crash)."""

import subprocess
import threading

# A shell that reads "+ GROUP" and "- GROUP" and, when its input ends because the sandbox is gone, kills what is
# left. PR_SET_PDEATHSIG will not do: it fires when the *thread* that started the child ends, and does not reach
# grandchildren.
_SCRIPT = """
trap '' INT TERM HUP
groups=' '
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) groups="${groups%% $group *} ${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
"""


class Guard:
    """A tiny process outside of ours, started with the first container, that knows the living process groups.

    Should somebody kill it, the next container starts another one that is told of all that live.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._groups: set[int] = set()

    def add(self, group: int) -> None:
        """From now on the group dies with this process."""
        with self._lock:
            self._groups.add(group)
            self._say("+", group)

    def remove(self, group: int) -> None:
        """Forget a group that has ended: its number may belong to somebody else soon."""
        with self._lock:
            self._groups.discard(group)
            self._say("-", group)

    def close(self) -> None:
        """End the guard, and with it every group that is still listed."""
        with self._lock:
            process, self._process = self._process, None
            self._groups.clear()
        if process is not None and process.stdin is not None:
            process.stdin.close()
            process.wait()

    def _say(self, sign: str, group: int) -> None:
        try:
            _tell(self._process, sign, [group])
        except BrokenPipeError:
            if self._process is not None:
                self._process.wait()
            self._process = _started()
            _tell(self._process, "+", sorted(self._groups))


def _tell(process: subprocess.Popen[bytes] | None, sign: str, groups: list[int]) -> None:
    """Write lines to a guard; raises BrokenPipeError when it is not there."""
    if process is None or process.stdin is None:
        raise BrokenPipeError("the guard has not been started")
    for group in groups:
        process.stdin.write(f"{sign} {group}\n".encode("ascii"))


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["/bin/sh", "-c", _SCRIPT, "slipway-guard"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        bufsize=0,
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
    )
