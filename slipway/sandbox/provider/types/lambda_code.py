"""What a Lambda function's `code` is: a zip file, a folder or a set of assets, as the bytes that AWS takes."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import grpc

from slipway.sandbox.provider.problems import Problem

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The same for every file: one content is one digest."""


def packed(archive: Any) -> bytes:
    """Give an archive of Pulumi's as the bytes of a zip file; raises Problem for what has to be fetched."""
    path = Path(str(archive.get("path", ""))) if isinstance(archive, Mapping) and "path" in archive else None
    if path is not None and path.is_file():
        return path.read_bytes()
    files = sorted(_files(archive))
    packing = io.BytesIO()
    with zipfile.ZipFile(packing, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files:
            target.writestr(zipfile.ZipInfo(name, EPOCH), content)
    return packing.getvalue()


def _files(asset: Any, place: str = "") -> Iterator[tuple[str, bytes]]:
    if isinstance(asset, Mapping) and "assets" in asset:
        for name, inner in asset["assets"].items():
            yield from _files(inner, f"{place}/{name}".lstrip("/"))
    elif isinstance(asset, Mapping) and "text" in asset:
        yield place, str(asset["text"]).encode()
    elif isinstance(asset, Mapping) and "path" in asset and Path(asset["path"]).exists():
        yield from _below(Path(asset["path"]), place)
    else:
        raise Problem(
            grpc.StatusCode.INVALID_ARGUMENT,
            "code: nothing to pack: give a FileArchive of a zip file or folder that exists, or an AssetArchive of "
            "file assets and string assets",
        )


def _below(path: Path, place: str) -> Iterator[tuple[str, bytes]]:
    if path.is_file():
        yield place, path.read_bytes()
        return
    for file in sorted(path.rglob("*")):
        if file.is_file():
            yield f"{place}/{file.relative_to(path).as_posix()}".lstrip("/"), file.read_bytes()
