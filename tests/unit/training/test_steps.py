"""The processing steps around the training job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from training.contract import TrainingError
from training.steps import judge, split

if TYPE_CHECKING:
    from pathlib import Path


def landed(root: Path, *months: str) -> None:
    for month in months:
        path = root / "input" / month / "flights.parquet"
        path.parent.mkdir(parents=True)
        path.write_bytes(month.encode())


def found(root: Path, part: str) -> list[str]:
    return sorted(path.read_text() for path in (root / part).rglob("*.parquet"))


def test_the_newest_file_judges_and_all_others_train(tmp_path: Path) -> None:
    landed(tmp_path, "2013/02", "2013/10", "2013/01")
    assert split(tmp_path) == (2, 1)
    assert found(tmp_path, "train") == ["2013/01", "2013/02"]
    assert found(tmp_path, "validation") == ["2013/10"]


def test_one_file_cannot_be_split(tmp_path: Path) -> None:
    landed(tmp_path, "2013/01")
    with pytest.raises(TrainingError, match="1 Parquet files are there; 2 or more"):
        split(tmp_path)


def test_an_artifact_that_is_no_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model/model.tar.gz").write_bytes(b"no archive")
    with pytest.raises(TrainingError, match="can't be unpacked"):
        judge(tmp_path)
