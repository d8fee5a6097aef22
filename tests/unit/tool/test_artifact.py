"""A downloaded model archive is unpacked whole, or refused by name."""

import io
import os
import tarfile
from pathlib import Path

import pytest

from slipway.artifact import Artifact, unpack
from slipway.failure import Failure


def artifact_with(path: Path, name: str, content: bytes, kind: bytes = tarfile.REGTYPE) -> Artifact:
    with tarfile.open(path, "w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.size, member.type = len(content), kind
        tar.addfile(member, io.BytesIO(content))
    return Artifact(uri="s3://b/model.tar.gz", path=path, sha256="0" * 64, manifest={})


def test_files_land_in_their_folders(tmp_path: Path) -> None:
    folder = unpack(artifact_with(tmp_path / "m", "./a/b.txt", b"one"), tmp_path / "in")
    assert (folder / "a/b.txt").read_bytes() == b"one"


@pytest.mark.parametrize(
    ("name", "kind"), [("../out", tarfile.REGTYPE), ("/out", tarfile.REGTYPE), ("x", tarfile.FIFOTYPE)]
)
def test_what_is_no_file_inside_is_refused_by_name(tmp_path: Path, name: str, kind: bytes) -> None:
    with pytest.raises(Failure, match=f"'{name}', which is no file inside it"):
        unpack(artifact_with(tmp_path / "m", name, b"", kind), tmp_path / "in")
    assert not (tmp_path / "out").exists()


def test_a_broken_middle_is_damage(tmp_path: Path) -> None:
    artifact = artifact_with(tmp_path / "m", "f", os.urandom(200_000))
    broken = bytearray(artifact.path.read_bytes())
    broken[100_000:100_400] = b"\xff" * 400
    artifact.path.write_bytes(broken)
    with pytest.raises(Failure, match=r"s3://b/model\.tar\.gz is damaged .* train again"):
        unpack(artifact, tmp_path / "in")
