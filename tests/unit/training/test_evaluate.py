import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from training.__main__ import main
from training.contract import TrainingError
from training.evaluate import evaluate

Maker = Callable[..., pa.Table]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def months(tmp_path: Path, made_up_flights: Maker) -> Callable[..., Path]:
    """Return a writer of one month's made-up flights, changed at will."""

    def write(name: str, rows: int = 300, seed: int = 9, **columns: pa.Array) -> Path:
        table = made_up_flights(rows, seed=seed)
        for column, values in columns.items():
            table = table.set_column(table.schema.get_field_index(column), column, values)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)
        return path

    return write


def _channel(trained: Path, name: str) -> Path:
    return trained / "input/data" / name


def test_the_validation_set_has_the_figures_of_the_manifest(trained: Path) -> None:
    metrics = json.loads((trained / "model/manifest.json").read_text())["metrics"]

    found = evaluate(trained / "model", [_channel(trained, "train")], {"july": _channel(trained, "validation")})

    july = found["sets"]["july"]
    assert july["rows"] == 1500
    assert july["model"]["auc"] == pytest.approx(metrics["validation:auc"], abs=1e-12)
    assert july["baseline"]["auc"] == pytest.approx(metrics["validation:baseline_auc"], abs=1e-12)
    assert july["log_loss"] == pytest.approx(metrics["validation:log_loss"], abs=1e-12)
    assert july["model"]["low"] < july["model"]["auc"] < july["model"]["high"]
    assert [one["rows"] for one in july["calibration"]] == pytest.approx([150] * 10, abs=2)  # few rows are alike
    late = sum(one["observed"] * one["rows"] for one in july["calibration"])
    assert late == pytest.approx(july["late_rate"] * 1500)


def test_several_sets_are_printed_as_one_document(trained: Path, tmp_path: Path, run_training: Run) -> None:
    train = _channel(trained, "train")
    months = [train / f"2013/0{number}/flights.parquet" for number in (1, 2)]
    words = [word for month in months for word in ("--train", str(month))]
    sets = ["--data", f"january={train}/2013/01", "--data", f"a={tmp_path}/b=c"]
    shutil.copytree(train / "2013/02", tmp_path / "b=c")

    finished = run_training(tmp_path, "evaluate", "--model", str(trained / "model"), *words, *sets)

    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout) == evaluate(
        trained / "model", [train], {"january": months[0], "a": train / "2013/02"}
    )


def test_the_baselines_rates_are_those_of_the_train_data(trained: Path, months: Callable[..., Path]) -> None:
    judged = months("judged.parquet")
    told = evaluate(trained / "model", [judged], {"x": judged})["sets"]["x"]["baseline"]["auc"]
    same = months("same.parquet", dep_hour=pa.array([8] * 300), carrier=pa.array(["AA"] * 300))

    assert (
        told > evaluate(trained / "model", [_channel(trained, "train")], {"x": judged})["sets"]["x"]["baseline"]["auc"]
    )
    assert evaluate(trained / "model", [same], {"x": judged})["sets"]["x"]["baseline"]["auc"] == 0.5


def test_of_the_train_data_only_the_baselines_columns_are_needed(trained: Path, tmp_path: Path) -> None:
    table = pq.read_table(_channel(trained, "train") / "2013/01/flights.parquet")
    pq.write_table(table.select(["arr_delay", "carrier", "dep_hour"]), tmp_path / "short.parquet")
    judged = {"x": _channel(trained, "validation")}

    assert evaluate(trained / "model", [tmp_path / "short.parquet"], judged) == evaluate(
        trained / "model", [_channel(trained, "train") / "2013/01"], judged
    )


@pytest.mark.parametrize("late", [0, 1])
def test_a_set_with_hardly_a_late_flight_has_no_area_but_all_else(
    trained: Path, months: Callable[..., Path], late: int
) -> None:
    path = months("quiet.parquet", arr_delay=pa.array([99] * late + [0] * (300 - late)))

    found = evaluate(trained / "model", [_channel(trained, "train")], {"quiet": path})["sets"]["quiet"]

    assert found["model"] == found["baseline"] == {"auc": None, "low": None, "high": None}
    assert found["late_rate"] == late / 300
    assert np.isfinite(found["log_loss"])
    assert len(found["calibration"]) == 10


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("absent.parquet", "absent.parquet does not exist; name a Parquet file or a folder of them"),
        ("folder", "folder has no .parquet file; name a Parquet file or a folder of them"),
        ("text.parquet", "text.parquet is no readable Parquet file"),
        ("empty.parquet", "empty.parquet holds no rows; at least one is needed"),
        ("words.parquet", "words.parquet can't be used: dep_hour is string, a number is expected"),
    ],
)
def test_data_that_can_not_be_judged_on_is_named_in_one_line(
    trained: Path, tmp_path: Path, months: Callable[..., Path], capsys: pytest.CaptureFixture[str], data: str, told: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.parquet").write_text("no Parquet")
    months("empty.parquet", rows=0)
    months("words.parquet", dep_hour=pa.array(["eight"] * 300))
    for words in (
        ["--train", str(_channel(trained, "train")), "--data", f"x={tmp_path / data}"],
        ["--train", str(tmp_path / data), "--data", f"x={_channel(trained, 'train')}"],
    ):
        assert main(["evaluate", "--model", str(trained / "model"), *words]) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert f"{tmp_path}/{told}" in printed.err
        assert len(printed.err.splitlines()) == 1


def _spoil_features(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    for one in manifest["features"]:
        one.pop("categories", None)
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), "manifest.json can't be read"),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "manifest.json lacks features"),
        (lambda folder: (folder / "model.txt").unlink(), "model.txt can't be read: No such file or directory"),
        (lambda folder: (folder / "model.txt").write_text("tree"), "model.txt is damaged: its SHA-256 is"),
        (_spoil_features, "manifest.json lacks the categories of carrier, origin, dest"),
    ],
)
def test_a_model_folder_that_is_not_whole_is_told_by_file(
    trained: Path, tmp_path: Path, spoil: Callable[[Path], Any], told: str
) -> None:
    folder = shutil.copytree(trained / "model", tmp_path / "model")
    spoil(folder)

    with pytest.raises(TrainingError) as caught:
        evaluate(folder, [_channel(trained, "train")], {"x": _channel(trained, "train")})

    assert str(caught.value).startswith(f"{folder}/{told}")


def test_a_model_of_other_features_is_refused_with_both(trained: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(trained / "model", tmp_path / "model")
    native = (folder / "model.txt").read_text().replace("feature_names=month ", "feature_names=moon ")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["model.txt"] = hashlib.sha256(native.encode()).hexdigest()
    (folder / "model.txt").write_text(native)
    (folder / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(TrainingError, match=r"model\.txt looks at moon, weekday, .*; this code reads month, weekday"):
        evaluate(folder, [_channel(trained, "train")], {"x": _channel(trained, "train")})


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (["january"], "'january' is no NAME=PATH"),
        (["=january"], "'=january' is no NAME=PATH"),
        (["january="], "'january=' is no NAME=PATH"),
        (["a=x", "b=y", "a=z"], "'a' is given twice"),
    ],
)
def test_misuse_is_told_before_anything_is_read(capsys: pytest.CaptureFixture[str], data: list[str], told: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(
            ["evaluate", "--model", "absent", "--train", "absent", *(word for one in data for word in ("--data", one))]
        )

    assert left.value.code == 2
    assert told in capsys.readouterr().err
