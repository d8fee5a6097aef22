"""Which files of a code package changed: the old content is looked for in git's history, by its digest."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

from infra.packaging import Member, PackagingError, content_digest, members

_MOST_COMMITS = 50


def head(folder: Path) -> str:
    """Return the commit that is checked out, or nothing where there is no git."""
    return _git(folder, "rev-parse", "HEAD").decode("ascii", "replace").strip()


def changed_files(folder: Path, name: str, old: str, new: str) -> tuple[str, ...] | None:
    """Return `changed`, `added` or `removed` and the path of each file; None where either content is not found.

    The new content is that of the folder, or of one of the newest commits that touched it; so is the old one.
    """
    wanted = {old, new}
    found: dict[str, list[Member]] = {}
    _take(found, wanted, folder / name)
    listed = _git(folder, "log", f"--max-count={_MOST_COMMITS}", "--format=%H", "--", name)
    for commit in listed.decode("ascii", "replace").split():
        if wanted <= found.keys():
            break
        archive = _git(folder, "archive", "--format=tar", commit, "--", name)
        with tempfile.TemporaryDirectory() as there:
            try:
                with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                    tar.extractall(there, filter="data")
            except tarfile.TarError:
                continue
            _take(found, wanted, Path(there) / name)
    return tuple(_differences(found[old], found[new])) if wanted <= found.keys() else None


def _take(found: dict[str, list[Member]], wanted: set[str], folder: Path) -> None:
    try:
        package = members(folder)
    except PackagingError:
        return
    digest = content_digest(package)
    if digest in wanted:
        found[digest] = package


def _differences(old: list[Member], new: list[Member]) -> list[str]:
    before, after = ({one.path: (one.executable, one.content) for one in package} for package in (old, new))
    words = {
        path: "added" if path not in before else "removed" if path not in after else "changed"
        for path in {*before, *after}
    }
    return [f"{word} {path}" for path, word in sorted(words.items()) if before.get(path) != after.get(path)]


def _git(folder: Path, *words: str) -> bytes:
    """Return what git says; nothing where it fails or is not there."""
    try:
        answer = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=False)
    except OSError:
        return b""
    return answer.stdout if answer.returncode == 0 else b""
