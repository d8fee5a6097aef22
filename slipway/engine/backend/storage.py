"""The one seam between stacks and what they are kept on: named pieces of data, in a folder or in a bucket."""

from typing import Protocol


class Storage(Protocol):
    """Named pieces of data. A key is a path with slashes below the storage's root, on every kind of storage.

    Whatever goes wrong is an EngineError that names the place and the way out.
    """

    url: str
    """What was asked for, as states, logins and messages write it."""

    def place(self, key: str) -> str:
        """Return where a person finds an object: a path, or a URL."""
        ...

    def keys(self, prefix: str) -> list[str]:
        """Return every key that begins with `prefix`, sorted; a prefix that ends in / is a whole folder."""
        ...

    def read(self, key: str) -> bytes | None:
        """Return an object, None when there is none."""
        ...

    def write(self, key: str, data: bytes, *, backup: str | None = None) -> None:
        """Write an object: a reader sees the old one or the new, whole; the old one is kept under the key `backup`."""
        ...

    def create(self, key: str, data: bytes) -> bool:
        """Write an object where there is none; False, and nothing written, when there is one."""
        ...

    def move(self, key: str, target: str) -> None:
        """Give an object another key; nothing happens when there is none."""
        ...

    def delete(self, key: str) -> None:
        """Delete an object, if there is one."""
        ...

    def clear(self, folder: str) -> None:
        """Delete every object below a folder (no slash at its end)."""
        ...
