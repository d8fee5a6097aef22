"""Archives neither escape nor differ."""

import io
import os
import tarfile
from pathlib import Path

import pytest

from slipway.sandbox.sagemaker.containers.archives import UnsafeArchiveError, pack, unpack


def archive_with(path: Path, member: tarfile.TarInfo, content: bytes = b"") -> Path:
    member.size = len(content)
    with tarfile.open(path, "w:gz") as tar:
        tar.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.parametrize("name", ["../outside", "a/../../outside"])
def test_a_member_that_climbs_out_is_refused(tmp_path: Path, name: str) -> None:
    archive = archive_with(tmp_path / "a.tar.gz", tarfile.TarInfo(name), b"x")
    with pytest.raises(UnsafeArchiveError, match="outside"):
        unpack(archive, tmp_path / "in")
    assert not (tmp_path / "outside").exists()


def test_an_absolute_member_lands_inside(tmp_path: Path) -> None:
    unpack(archive_with(tmp_path / "a.tar.gz", tarfile.TarInfo("/tmp/f"), b"x"), tmp_path / "in")  # noqa: S108
    assert (tmp_path / "in/tmp/f").read_bytes() == b"x"


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "../../etc"
    with pytest.raises(UnsafeArchiveError, match="link"):
        unpack(archive_with(tmp_path / "a.tar.gz", link), tmp_path / "in")


def test_a_device_is_refused(tmp_path: Path) -> None:
    device = tarfile.TarInfo("null")
    device.type = tarfile.CHRTYPE
    with pytest.raises(UnsafeArchiveError):
        unpack(archive_with(tmp_path / "a.tar.gz", device), tmp_path / "in")


@pytest.mark.parametrize("content", [b"no archive at all", b"", b"\x1f\x8b\x08\x00broken"])
def test_what_is_no_archive_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.tar.gz").write_bytes(content)
    with pytest.raises(UnsafeArchiveError, match=r"model\.tar\.gz"):
        unpack(tmp_path / "model.tar.gz", tmp_path / "in")


def test_an_archive_with_a_broken_middle_is_refused(tmp_path: Path) -> None:
    archive = archive_with(tmp_path / "model.tar.gz", tarfile.TarInfo("f"), os.urandom(200_000))
    broken = bytearray(archive.read_bytes())
    broken[100_000:100_400] = b"\xff" * 400
    archive.write_bytes(broken)
    with pytest.raises(UnsafeArchiveError, match=r"model\.tar\.gz"):
        unpack(archive, tmp_path / "in")


def test_a_member_below_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "in").mkdir()
    (tmp_path / "in/link").symlink_to(tmp_path / "out")
    with pytest.raises(UnsafeArchiveError, match="outside"):
        unpack(archive_with(tmp_path / "a.tar.gz", tarfile.TarInfo("link/f"), b"x"), tmp_path / "in")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_link_inside_is_kept(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        content, link = tarfile.TarInfo("a/f"), tarfile.TarInfo("b")
        content.size, link.type, link.linkname = 1, tarfile.SYMTYPE, "a/f"
        tar.addfile(content, io.BytesIO(b"x"))
        tar.addfile(link)
    unpack(tmp_path / "a.tar.gz", tmp_path / "in")
    assert (tmp_path / "in/b").read_bytes() == b"x"


def folder_with(root: Path, *, late: bool) -> Path:
    (root / "b").mkdir(parents=True)
    (root / "b/run.sh").write_text("true", encoding="utf-8")
    (root / "b/run.sh").chmod(0o755 if late else 0o700)
    (root / "a.txt").write_text("one", encoding="utf-8")
    (root / "a.txt").chmod(0o600 if late else 0o664)
    return root


def test_equal_folders_pack_to_equal_bytes(tmp_path: Path) -> None:
    packed = []
    for name in ("x", "y"):
        target = io.BytesIO()
        pack(folder_with(tmp_path / name, late=name == "y"), target)
        packed.append(target.getvalue())
    assert packed[0] == packed[1]


def test_what_is_packed_unpacks_to_the_same_files(tmp_path: Path) -> None:
    with (tmp_path / "a.tar.gz").open("wb") as target:
        pack(folder_with(tmp_path / "x", late=False), target)
    unpack(tmp_path / "a.tar.gz", tmp_path / "y")
    assert (tmp_path / "y/a.txt").read_text(encoding="utf-8") == "one"
    assert (tmp_path / "y/b/run.sh").stat().st_mode & 0o111


def test_hard_links_are_packed_as_files(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x/a").write_bytes(b"same")
    (tmp_path / "x/b").hardlink_to(tmp_path / "x/a")
    with (tmp_path / "a.tar.gz").open("wb") as target:
        pack(tmp_path / "x", target)
    with tarfile.open(tmp_path / "a.tar.gz") as tar:
        assert [(member.name, member.isreg(), member.size) for member in tar] == [("a", True, 4), ("b", True, 4)]


def test_a_link_out_of_the_folder_is_not_packed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"s")
    (tmp_path / "x").mkdir()
    (tmp_path / "x/link").symlink_to(tmp_path / "secret")
    target = io.BytesIO()
    pack(tmp_path / "x", target)
    target.seek(0)
    with tarfile.open(fileobj=target) as tar:
        assert tar.getnames() == []
