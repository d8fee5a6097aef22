"""The properties of this folder with thousands of examples each."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
EXAMPLES, LIMIT = 5000, 3600


@pytest.mark.soak
@pytest.mark.timeout(LIMIT + 60)
def test_thousands_of_programs_keep_every_property() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-m", "not soak", "-o", "timeout=0", "-n", "2", str(HERE)]
    environment = os.environ | {"SLIPWAY_ENGINE_EXAMPLES": str(EXAMPLES)}
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 0, done.stdout[-8000:]
