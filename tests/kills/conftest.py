"""A small stack of the lab's, for the command line itself."""

import subprocess
from pathlib import Path

import pytest

from tests.kills.bench import CLI, LAB, PROJECT, Stack

PROGRAM = """
from lab_sdk import Thing

a = Thing("a")
b = Thing("b", value=a.arn)
Thing("c", value=b.arn)
"""


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """Make a project with the lab as its provider, and a stack in it."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "provider").symlink_to(LAB)
    (project / "lab_sdk.py").symlink_to(LAB / "lab_sdk.py")
    (project / "Pulumi.yaml").write_text(PROJECT)
    (project / "__main__.py").write_text(PROGRAM)
    made = Stack.make(project, tmp_path / "stack")
    subprocess.run([*CLI, "stack", "init", "dev"], cwd=project, env=made.environment(), check=True, capture_output=True)
    return made
