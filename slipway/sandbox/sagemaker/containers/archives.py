"""Tar archives: unpacked without letting a member escape, packed so that equal folders give equal bytes."""

import gzip
import os
import tarfile
import zlib
from pathlib import Path
from typing import IO

_CHUNK = 1 << 20


class UnsafeArchiveError(Exception):
    """An archive is not a gzipped tar, or has a member that would land outside of its folder."""


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a .tar.gz into a folder; links and names that lead out of it, devices and the like are refused.

    Raises UnsafeArchiveError, naming the member. Python's own filter="data" does this from 3.11.4 on only.
    """
    folder.mkdir(parents=True, exist_ok=True)
    root = os.path.realpath(folder)
    try:
        with tarfile.open(archive, mode="r:*") as tar:
            tar.extraction_filter = lambda member, _: member
            for member in tar:
                tar.extract(_checked(member, root), root, set_attrs=member.isreg())
            while tar.fileobj is not None and tar.fileobj.read(_CHUNK):
                pass  # to the end, where gzip keeps its checksum
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UnsafeArchiveError(f"{archive.name} cannot be unpacked: {error}") from error


def _checked(member: tarfile.TarInfo, root: str) -> tarfile.TarInfo:
    """Return the member as it may be extracted now: each path is resolved through the links that are there already."""
    member.name = member.name.lstrip("/")
    path = os.path.join(root, member.name)  # noqa: PTH118 - resolved as text, as the links' targets are
    if member.islnk():
        aim = os.path.join(root, member.linkname)  # noqa: PTH118
    elif member.issym():
        aim = os.path.join(os.path.dirname(path), member.linkname)  # noqa: PTH118, PTH120
    elif member.isreg() or member.isdir():
        aim = path
    else:
        raise tarfile.ExtractError(f"{member.name!r} is a device or a pipe: only files, folders and links are unpacked")
    if not (_inside(path, root) and _inside(aim, root)):
        what = "is a link to a place" if member.issym() or member.islnk() else "would land"
        raise tarfile.ExtractError(f"{member.name!r} {what} outside of the archive's folder")
    member.mode = 0o755 if member.mode & 0o100 else 0o644
    member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
    return member


def _inside(path: str, root: str) -> bool:
    return os.path.commonpath([os.path.realpath(path), root]) == root


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
