"""A torn model, and the demo's own git repository."""

from __future__ import annotations

import io
import subprocess
import tarfile
from typing import TYPE_CHECKING

import pytest

from slipway.demo.check import Broken
from slipway.demo.repository import Repository
from slipway.demo.torn import torn
from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def archive(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as target:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            target.addfile(member, io.BytesIO(content))
    return written.getvalue()


def contents(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as source:
        return {member.name: source.extractfile(member).read() for member in source}  # type: ignore[union-attr]


def test_a_torn_model_lacks_half_of_its_file_and_nothing_else() -> None:
    whole = {"manifest.json": b"{}", "model.onnx": b"0123456789", "model.txt": b"tree"}
    assert contents(torn(archive(whole))) == {**whole, "model.onnx": b"01234"}


def test_a_model_without_its_file_cannot_be_torn() -> None:
    with pytest.raises(Broken, match=r"has no model\.onnx, only manifest\.json"):
        torn(archive({"manifest.json": b"{}"}))


def test_every_pin_is_a_commit_whatever_the_users_git_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "somebody")
    project = tmp_path / "project"
    (project / ".slipway" / "sandbox").mkdir(parents=True)
    (project / ".slipway" / "sandbox" / "secret").write_text("x")
    file = project / "Pulumi.dev.yaml"
    file.write_text("config: {}\n")
    repository = Repository(project)
    repository.begin()
    file.write_text("config: {a: b}\n")
    repository.commit(file, "Release model 1")
    monkeypatch.delenv("GIT_DIR")
    log = subprocess.run(
        ["git", "log", "--format=%an %s"], cwd=project, check=True, capture_output=True, text=True
    ).stdout
    assert log.splitlines() == ["demo Release model 1", "demo Begin"]
    tracked = subprocess.run(["git", "ls-files"], cwd=project, check=True, capture_output=True, text=True).stdout
    assert tracked.split() == ["Pulumi.dev.yaml"]


def test_a_commit_of_nothing_is_told(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text("config: {}\n")
    repository = Repository(tmp_path)
    repository.begin()
    with pytest.raises(Failure, match="`git commit` failed"):
        repository.commit(file, "Nothing")
