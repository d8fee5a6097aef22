"""One training run, top to bottom: read, fit, judge, export, describe."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING, Any

from training import baseline, config, data, export_onnx, features, manifest, metrics, model
from training.contract import TrainingError

if TYPE_CHECKING:
    from pathlib import Path

    import lightgbm as lgb

    from training.contract import Folders

TRAIN, VALIDATION = "train", "validation"
_PROGRESS_EVERY = 50


def train(folders: Folders) -> None:
    """Train from the channels and write the model folder; raises TrainingError."""
    hyperparameters = config.parse(folders.hyperparameters())
    say(", ".join(f"{name}={value}" for name, value in hyperparameters.as_dict().items()))
    train_rows, judged = (data.read(name, folders.channel(name)) for name in (TRAIN, VALIDATION))
    for channel in (train_rows, judged):
        say(f"channel {channel.name}: {channel.rows:,} flights, {channel.label.mean():.1%} of them late")

    known = features.categories(train_rows.table)
    rows = features.matrix(train_rows.table, known)
    started = time.monotonic()

    def progress(done: int) -> None:
        if done % _PROGRESS_EVERY == 0 or done == hyperparameters.num_iterations:
            say(f"{done} of {hyperparameters.num_iterations} trees, {time.monotonic() - started:.1f} s")

    booster = model.fit(rows, train_rows.label, hyperparameters, progress)

    simple = metrics.Baseline.learn(train_rows.table, train_rows.label).predict(judged.table)
    answers = model.predict(booster, features.matrix(judged.table, known))
    measured = {
        "train:auc": metrics.auc(model.predict(booster, rows), train_rows.label),
        "validation:auc": metrics.auc(answers, judged.label),
        "validation:baseline_auc": metrics.auc(simple, judged.label),
        "validation:log_loss": metrics.log_loss(answers, judged.label),
    }
    for name, value in measured.items():
        say(f"{name}={value:.6f}")  # what the job's metric definitions look for

    places = [judged.rows * number // manifest.EXAMPLES for number in range(manifest.EXAMPLES)]
    examples = judged.table.take(places).select([one.name for one in features.FEATURES]).to_pylist()
    facts = manifest.Facts(
        categories=known,
        metrics=measured,
        baseline={"description": metrics.BASELINE, "auc": measured["validation:baseline_auc"]},
        data={channel.name: channel.facts() for channel in (train_rows, judged)},
        hyperparameters=hyperparameters.as_dict(),
        examples=[_as_sent(row) for row in examples],
        example_predictions=[float(answers[place]) for place in places],
    )
    write(folders.model, booster, facts, baseline.document(train_rows.table, answers))


def write(folder: Path, booster: lgb.Booster, facts: manifest.Facts, normal: dict[str, Any]) -> None:
    """Write model, baseline and manifest; the manifest comes last, so that a folder that has one is whole."""
    files = {
        baseline.NAME: baseline.as_bytes(normal),
        manifest.NATIVE: model.text(booster).encode(),
        manifest.ONNX: export_onnx.to_onnx(booster),
    }
    free = shutil.disk_usage(_existing(folder)).free
    if free < sum(map(len, files.values())):
        raise TrainingError(f"{folder} has {free} bytes left: raise the job's volume size")
    folder.mkdir(parents=True, exist_ok=True)
    described = manifest.as_bytes(manifest.document(facts, files))
    for name, content in {**files, manifest.NAME: described}.items():
        path = folder / name
        path.write_bytes(content)
        os.utime(path, (0, 0))  # archives keep times: the same model must give the same archive
        say(f"wrote {name}, {len(content):,} bytes")


def say(line: str) -> None:
    """Write one line to the job's log at once."""
    print(line, flush=True)


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else _existing(folder.parent)


def _as_sent(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value for name, value in row.items()
    }
