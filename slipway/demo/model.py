"""The stage that trains: a SageMaker job in the sandbox, its log and metrics checked, its score in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from slipway.demo.check import require
from slipway.train.command import Order, Trained, train

if TYPE_CHECKING:
    from slipway.demo.console import Console
    from slipway.outputs import Outputs

METRIC, BASELINE = "validation:auc", "validation:baseline_auc"


def train_model(console: Console, outputs: Outputs, *, stack: str, data: str, validation: str) -> Trained:
    """Train, register and approve; every trace that a job leaves in AWS is looked at."""
    order = Order(stack=stack, train=data, validation=validation, hyperparameters={}, approve=True)
    lines: list[str] = []

    def on_line(line: str) -> None:
        lines.append(line)
        console.now(line.strip())

    trained = train(order, outputs, on_line=on_line, on_status=console.now)
    require(lines, f"training job {trained.job} wrote no log to {outputs.training.log_group}")
    for name in (METRIC, BASELINE):
        require(
            name in trained.metrics, f"training job {trained.job} has no metric {name}, only {sorted(trained.metrics)}"
        )
    job = boto3.client("sagemaker").describe_training_job(TrainingJobName=trained.job)
    require(job["TrainingJobStatus"] == "Completed", f"training job {trained.job} is {job['TrainingJobStatus']}")
    console.say(f"training job {trained.job}: Completed, {len(lines)} log lines in {outputs.training.log_group}")
    return trained


def score(trained: Trained, month: str) -> tuple[list[str], str]:
    """Say how good the model is beside a baseline that any reader understands: in two lines, and in one."""
    auc, baseline = trained.metrics[METRIC], trained.metrics[BASELINE]
    require(auc > baseline, f"the model's AUC {auc:.4f} is no better than the baseline's {baseline:.4f}")
    name = baseline_of(trained)
    picked = f"of a late and a punctual flight of {month}, a month it never saw, the model picks the late one {auc:.0%}"
    return [
        f"{picked} of the time: AUC {auc:.4f}",
        f"the baseline ({name}) picks it {baseline:.0%} of the time: AUC {baseline:.4f}",
    ], f"AUC {auc:.4f} on {month}, a month it never saw; the baseline's is {baseline:.4f}"


def baseline_of(trained: Trained) -> str:
    """Return what the baseline is, in the manifest's words."""
    described = trained.manifest.get("baseline")
    return str(described.get("description", "no description")) if isinstance(described, dict) else "no description"


def data_rows(manifest: dict[str, Any]) -> dict[str, int]:
    """Return the number of rows by channel that the manifest in the artifact speaks of."""
    return {name: int(part["rows"]) for name, part in (manifest.get("data") or {}).items()}
