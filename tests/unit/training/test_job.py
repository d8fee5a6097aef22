import hashlib
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Job = Callable[..., Path]


def _manifest(ml: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ml / "model/manifest.json").read_text())
    return found


def test_the_model_folder_holds_what_the_manifest_says(trained: Path) -> None:
    manifest = _manifest(trained)

    names = sorted(path.name for path in (trained / "model").iterdir())
    assert names == ["baseline.json", "manifest.json", "model.onnx", "model.txt"]
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((trained / "model" / name).read_bytes()).hexdigest() == digest
    assert manifest["data"]["train"]["rows"] == 3000
    assert manifest["data"]["validation"]["rows"] == 1500


def test_the_model_learns_and_beats_its_baseline(trained: Path) -> None:
    metrics = _manifest(trained)["metrics"]

    assert metrics["validation:auc"] > metrics["validation:baseline_auc"] > 0.6


def test_features_say_what_a_client_may_send(trained: Path) -> None:
    features = {one["name"]: one for one in _manifest(trained)["features"]}

    assert features["carrier"] == {
        "name": "carrier",
        "kind": "category",
        "nullable": False,
        "categories": ["AA", "B6", "UA", "ZZ"],
    }
    assert features["precip"] == {"name": "precip", "kind": "number", "nullable": True}


def test_nothing_in_the_model_depends_on_the_machine(trained: Path) -> None:
    text = (trained / "model/model.txt").read_text() + (trained / "model/manifest.json").read_text()

    assert "[num_threads: 0]" in text
    assert str(trained) not in text


def test_archived_times_are_the_same_for_every_run(trained: Path) -> None:
    assert {path.stat().st_mtime for path in (trained / "model").iterdir()} == {0.0}


def test_offline_prediction_gives_the_manifests_own_answers(trained: Path, tmp_path: Path, run_training: Run) -> None:
    manifest = _manifest(trained)
    rows = tmp_path / "rows.json"
    rows.write_text(json.dumps(manifest["examples"]))

    finished = run_training(tmp_path, "predict", "--model", str(trained / "model"), "--rows", str(rows))

    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout) == pytest.approx(manifest["example_predictions"], abs=1e-12)


def test_offline_prediction_names_the_wrong_row(trained: Path, tmp_path: Path, run_training: Run) -> None:
    rows = tmp_path / "rows.json"
    example = _manifest(trained)["examples"][0]
    rows.write_text(json.dumps([example, {**example, "distance": "far"}]))

    finished = run_training(tmp_path, "predict", "--model", str(trained / "model"), "--rows", str(rows))

    assert finished.returncode == 1
    assert finished.stderr.strip() == "row 1: distance is 'far', a number is expected"


@pytest.mark.slow
def test_the_same_job_gives_the_same_bytes_on_one_cpu_and_on_two(
    trained: Path, tmp_path: Path, training_job: Job, run_training: Run
) -> None:
    again = training_job(tmp_path / "ml")

    finished = run_training(again, "train", one_cpu=True)

    assert finished.returncode == 0, finished.stderr
    for path in (trained / "model").iterdir():
        assert (again / "model" / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.slow
def test_another_seed_gives_another_model(trained: Path, tmp_path: Path, training_job: Job, run_training: Run) -> None:
    quick = {"num_iterations": "25", "num_leaves": "8", "min_data_in_leaf": "20"}
    other = training_job(tmp_path / "ml", {**quick, "seed": "7"})

    assert run_training(other, "train").returncode == 0
    assert _manifest(other)["files"] != _manifest(trained)["files"]


@pytest.mark.slow
def test_metric_lines_are_what_the_jobs_expressions_look_for(
    tmp_path: Path, training_job: Job, run_training: Run
) -> None:
    ml = training_job(tmp_path / "ml")

    finished = run_training(ml, "train")

    for name, value in _manifest(ml)["metrics"].items():
        found = re.findall(rf"{name}=([0-9.]+)", finished.stdout)
        assert len(found) == 1, (name, found)
        assert float(found[0]) == pytest.approx(value, abs=1e-6)
    assert "25 of 25 trees" in finished.stdout


@pytest.mark.slow
def test_wrong_hyperparameters_fail_the_job_with_all_their_problems(
    tmp_path: Path, training_job: Job, run_training: Run
) -> None:
    ml = training_job(tmp_path / "ml", {"num_leaves": "one", "speed": "fast"})

    finished = run_training(ml, "train")

    failure = (ml / "output/failure").read_text()
    assert finished.returncode == 1
    assert "num_leaves is 'one'" in failure
    assert "'speed' is unknown" in failure
    assert "Traceback" not in finished.stderr
    assert not (ml / "model").exists()


@pytest.mark.slow
def test_a_missing_channel_fails_the_job_in_one_line(tmp_path: Path, run_training: Run) -> None:
    finished = run_training(tmp_path, "train")

    assert finished.returncode == 1
    assert (tmp_path / "output/failure").read_text().startswith("channel 'train' has no .parquet file")
    assert len(finished.stderr.splitlines()) == 1


@pytest.mark.slow
def test_broken_hyperparameters_are_told(tmp_path: Path, run_training: Run) -> None:
    (tmp_path / "input/config").mkdir(parents=True)
    (tmp_path / "input/config/hyperparameters.json").write_text("{")

    finished = run_training(tmp_path, "train")

    assert finished.returncode == 1
    assert "hyperparameters.json is no JSON" in (tmp_path / "output/failure").read_text()
