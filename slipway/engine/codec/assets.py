"""The hash of assets and archives: sha256 of the bytes, for folders of a tar with sorted names.

The engine computes it where a value comes from the program, so that providers can compare by content without reading.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from slipway.engine.errors import UnsupportedError
from slipway.engine.values import Archive, Asset, OutputValue, Secret

_BLOCK = 512
_ARCHIVE_SUFFIXES = (".tar", ".tgz", ".tar.gz", ".zip", ".jar")


def with_hashes(value: Any, root: Path) -> Any:  # noqa: PLR0911 - one return a kind of value
    """Return the value with the hash of each asset and archive in it; relative paths start at `root`."""
    if isinstance(value, dict):
        return {key: with_hashes(item, root) for key, item in value.items()}
    if isinstance(value, list):
        return [with_hashes(item, root) for item in value]
    if isinstance(value, Secret):
        return Secret(with_hashes(value.value, root))
    if isinstance(value, OutputValue):
        return OutputValue(with_hashes(value.value, root), value.known, value.secret, value.dependencies)
    if isinstance(value, Asset):
        return Asset(hashlib.sha256(_asset_bytes(value, root)).hexdigest(), value.text, value.path, value.uri)
    if isinstance(value, Archive):
        assets = None if value.assets is None else with_hashes(value.assets, root)
        return Archive(_archive_hash(value, root), value.path, value.uri, assets)
    return value


def _asset_bytes(asset: Asset, root: Path) -> bytes:
    if asset.text is not None:
        return asset.text.encode()
    if asset.path is not None:
        return (root / asset.path).read_bytes()
    return _uri_path(asset.uri).read_bytes()


def _uri_path(uri: str | None) -> Path:
    if uri is not None and uri.startswith("file://"):
        return Path(uri.removeprefix("file://"))
    raise UnsupportedError(f"an asset or archive at {uri!r}", "download it and use FileAsset or FileArchive")


def _archive_hash(archive: Archive, root: Path) -> str:
    digest = hashlib.sha256()
    if archive.assets is None:
        path = root / archive.path if archive.path is not None else _uri_path(archive.uri)
        if not path.is_dir():
            return hashlib.sha256(path.read_bytes()).hexdigest()
    for name, content in _entries(archive, root, ""):
        digest.update(_tar_header(name, len(content)))
        digest.update(content)
        digest.update(b"\0" * (-len(content) % _BLOCK))
    digest.update(b"\0" * (2 * _BLOCK))
    return digest.hexdigest()


def _entries(archive: Archive, root: Path, prefix: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each file of an archive, in the order of their names."""
    if archive.assets is not None:
        for name in sorted(archive.assets):
            item = archive.assets[name]
            if isinstance(item, Asset):
                yield prefix + name, _asset_bytes(item, root)
            else:
                yield from _entries(item, root, f"{prefix}{name}/")
        return
    path = root / archive.path if archive.path is not None else _uri_path(archive.uri)
    if path.is_dir():
        for file in sorted(path.rglob("*"), key=lambda item: item.relative_to(path).parts):
            if file.is_file():
                yield prefix + file.relative_to(path).as_posix(), file.read_bytes()
    elif path.name.endswith(_ARCHIVE_SUFFIXES):
        raise UnsupportedError(f"the archive file {path} inside another archive", "unpack it into a folder")
    else:
        raise UnsupportedError(f"{path} as an archive", "use a folder, or a .tar, .tgz, .tar.gz, .zip or .jar file")


def _tar_header(name: str, size: int) -> bytes:
    """Return the ustar header of a file, with nothing of the machine in it: mode 0600, no owner, no time."""
    prefix, short = "", name
    if len(name.encode()) > 100:  # noqa: PLR2004 - ustar keeps 100 bytes of a name, more goes to the prefix
        prefix, _, short = name.rpartition("/")
    fields = [
        short.encode()[:100].ljust(100, b"\0"),
        b"0000600\0", b"0000000\0", b"0000000\0", b"%011o\0" % size, b"00000000000\0", b" " * 8, b"0",
        b"\0" * 100, b"ustar\0" + b"00", b"\0" * 64, b"0000000\0" * 2, prefix.encode()[:155].ljust(155, b"\0"),
        b"\0" * 12,
    ]  # fmt: skip
    raw = b"".join(fields)
    return raw[:148] + b"%06o\0 " % sum(raw) + raw[156:]
