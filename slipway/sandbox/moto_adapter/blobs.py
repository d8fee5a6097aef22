"""Large S3 bodies as files beside the snapshot, named by their digest and written once."""

import hashlib
import os
from pathlib import Path


class Blobs:
    """Files named by the digest of what they hold."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.used: set[str] = set()

    def keep(self, value: bytes) -> str:
        """Store the bytes once; the answer is their name."""
        name = hashlib.sha256(value).hexdigest()
        self.used.add(name)
        file = self._folder / name
        if not file.exists():
            self._folder.mkdir(exist_ok=True)
            beside = file.with_suffix(f".{os.getpid()}.part")
            beside.write_bytes(value)
            beside.replace(file)
        return name

    def read(self, name: str) -> bytes:
        """Return the bytes of a name."""
        return (self._folder / name).read_bytes()

    def sweep(self) -> None:
        """Remove what the last snapshot did not use."""
        if self._folder.is_dir():
            for file in self._folder.iterdir():
                if file.name not in self.used:
                    file.unlink(missing_ok=True)
