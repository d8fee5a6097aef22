"""The processing steps of a pipeline around the training job: split the data, judge the model."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
import tempfile
from pathlib import Path

from training.contract import TrainingError

VALIDATION_FILES = 1
"""How many of the newest files judge the model; all others train it."""


def split(root: Path) -> tuple[int, int]:
    """Copy the Parquet files below `input` to `train` and `validation`: the last one in the order of names judges.

    `root` is the job's processing folder. Returns how many files train and judge; raises TrainingError for fewer than
    two.
    """
    source = root / "input"
    files = sorted(source.rglob("*.parquet"), key=lambda path: path.relative_to(source).as_posix())
    if len(files) <= VALIDATION_FILES:
        raise TrainingError(f"{len(files)} Parquet files are there; 2 or more are needed to hold the newest back")
    parts = {"train": files[:-VALIDATION_FILES], "validation": files[-VALIDATION_FILES:]}
    for name, chosen in parts.items():
        for path in chosen:
            target = root / name / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return len(parts["train"]), len(parts["validation"])


def judge(root: Path) -> dict[str, object]:
    """Judge `model/model.tar.gz` on `validation`, beside the baseline of `train`; write `evaluation/evaluation.json`.

    `model_sha256` in it is what a release is held to. Raises TrainingError.
    """
    from training.evaluate import evaluate  # noqa: PLC0415 - splitting needs no learner

    archive = root / "model/model.tar.gz"
    with tempfile.TemporaryDirectory() as folder:
        try:
            with tarfile.open(archive) as opened:
                opened.extractall(folder, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise TrainingError(f"{archive} can't be unpacked: {error}") from error
        found = evaluate(Path(folder), [root / "train"], {"validation": root / "validation"})
    report = {"model_sha256": hashlib.sha256(archive.read_bytes()).hexdigest(), **found}
    target = root / "evaluation/evaluation.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report, allow_nan=False), "utf-8")
    return report
