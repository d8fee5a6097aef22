"""Tar archives: unpacked without letting a member escape, packed so that equal folders give equal bytes."""

import gzip
import tarfile
from pathlib import Path
from typing import IO


class UnsafeArchiveError(Exception):
    """An archive is not a gzipped tar, or has a member that would land outside of its folder."""


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a .tar.gz into a folder; links and names that lead out of it, devices and the like are refused.

    Raises UnsafeArchiveError, naming the member.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(archive, mode="r:*") as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.FilterError, tarfile.TarError, EOFError, gzip.BadGzipFile) as error:
        raise UnsafeArchiveError(f"{archive.name} cannot be unpacked: {error}") from error


def pack(folder: Path, target: IO[bytes]) -> None:
    """Write a folder's content as .tar.gz: sorted, with no times, owners or archive name in it.

    Symbolic links are followed, as SageMaker does, unless they lead out of the folder, in which case they are left out.
    """
    root = folder.resolve()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0, compresslevel=6) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT, dereference=True) as tar,
    ):
        for path in sorted(folder.rglob("*")):
            if not path.resolve().is_relative_to(root) or not (path.is_file() or path.is_dir()):
                continue
            member = tar.gettarinfo(path, arcname=path.relative_to(folder).as_posix())
            member.mtime, member.uid, member.gid, member.uname, member.gname = 0, 0, 0, "", ""
            member.mode = 0o755 if path.is_dir() or member.mode & 0o100 else 0o644
            if member.islnk():
                # tarfile makes the second name of one inode a hard link; SageMaker's readers want files
                member.type, member.linkname, member.size = tarfile.REGTYPE, "", path.stat().st_size
            if member.isreg():
                with path.open("rb") as content:
                    tar.addfile(member, content)
            else:
                tar.addfile(member)


def has_files(folder: Path) -> bool:
    """Tell whether there is any file below a folder."""
    return any(path.is_file() for path in folder.rglob("*"))
