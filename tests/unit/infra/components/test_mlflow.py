"""The managed MLflow."""

from __future__ import annotations

import json
from typing import Any

from infra.components.tracking.mlflow import Mlflow, MlflowArgs
from infra.retention import retention

POLICY = "aws:iam/rolePolicy:RolePolicy"
APP = "aws:sagemaker/mlflowApp:MlflowApp"


def declare() -> None:
    Mlflow(
        "tracking",
        MlflowArgs(
            account_id="123456789012",
            region="us-east-1",
            app_name="slipway-dev",
            artifacts_bucket="artifacts",
            key_arn="arn:key",
            weekly_maintenance_window_start="Sun:03:00",
            retention=retention("dev"),
            permissions_boundary_arn="arn:aws:iam::123456789012:policy/b",
        ),
    )


def test_mlflow_knows_its_own_prefix_of_the_bucket_only(run_program: Any) -> None:
    graph = run_program(declare)
    assert graph.one(APP, "tracking").inputs["artifactStoreUri"] == "s3://artifacts/mlflow"
    statements = json.loads(graph.one(POLICY, "tracking-data").inputs["policy"])["Statement"]
    objects = {one["Resource"] for one in statements if "s3:ListBucket" not in one["Action"]}
    assert objects == {"arn:aws:s3:::artifacts/mlflow/*"}
    role = graph.one("aws:iam/role:Role", "tracking").inputs
    assert role["permissionsBoundary"] == "arn:aws:iam::123456789012:policy/b"


def test_mlflow_registers_nothing_and_waits_for_its_role(run_program: Any) -> None:
    app = run_program(declare).one(APP, "tracking")
    assert app.inputs["modelRegistrationMode"] == "AutoModelRegistrationDisabled"
    assert {f"{POLICY} tracking-data", f"{POLICY} tracking-key"} <= set(app.depends_on)
