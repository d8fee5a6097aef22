"""Stacks in a folder (file://): every write is durable, and every name is the real engine's."""

import os
import shutil
from pathlib import Path

from slipway.engine.backend.durable import create_durably, explain, read_bytes, write_durably

_ATTRIBUTES = ".attrs"
"""The real engine keeps size and digest of what it wrote in a file beside it, which is no object of its own."""


class Folder:
    """A storage in a folder: the key is the path below it."""

    def __init__(self, root: Path, url: str) -> None:
        self.url = url
        self._root = root

    def _path(self, key: str) -> Path:
        return self._root / key

    def place(self, key: str) -> str:
        """Return the path."""
        return str(self._path(key))

    def keys(self, prefix: str) -> list[str]:
        """Return the keys that begin with a prefix."""
        folder, _, start = prefix.rpartition("/")
        base = self._path(folder)

        def stop(error: OSError) -> None:
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                raise explain(error, "list", base) from error

        found = []
        for here, _, names in os.walk(base, onerror=stop):
            below = Path(here).relative_to(base).as_posix()
            # What is hidden is a write that was cut off.
            shown = [name for name in names if not name.startswith(".") and not name.endswith(_ATTRIBUTES)]
            found += [name if below == "." else f"{below}/{name}" for name in shown]
        above = f"{folder}/" if folder else ""
        return sorted(above + key for key in found if key.startswith(start))

    def read(self, key: str) -> bytes | None:
        """Return a file's content."""
        return read_bytes(self._path(key))

    def write(self, key: str, data: bytes, *, backup: str | None = None) -> None:
        """Write beside, sync, rename; the old content becomes the backup's without being copied."""
        write_durably(self._path(key), data, backup=None if backup is None else self._path(backup))
        self._forget_attributes(key)

    def create(self, key: str, data: bytes) -> bool:
        """Write a file where there is none."""
        return create_durably(self._path(key), data)

    def move(self, key: str, target: str) -> None:
        """Rename a file."""
        path, to = self._path(key), self._path(target)
        try:
            to.parent.mkdir(parents=True, exist_ok=True)
            path.replace(to)
        except FileNotFoundError:
            return
        except OSError as error:
            raise explain(error, f"rename to {to.name}", path) from error
        self._forget_attributes(key)

    def delete(self, key: str) -> None:
        """Remove a file; its folder stays, for the next one."""
        path = self._path(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise explain(error, "delete", path) from error
        self._forget_attributes(key)

    def clear(self, folder: str) -> None:
        """Remove a folder with all that lies in it."""
        path = self._path(folder)
        try:
            shutil.rmtree(path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise explain(error, "delete", path) from error

    def _forget_attributes(self, key: str) -> None:
        path = self._path(key + _ATTRIBUTES)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise explain(error, "delete", path) from error
