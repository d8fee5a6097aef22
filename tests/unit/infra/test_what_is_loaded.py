"""A preview loads the services that the stack uses, and nothing that asks AWS or reads data."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import json, sys
import bench.mocked
bench.mocked.main()
loaded = [name.split(".") for name in sys.modules]
services = sorted({parts[1] for parts in loaded if parts[0] == "pulumi_aws" and len(parts) > 2})
print(json.dumps({"services": services, "packages": sorted({parts[0] for parts in loaded})}))
"""
"""A service that nobody touched is an empty module: only those that are used have modules below."""
HEAVY = {"boto3", "botocore", "pandas", "numpy", "pyarrow", "lightgbm", "moto", "slipway", "training", "serving"}


def loaded(stack: str) -> tuple[set[str], set[str]]:
    """Run a stack's program under mocks in a process of its own; return the services and packages that it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "__main__.py", stack], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    return set(found["services"]), set(found["packages"])


def test_a_stack_without_network_loads_no_ec2() -> None:
    services, packages = loaded("dev")
    assert {"s3", "iam", "sagemaker"} <= services
    assert not {"ec2", "vpc", "cloudtrail", "lambda_", "rds"} & services
    assert not HEAVY & packages


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_a_stack_with_a_network_loads_ec2_and_nothing_heavy_either(stack: str) -> None:
    services, packages = loaded(stack)
    assert {"ec2", "vpc", "cloudtrail"} <= services
    assert not HEAVY & packages
