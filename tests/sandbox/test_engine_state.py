"""The embedded engine with its state in a bucket and its secrets under a key of KMS, both in the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LAB = Path(__file__).parents[1] / "conformance" / "lab"
BUCKET = "engine-state"
KEY = "awskms://alias/engine-state?context_project=app"
PROJECT = "name: app\nruntime: python\nplugins:\n  providers:\n    - name: lab\n      path: ./lab\n"
PROGRAM = """
import pulumi
from lab_sdk import Thing

config = pulumi.Config()
a = Thing("a", value="v")
b = Thing("b", value=a.arn)
pulumi.export("last", b.arn)
pulumi.export("word", config.require_secret("word"))
"""
pytestmark = pytest.mark.slow
Engine = Callable[..., str]


@pytest.fixture
def engine(sandbox: Any, tmp_path: Path) -> Engine:
    """Run command lines of the engine in the sandbox's environment, without its passphrase."""
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "lab").symlink_to(LAB)
    (folder / "Pulumi.yaml").write_text(PROJECT)
    (folder / "__main__.py").write_text(PROGRAM)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "LAB_", "AWS_"))}
    env = {
        **kept,
        **{name: value for name, value in sandbox.environment.items() if name != "PULUMI_CONFIG_PASSPHRASE"},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}",
        "PYTHONPATH": str(folder / "lab"),
        "PULUMI_HOME": str(tmp_path / "home"),
        "LAB_CLOUD": str(tmp_path / "cloud.json"),
        "LAB_TRACE": str(tmp_path / "trace.jsonl"),
    }

    def call(*argv: str, backend: str = f"s3://{BUCKET}/team") -> str:
        done = subprocess.run(
            [sys.executable, "-m", "slipway.engine", *argv],
            cwd=folder,
            env={**env, "PULUMI_BACKEND_URL": backend},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done
        assert "geheim" not in done.stdout + done.stderr or "--show-secrets" in argv
        return done.stdout

    return call


def test_a_stack_lives_in_a_bucket_and_moves_to_a_folder_and_is_the_same(
    sandbox: Any, engine: Engine, tmp_path: Path
) -> None:
    sandbox.s3.create_bucket(Bucket=BUCKET)
    key = sandbox.kms.create_key()["KeyMetadata"]["KeyId"]
    sandbox.kms.create_alias(AliasName="alias/engine-state", TargetKeyId=key)

    def keys(folder: str) -> list[str]:
        found = sandbox.s3.list_objects_v2(Bucket=BUCKET, Prefix=f"team/.pulumi/{folder}")
        return [item["Key"].rpartition("/")[2] for item in found.get("Contents", [])]

    engine("stack", "init", "dev", "--secrets-provider", KEY)
    engine("config", "set", "--secret", "word", "geheim")
    assert "3 created" in engine("up", "--yes", "--skip-preview")
    assert keys("stacks/") == ["dev.json", "dev.json.bak"]
    assert keys("locks/") == []
    assert [name.split(".", 1)[1] for name in keys("history/")] == ["checkpoint.json", "history.json"]
    engine("preview", "--expect-no-changes")
    engine("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert [entry["result"] for entry in json.loads(engine("stack", "history", "--json"))] == ["succeeded"] * 2
    assert json.loads(engine("stack", "output", "--json")) == {"last": "arn:lab:thing/b-1", "word": "[secret]"}
    assert engine("stack", "output", "word", "--show-secrets") == "geheim\n"

    state = tmp_path / "state"
    state.mkdir()
    file = tmp_path / "dev.json"
    engine("stack", "export", "--file", str(file))
    engine("stack", "init", "dev", backend=f"file://{state}")
    engine("stack", "import", "--file", str(file), backend=f"file://{state}")
    engine("preview", "--expect-no-changes", backend=f"file://{state}")
    shown = ("stack", "export", "--show-secrets")
    assert engine(*shown, backend=f"file://{state}") == engine(*shown)

    assert "3 deleted" in engine("destroy", "--yes", "--skip-preview")
    engine("stack", "rm", "dev", "--yes")
    assert keys("stacks/") == ["dev.json.bak"]
    assert keys("history/") == []
