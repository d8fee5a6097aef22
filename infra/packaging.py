"""Code packages: a folder's content digest, and the same bytes of archive for it on every machine.

The archive is a USTAR tar inside a gzip (RFC 1952) of stored deflate blocks (RFC 1951, 3.2.4): nothing is compressed,
so no version of zlib can make two machines disagree. Times, owners and modes other than "executable" do not enter it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import struct
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path

# Built into images or by Python; no part of what runs.
_LEFT_OUT_FOLDERS = frozenset({"__pycache__"})
_LEFT_OUT_FILES = frozenset({"Dockerfile"})
_LEFT_OUT_SUFFIXES = frozenset({".pyc", ".pyo"})

_LARGEST_STORED_BLOCK = 0xFFFF
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # deflate, no flags, no time, unknown system


class PackagingError(ValueError):
    """A folder that cannot become a code package."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """One file of a code package."""

    path: str
    """Path inside the archive, with forward slashes, beginning with the package's name."""
    executable: bool
    """Whether its owner may execute it."""
    content: bytes
    """What is in it."""


@dataclass(frozen=True, kw_only=True)
class CodePackage:
    """A code package as it lies on this machine."""

    name: str
    """Name of the packaged folder."""
    digest: str
    """SHA-256 over the sorted manifest of (path, executable, SHA-256) of its members, in hexadecimal."""
    archive: str
    """Path of the archive."""

    @property
    def key(self) -> str:
        """Key of the package in the artifacts bucket: other content has another key."""
        return f"code/{self.name}/{self.digest}.tar.gz"


def members(folder: Path) -> list[Member]:
    """Return the files of a folder that belong in its code package, sorted by path.

    Hidden files, `__pycache__`, compiled Python and the Dockerfile do not. Raises PackagingError for a missing or empty
    folder and for links, which would mean something else inside a container.
    """
    if not folder.is_dir():
        raise PackagingError(
            f"there is no folder {str(folder)!r} to package; create it, or run in the project's folder"
        )
    found: list[Member] = []
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _LEFT_OUT_FOLDERS]
        for name in [*files, *folders]:
            path = Path(root, name)
            if path.is_symlink():
                raise PackagingError(
                    f"{str(path)!r} is a symbolic link; a code package takes files only, put the file there"
                )
        for name in files:
            path = Path(root, name)
            if name.startswith(".") or name in _LEFT_OUT_FILES or path.suffix in _LEFT_OUT_SUFFIXES:
                continue
            inside = (Path(folder.name) / path.relative_to(folder)).as_posix()
            executable = bool(path.stat().st_mode & stat.S_IXUSR)
            found.append(Member(path=inside, executable=executable, content=path.read_bytes()))
    if not found:
        raise PackagingError(f"there is nothing to package in {str(folder)!r}; put the code there")
    return sorted(found, key=lambda member: member.path)


def content_digest(package: list[Member]) -> str:
    """Return the SHA-256 of a package's manifest, in hexadecimal; the order of the members does not matter."""
    manifest = sorted((one.path, one.executable, hashlib.sha256(one.content).hexdigest()) for one in package)
    text = json.dumps(manifest, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def archive_bytes(package: list[Member]) -> bytes:
    """Return the archive of a package: the same members give the same bytes everywhere.

    Raises PackagingError for a path that a USTAR header cannot hold, 100 to 255 bytes.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT, encoding="utf-8") as archive:
        for one in sorted(package, key=lambda member: member.path):
            entry = tarfile.TarInfo(one.path)
            entry.size = len(one.content)
            entry.mode = 0o755 if one.executable else 0o644
            try:
                archive.addfile(entry, io.BytesIO(one.content))
            except ValueError as error:
                raise PackagingError(f"{one.path!r} can't be packaged: {error}; give it a shorter name") from error
    return _gzip_stored(buffer.getvalue())


def build(folder: Path, build_folder: Path) -> CodePackage:
    """Package a folder into the build folder; content that is there already is not written again."""
    package = members(folder)
    digest = content_digest(package)
    archive = build_folder / f"{folder.name}-{digest}.tar.gz"
    if not archive.exists():
        build_folder.mkdir(parents=True, exist_ok=True)
        # Two previews may build at once: the rename makes the archive appear whole.
        beside = archive.with_name(f"{archive.name}.{os.getpid()}")
        beside.write_bytes(archive_bytes(package))
        beside.replace(archive)
    return CodePackage(name=folder.name, digest=digest, archive=archive.as_posix())


def _gzip_stored(data: bytes) -> bytes:
    blocks = [data[at : at + _LARGEST_STORED_BLOCK] for at in range(0, len(data), _LARGEST_STORED_BLOCK)]
    out = bytearray(_GZIP_HEADER)
    for number, block in enumerate(blocks, start=1):
        last = number == len(blocks)
        out += struct.pack("<BHH", int(last), len(block), len(block) ^ 0xFFFF)
        out += block
    out += struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)
    return bytes(out)
