"""Writing a file so that a reader sees the old content or the new, never half of it, also after a power cut."""

import contextlib
import errno
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from slipway.engine.errors import EngineError


def explain(error: OSError, what: str, path: Path) -> EngineError:
    """Turn an operating system's refusal into words that name the path and what to do."""
    hints = {
        errno.ENOSPC: "the disk is full; free some space and run the command again",
        errno.EDQUOT: "the quota is used up; free some space and run the command again",
        errno.EROFS: "the file system is read-only",
        errno.EACCES: "permission denied; is the folder yours?",
        errno.ENOENT: "the folder does not exist",
    }
    reason = hints.get(error.errno or 0, error.strerror or str(error))
    return EngineError(f"could not {what} {path}: {reason}")


def make_folder(folder: Path) -> None:
    """Make a folder and those above it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain(error, "make the folder", folder) from error


def write_durably(path: Path, data: bytes, *, mode: int = 0o644, backup: Path | None = None) -> None:
    """Write beside, sync, rename, sync the folder; `backup` gets the content that was there before."""
    with _written_beside(path, data, mode) as beside:
        if backup is not None:
            _keep(path, backup)
        beside.replace(path)
    sync_folder(path.parent)


def create_durably(path: Path, data: bytes) -> bool:
    """Write a file where there is none, as durably; False when there is one, whoever wrote it first."""
    with _written_beside(path, data, 0o644) as beside:
        try:
            os.link(beside, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            if path.exists():
                return False
            beside.replace(path)
    sync_folder(path.parent)
    return True


@contextlib.contextmanager
def _written_beside(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """Give a synced file beside `path` with the data, gone afterwards; the system's refusals name `path`."""
    make_folder(path.parent)
    # Hidden and not .json: neither engine takes it for a stack when a kill leaves it behind.
    beside = path.parent / f".{path.name}.{uuid.uuid4().hex}.tmp"
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        yield beside
    except OSError as error:
        raise explain(error, "write", path) from error
    finally:
        beside.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make renames and removals in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise explain(error, "sync", folder) from error
    finally:
        os.close(descriptor)


def _keep(path: Path, backup: Path) -> None:
    """Let `backup` be what `path` is now: a second name for the same content, which costs no copying."""
    beside = backup.parent / f".{backup.name}.{uuid.uuid4().hex}.tmp"
    try:
        os.link(path, beside)
    except FileNotFoundError:
        return
    except OSError:  # a file system without hard links
        beside.write_bytes(path.read_bytes())
    beside.replace(backup)


def read_bytes(path: Path) -> bytes | None:
    """Return a file's content; None when there is no such file."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise explain(error, "read", path) from error
