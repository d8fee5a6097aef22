"""Assets and archives are identified by content, wherever it lies."""

import hashlib
import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from slipway.engine.codec.assets import with_hashes
from slipway.engine.errors import UnsupportedError
from slipway.engine.values import Archive, Asset, Secret


def hash_of(value: Any, root: Path) -> str:
    return str(with_hashes(value, root).hash)


def test_a_text_has_the_hash_of_its_bytes(tmp_path: Path) -> None:
    # From a state of the real engine.
    text = "raw zone: landed files, never edited"
    assert hash_of(Asset(text=text), tmp_path) == "4422f37c337e4f3c4fecbe9869415b14309b7028f63d90aa134d75cbe60f1d09"


def test_a_file_and_a_text_of_the_same_bytes_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "f.txt").write_text("hello")
    assert hash_of(Asset(path="f.txt"), tmp_path) == hash_of(Asset(text="hello"), tmp_path)


def test_an_archive_file_has_the_hash_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_bytes(b"whatever")
    assert hash_of(Archive(path="a.tar.gz"), tmp_path) == hashlib.sha256(b"whatever").hexdigest()


def test_a_folder_does_not_depend_on_times_modes_or_the_order_of_writing(tmp_path: Path) -> None:
    for name, order in (("one", ("a", "b")), ("two", ("b", "a"))):
        (tmp_path / name / "sub").mkdir(parents=True)
        for file in order:
            (tmp_path / name / "sub" / file).write_text(file)
        (tmp_path / name / "sub" / "a").chmod(0o755 if name == "one" else 0o600)
    assert hash_of(Archive(path="one"), tmp_path) == hash_of(Archive(path="two"), tmp_path)


def test_a_folder_with_another_file_is_another_archive(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "x").write_text("1")
    before = hash_of(Archive(path="d"), tmp_path)
    (tmp_path / "d" / "y").write_text("")
    assert hash_of(Archive(path="d"), tmp_path) != before


def test_named_assets_are_hashed_as_the_folder_they_describe(tmp_path: Path) -> None:
    (tmp_path / "d" / "in").mkdir(parents=True)
    (tmp_path / "d" / "in" / "x").write_text("1")
    named = Archive(assets={"in": Archive(assets={"x": Asset(text="1")})})
    assert hash_of(named, tmp_path) == hash_of(Archive(path="d"), tmp_path)


def test_the_bytes_that_are_hashed_are_a_tar_that_others_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed: list[bytes] = []

    class Recorder:
        def update(self, data: bytes) -> None:
            fed.append(data)

        def hexdigest(self) -> str:
            return "-"

    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "x").write_text("content")
    monkeypatch.setattr(hashlib, "sha256", Recorder)
    hash_of(Archive(path="d"), tmp_path)
    with tarfile.open(fileobj=io.BytesIO(b"".join(fed))) as tar:
        assert [(item.name, item.size, item.mode) for item in tar] == [("x", 7, 0o600)]


def test_a_secret_asset_is_hashed_too(tmp_path: Path) -> None:
    assert with_hashes(Secret(Asset(text="x")), tmp_path).value.hash


def test_an_asset_on_the_net_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match=r"https://example\.com/x"):
        with_hashes(Asset(uri="https://example.com/x"), tmp_path)
