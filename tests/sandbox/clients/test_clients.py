"""Clients that others wrote work against the sandbox unchanged, with nothing but its environment.

Large ones run in an environment of their own, installed from requirements/clients/ at first use.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.client_environment import environment_of

HERE = Path(__file__).parent


def run(python: Path | str, script: str, sandbox: Any, *words: str) -> None:
    """Run a script as a user would who has evaluated `slipway sandbox env`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
    done = subprocess.run(
        [python, HERE / script, *words],
        env=kept | sandbox.environment | {"TERM": "dumb"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert done.stdout.rstrip().endswith("done")


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("awscli", "with_aws_cli.py"),
        ("awswrangler", "with_awswrangler.py"),
        ("mlflow-skinny", "with_mlflow.py"),
        ("sagemaker-core", "with_sagemaker_core.py"),
    ],
)
def test_a_large_client_works_unchanged(sandbox: Any, tmp_path: Path, name: str, script: str) -> None:
    run(environment_of(name), script, sandbox, str(tmp_path))


@pytest.mark.slow
def test_iceberg_tables_live_in_the_lake_and_in_the_catalogue(sandbox: Any) -> None:
    run(sys.executable, "with_pyiceberg.py", sandbox)
