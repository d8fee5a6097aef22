"""The one folder that holds everything the sandbox remembers, and who may use it."""

import fcntl
import json
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any


class StateError(Exception):
    """The state folder can't be used; the message says why and what to do."""


@dataclass(frozen=True)
class Running:
    """What `sandbox.json` says about the process that serves the folder."""

    pid: int
    port: int
    endpoint: str
    account: str
    region: str
    project: str
    started: str


class StateFolder:
    """Paths and small files of one state folder."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.running_file = self.root / "sandbox.json"
        self.credentials_file = self.root / "credentials.json"
        self.log_file = self.root / "logs" / "sandbox.log"
        self.store_file = self.root / "sagemaker.sqlite"
        self.faults_file = self.root / "faults.json"
        self.moto_folder = self.root / "moto"
        self.bin = self.root / "bin"
        self._lock_file = self.root / "serve.lock"

    def prepare(self) -> None:
        """Make the folder, close it to other users and prove that it can be written; raises StateError.

        What the sandbox remembers holds secrets (of Secrets Manager, of containers' environments, of access keys).
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self.root.chmod(0o700)
            for folder in (self.root / "logs", self.bin, self.moto_folder):
                folder.mkdir(exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.root, prefix=".probe-") as probe:
                probe.write(b"\0" * 4096)
                probe.flush()
                os.fsync(probe.fileno())
        except OSError as error:
            raise StateError(
                f"cannot write the state folder {self.root}: {error.strerror or error}; "
                "free or permit it, or name another one with --state"
            ) from error

    @contextmanager
    def lock(self, patience: float = 0.5) -> Iterator[bool]:
        """Try to be the one process that serves the folder; the kernel frees it whatever way that process ends.

        The patience is for those who only look whether it is free, and hold it for that moment.
        """
        deadline = time.monotonic() + patience
        with self._lock_file.open("a") as file:
            while not _locked(file, fcntl.LOCK_EX):
                if time.monotonic() > deadline:
                    yield False
                    return
                time.sleep(0.01)
            yield True

    def is_served(self) -> bool:
        """Whether a process serves the folder right now."""
        if not self._lock_file.exists():
            return False
        with self._lock_file.open("a") as file:
            return not _locked(file, fcntl.LOCK_SH)

    def running(self) -> Running | None:
        """Return what `sandbox.json` says, or None when it is absent or not whole."""
        try:
            return Running(**json.loads(self.running_file.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write_running(self, running: Running) -> None:
        """Say who serves the folder."""
        write_whole(self.running_file, json.dumps(asdict(running), indent=2) + "\n")

    def secret(self, account: str) -> str:
        """Return the random secret that every request must be signed with, made at first use and kept."""
        stored = self._credentials()
        secret = stored.get("secret_access_key") or secrets.token_urlsafe(30)
        wanted = {"access_key_id": account, "secret_access_key": secret}
        if stored != wanted:
            write_whole(self.credentials_file, json.dumps(wanted, indent=2) + "\n", mode=0o600)
        return str(secret)

    def _credentials(self) -> dict[str, Any]:
        try:
            stored: dict[str, Any] = json.loads(self.credentials_file.read_text())
        except (OSError, ValueError):
            return {}
        return stored

    def passphrase(self) -> str:
        """Return the random passphrase of the stacks kept in this folder, made at first use and kept."""
        file = self.root / "passphrase"
        try:
            return file.read_text().strip()
        except OSError:
            write_whole(file, secrets.token_urlsafe(24) + "\n", mode=0o600)
            return file.read_text().strip()


def _locked(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Write beside and rename, so that a reader or a kill never meets half a file; `mode` holds from the first byte."""
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
