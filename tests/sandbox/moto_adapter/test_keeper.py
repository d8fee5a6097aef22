"""What moto remembers is written down, whoever is busy meanwhile."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from slipway.sandbox.moto_adapter.keeper import CALM, Keeper
from slipway.sandbox.moto_adapter.quiet import QuietLock

if TYPE_CHECKING:
    from pathlib import Path


def test_a_stop_during_a_snapshot_that_finds_no_quiet_still_saves(tmp_path: Path) -> None:
    quiet = QuietLock()
    keeper = Keeper(tmp_path, quiet)
    keeper.restore()
    keeper.start()
    with quiet.shared():  # a long poll
        keeper.changed()
        time.sleep(CALM + 0.25)  # the snapshot now waits for quiet, half a second
        stopping = threading.Thread(target=keeper.stop)
        stopping.start()
        stopping.join(10)
    assert (tmp_path / "state.pickle").exists()
