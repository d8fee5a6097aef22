"""Gives a process its own /opt/ml: a private mount namespace where the machine allows one, else rewritten paths."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from slipway.sandbox.sagemaker.containers.workspace import Workspace

ML_ROOT = "/opt/ml"
ML_ROOT_VARIABLE = "SLIPWAY_ML_ROOT"
"""Set only where paths are rewritten: code that honours it finds its folders without /opt/ml."""

# $1 workspace, $2 an empty folder, $3 the folder to start in, then the command. Where the machine has no /opt/ml, a
# tmpfs that repeats /opt's entries and adds `ml` is laid over /opt: private to this process, it vanishes with it.
_MOUNT = """
set -e
workspace=$1 stage=$2 folder=$3
shift 3
if [ -d /opt/ml ]; then
  mount --bind "$workspace" /opt/ml
else
  mount -t tmpfs tmpfs "$stage"
  for entry in /opt/* /opt/.[!.]*; do
    name=${entry#/opt/}
    if [ -L "$entry" ]; then cp -P "$entry" "$stage/$name"
    elif [ -d "$entry" ]; then mkdir "$stage/$name" && mount --rbind "$entry" "$stage/$name"
    elif [ -e "$entry" ]; then : > "$stage/$name" && mount --bind "$entry" "$stage/$name"
    fi
  done
  mkdir "$stage/ml"
  mount --bind "$workspace" "$stage/ml"
  mount --rbind "$stage" /opt
fi
cd "$folder"
exec "$@"
"""

_WAYS: tuple[tuple[str, ...], ...] = (("unshare", "-m"), ("unshare", "-Urm"))


@dataclass(frozen=True)
class Isolation:
    """How /opt/ml is given: `prefix` enters a private mount namespace; empty, paths are rewritten instead."""

    prefix: tuple[str, ...]

    @property
    def has_own_ml_root(self) -> bool:
        """Tell whether a process really sees its workspace at /opt/ml."""
        return bool(self.prefix)

    def enclose(
        self, argv: Sequence[str], environment: Mapping[str, str], workspace: Workspace, folder: str | None
    ) -> tuple[list[str], dict[str, str], Path]:
        """Return argv, environment and folder to start a process with, so that /opt/ml means the workspace to it."""
        if self.prefix:
            ml, mounts = str(workspace.ml), str(workspace.mounts)
            start = folder if folder is not None else str(workspace.scratch)
            wrapped = [*self.prefix, "--", "/bin/sh", "-c", _MOUNT, "slipway-container", ml, mounts, start, *argv]
            return wrapped, dict(environment), workspace.scratch
        rewritten = {name: rewrite(value, workspace.ml) for name, value in environment.items()}
        start = rewrite(folder, workspace.ml) if folder is not None else str(workspace.scratch)
        words = [rewrite(word, workspace.ml) for word in argv]
        return words, {**rewritten, ML_ROOT_VARIABLE: str(workspace.ml)}, Path(start)


def rewrite(text: str, ml: Path) -> str:
    """Replace /opt/ml, where it stands as a whole path element, by a workspace's folder."""
    return re.sub(rf"(?<![\w.-]){ML_ROOT}(?![\w.-])", lambda _: str(ml), text)


def probe() -> Isolation:
    """Return the best isolation that this machine really grants, found by trying it."""
    if sys.platform != "linux":
        return Isolation(())
    with tempfile.TemporaryDirectory(prefix="slipway-probe-") as name:
        workspace = Workspace(Path(name))
        workspace.prepare(("model",))
        (workspace.ml / "here").write_text("yes", encoding="utf-8")
        return next((way for way in map(Isolation, _WAYS) if _works(way, workspace)), Isolation(()))


def _works(isolation: Isolation, workspace: Workspace) -> bool:
    check = ["/bin/sh", "-c", f'test "$(cat {ML_ROOT}/here)" = yes && : > {ML_ROOT}/model/written']
    argv, _, folder = isolation.enclose(check, {}, workspace, None)
    try:
        done = subprocess.run(argv, cwd=folder, capture_output=True, timeout=10, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return False
    written = workspace.ml / "model/written"
    works = done.returncode == 0 and written.exists()
    written.unlink(missing_ok=True)
    return works
