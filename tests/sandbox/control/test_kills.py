"""Killed at any moment while clients write, the sandbox comes back with everything that it acknowledged."""

from __future__ import annotations

import os
import random
import signal
import threading
from typing import Any

import pytest

from bench.mixed_calls import Mixed, prepare

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", range(3))
def test_what_was_acknowledged_before_a_kill_is_there_after_it(
    start_sandbox: Any, control_word: Any, seed: int
) -> None:
    running = start_sandbox()
    prepare(running.client)
    over = threading.Event()
    clients = [Mixed(seed * 100 + number, running.client) for number in range(8)]
    threads = [threading.Thread(target=each.run, args=(10_000, over)) for each in clients]
    for thread in threads:
        thread.start()
    moment = random.Random(seed).uniform(50, 600)  # noqa: S311
    while sum(sum(each.calls.values()) for each in clients) < moment:
        threads[0].join(0.002)
    os.kill(running.pid, signal.SIGKILL)
    over.set()
    for thread in threads:
        thread.join(30)
    up = control_word("up", "--port", running.endpoint.rpartition(":")[2], state=running.state)
    assert up.returncode == 0, up.stderr
    assert sum(len(each.known) for each in clients) > 20
    assert [problem for each in clients for problem in each.errors] == []
    assert [problem for each in clients for problem in each.lost()] == []
