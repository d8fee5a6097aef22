"""What goes into a code package."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from infra.packaging import PackagingError, archive_bytes, build, content_digest, members


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "training"
    (folder / "inner").mkdir(parents=True)
    (folder / "__main__.py").write_text("print('hello')\n", encoding="utf-8")
    (folder / "inner" / "data.json").write_text("{}", encoding="utf-8")
    (folder / "run.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / "run.sh").chmod(0o755)
    return folder


def test_members_lie_in_a_folder_of_the_packages_name(folder: Path) -> None:
    assert [one.path for one in members(folder)] == [
        "training/__main__.py",
        "training/inner/data.json",
        "training/run.sh",
    ]


@pytest.mark.parametrize(
    "path", ["Dockerfile", ".env", ".git/config", "__pycache__/a.cpython-311.pyc", "inner/__pycache__/x.pyc", "old.pyc"]
)
def test_what_does_not_run_stays_out(folder: Path, path: str) -> None:
    before = content_digest(members(folder))
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text("x", encoding="utf-8")
    assert content_digest(members(folder)) == before


def test_other_content_has_another_digest_and_key(folder: Path, tmp_path: Path) -> None:
    before = build(folder, tmp_path / "build")
    (folder / "__main__.py").write_text("print('bye')\n", encoding="utf-8")
    after = build(folder, tmp_path / "build")
    assert before.key != after.key
    assert after.key == f"code/training/{after.digest}.tar.gz"


def test_the_executable_bit_is_content(folder: Path) -> None:
    before = content_digest(members(folder))
    (folder / "run.sh").chmod(0o644)
    assert content_digest(members(folder)) != before


def test_the_archive_unpacks_to_the_same_files(folder: Path, tmp_path: Path) -> None:
    package = build(folder, tmp_path / "build")
    (tmp_path / "out").mkdir()
    # the tar of the system, which is what a training container unpacks its code with
    subprocess.run(["tar", "-xzf", str(package.archive), "-C", str(tmp_path / "out")], check=True)
    assert (tmp_path / "out/training/inner/data.json").read_text(encoding="utf-8") == "{}"
    assert os.access(tmp_path / "out/training/run.sh", os.X_OK)


def test_the_bytes_of_an_archive_are_the_same_on_every_machine(tmp_path: Path) -> None:
    folder = tmp_path / "serving"
    folder.mkdir()
    (folder / "a.py").write_bytes(b"a = 1\n")
    package = members(folder)
    assert content_digest(package) == "3fa33be0977e99f08f049a7e3f302f273c416821417ab626d227c278c516f7d2"
    assert (
        hashlib.sha256(archive_bytes(package)).hexdigest()
        == "a4ec49473f5bd470ac3cb72bee5557d66deec6b199873f1d7ffcd1b070314ee9"
    )


def test_a_package_that_is_there_already_is_not_written_again(folder: Path, tmp_path: Path) -> None:
    archive = Path(build(folder, tmp_path / "build").archive)
    os.utime(archive, (1, 1))
    build(folder, tmp_path / "build")
    assert archive.stat().st_mtime == 1
    assert [file.name for file in archive.parent.iterdir()] == [archive.name]


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackagingError, match="there is no folder"):
        members(tmp_path / "nowhere")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackagingError, match="nothing to package"):
        members(tmp_path)


def test_a_link_is_refused(folder: Path) -> None:
    (folder / "link.py").symlink_to("/etc/hosts")
    with pytest.raises(PackagingError, match="symbolic link"):
        members(folder)


def test_a_path_that_the_archive_cannot_hold_is_refused_by_name(folder: Path, tmp_path: Path) -> None:
    name = f"{'long' * 30}.py"
    (folder / name).write_text("1")
    with pytest.raises(PackagingError, match=f"{name}' can't be packaged: name is too long"):
        build(folder, tmp_path / "build")
