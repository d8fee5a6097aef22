import os
from pathlib import Path

import pytest

from training import model


@pytest.mark.parametrize(("content", "expected"), [("100000 100000\n", 1), ("50000 100000\n", 1)])
def test_a_containers_cpu_quota_limits_the_threads(tmp_path: Path, content: str, expected: int) -> None:
    quota = tmp_path / "cpu.max"
    quota.write_text(content)

    assert model.threads(quota) == expected


@pytest.mark.parametrize("content", ["max 100000\n", "", "99900000 100000\n"])
def test_without_a_smaller_quota_every_allowed_cpu_is_used(tmp_path: Path, content: str) -> None:
    quota = tmp_path / "cpu.max"
    quota.write_text(content)

    assert model.threads(quota) == len(os.sched_getaffinity(0))
    assert model.threads(tmp_path / "absent") == len(os.sched_getaffinity(0))
