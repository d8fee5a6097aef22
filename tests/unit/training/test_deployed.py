"""A job whose command nobody can name starts the deployed code by itself."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

from training import deployed
from training.contract import Folders

ROOT = Path(__file__).parents[3]


def put_package(ml: Path, code: str) -> Path:
    channel = ml / "input/data/code"
    channel.mkdir(parents=True)
    with tarfile.open(channel / "package.tar.gz", "w:gz") as archive:
        for name, text in (("training/__init__.py", '"""Deployed."""'), ("training/__main__.py", code)):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return channel / "package.tar.gz"


def test_the_deployed_package_takes_over_once(tmp_path: Path) -> None:
    put_package(tmp_path, "import json, sys; print(json.dumps(['deployed', *sys.argv[1:]]))")
    environment = {
        **os.environ,
        "SLIPWAY_ML_ROOT": str(tmp_path),
        "PYTHONPATH": f"{tmp_path / 'code'}:{ROOT}",
        "PYTHONSAFEPATH": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "training", "train"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["deployed", "train"]
    assert deployed.package(Folders(tmp_path)) is None


def test_a_package_that_is_none_fails_the_job(tmp_path: Path) -> None:
    put_package(tmp_path, "").write_bytes(b"no archive")
    environment = {**os.environ, "SLIPWAY_ML_ROOT": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "training", "train"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "can't be unpacked" in (tmp_path / "output/failure").read_text()


def test_without_a_package_the_images_own_code_trains(tmp_path: Path) -> None:
    assert deployed.package(Folders(tmp_path)) is None
