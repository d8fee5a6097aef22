"""Run by MLflow's own environment: runs in a local database, their artefacts in the sandbox's S3."""

import os
import sys
import tempfile
from pathlib import Path

import boto3

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"  # the lean client has no database

import mlflow

boto3.client("s3").create_bucket(Bucket="tracked")
mlflow.set_tracking_uri(Path(sys.argv[1]).as_uri())
experiment = mlflow.create_experiment("flights", artifact_location="s3://tracked/artefacts")
with mlflow.start_run(experiment_id=experiment) as run:
    mlflow.log_param("trees", 100)
    mlflow.log_metric("auc", 0.7575)
    mlflow.log_text("a report", "reports/auc.txt")
    mlflow.log_dict({"columns": ["carrier"]}, "schema.json")
found = mlflow.get_run(run.info.run_id)
assert (found.data.params["trees"], found.data.metrics["auc"]) == ("100", 0.7575)
keys = {entry["Key"] for entry in boto3.client("s3").list_objects_v2(Bucket="tracked")["Contents"]}
assert {key.partition("/artifacts/")[2] for key in keys} == {"reports/auc.txt", "schema.json"}
with tempfile.TemporaryDirectory() as folder:
    here = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="reports", dst_path=folder)
    assert (Path(here) / "auc.txt").read_text() == "a report"
assert mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/schema.json") == {"columns": ["carrier"]}
print("done")
