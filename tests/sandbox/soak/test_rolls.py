"""An endpoint that serves the project's own model is rolled again and again under load, and no request is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


def rolled(rolls: int) -> dict[str, Any]:
    """Run the benchmark of rolls and return its numbers; its own judgement is its exit code."""
    command = [sys.executable, str(ROOT / "bench/rolls.py"), "--rolls", str(rolls), "--clients", "4", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode == 0) is (found["lost"] == 0 and found["processes_left"] == 0), found
    return found


def check(found: dict[str, Any], rolls: int) -> None:
    assert (found["lost"], found["problems"]) == (0, [])
    assert found["versions"] == rolls + 1
    assert found["requests"] > 10 * rolls
    assert found["processes_left"] == 0


@pytest.mark.slow
def test_ten_rolls_under_load_lose_no_request() -> None:
    check(rolled(10), 10)


@pytest.mark.soak
@pytest.mark.timeout(6000)
def test_a_thousand_rolls_under_load_lose_no_request() -> None:
    check(rolled(1000), 1000)
