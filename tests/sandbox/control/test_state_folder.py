"""The lock on a state folder: one serves it, others only look."""

from __future__ import annotations

import fcntl
import threading
from typing import TYPE_CHECKING

from slipway.sandbox.state_folder import StateFolder

if TYPE_CHECKING:
    from pathlib import Path


def test_who_only_looks_keeps_nobody_from_serving(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    with (tmp_path / "serve.lock").open("a") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        assert not state.is_served()  # another look
        threading.Timer(0.1, fcntl.flock, (looking, fcntl.LOCK_UN)).start()
        with state.lock() as free:
            assert free
            assert state.is_served()


def test_only_one_serves(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    assert not state.is_served()
    with state.lock() as first, state.lock(patience=0.05) as second:
        assert (first, second) == (True, False)
    assert not state.is_served()
