"""moto's state as bytes and back, in a process of its own each: what one writes the other reads."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

COMMON = """
import json, logging, sys
from pathlib import Path
from slipway.sandbox.moto_adapter.blobs import Blobs
from slipway.sandbox.moto_adapter.snapshot import dump, load
logging.basicConfig(level=logging.WARNING)
folder = Path(sys.argv[1])
blobs = Blobs(folder / "blobs")
"""
EVERY_SERVICE = """
from moto.backends import get_backend, list_of_moto_modules
for name in list_of_moto_modules():
    try:
        account = get_backend(name)["123456789012"]
    except (AttributeError, KeyError, ModuleNotFoundError):
        continue
    for region in ("us-east-1", "aws"):
        if region in account:
            account[region]
"""
WRITE_ALL = (
    COMMON
    + EVERY_SERVICE
    + """
from moto.core.base_backend import BackendDict
(folder / "state").write_bytes(dump(blobs))
print(len(BackendDict._instances))
"""
)
READ_ALL = (
    COMMON
    + """
load((folder / "state").read_bytes(), blobs)
from moto.core.base_backend import BackendDict
print(len(BackendDict._instances))
"""
)
WRITE_OBJECTS = (
    COMMON
    + """
from moto.s3.models import s3_backends
backend = s3_backends["123456789012"]["aws"]
backend.create_bucket("bucket", "us-east-1")
for number in range(3):
    backend.put_object("bucket", f"large-{number}", b"x" * 20_000)
backend.put_object("bucket", "small", b"y")
data = dump(blobs)
assert len(data) < 20_000
assert [file.stat().st_size for file in (folder / "blobs").iterdir()] == [20_000]
stamp = next((folder / "blobs").iterdir()).stat().st_mtime_ns
again = Blobs(folder / "blobs")
(folder / "state").write_bytes(dump(again))
again.sweep()
assert next((folder / "blobs").iterdir()).stat().st_mtime_ns == stamp
"""
)
READ_OBJECTS = (
    COMMON
    + """
load((folder / "state").read_bytes(), blobs)
from moto.s3.models import s3_backends
backend = s3_backends["123456789012"]["aws"]
assert backend.get_object("bucket", "large-2").value == b"x" * 20_000
assert backend.get_object("bucket", "small").value == b"y"
for number in range(3):
    backend.delete_object("bucket", f"large-{number}")
after = Blobs(folder / "blobs")
dump(after)
after.sweep()
assert list((folder / "blobs").iterdir()) == []
"""
)


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)


def test_every_service_that_moto_has_is_written_and_read(tmp_path: Path) -> None:
    written = run(WRITE_ALL, tmp_path)
    assert (written.returncode, written.stderr) == (0, "")
    read = run(READ_ALL, tmp_path)
    assert (read.returncode, read.stderr) == (0, "")
    assert int(read.stdout) >= int(written.stdout) > 100


def test_large_objects_are_written_once_and_removed_with_the_last_that_uses_them(tmp_path: Path) -> None:
    for program in (WRITE_OBJECTS, READ_OBJECTS):
        done = run(program, tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
