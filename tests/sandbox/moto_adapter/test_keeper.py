"""What moto remembers is written down before it is answered, whoever is busy meanwhile."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from slipway.sandbox.moto_adapter.keeper import Keeper, NotKeptError
from slipway.sandbox.moto_adapter.quiet import QuietLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def quiet() -> QuietLock:
    """Give the lock that requests share."""
    return QuietLock()


@pytest.fixture
def keeper(tmp_path: Path, quiet: QuietLock) -> Iterator[Keeper]:
    """Give a keeper at work."""
    keeper = Keeper(tmp_path / "moto", quiet)
    (tmp_path / "moto").mkdir()
    keeper.restore()
    keeper.start()
    yield keeper
    keeper.stop()


def test_a_change_is_on_disk_when_keep_returns(keeper: Keeper, tmp_path: Path) -> None:
    assert not (tmp_path / "moto" / "state.pickle").exists()
    keeper.keep()
    assert (tmp_path / "moto" / "state.pickle").exists()


def test_many_who_wait_share_a_snapshot(keeper: Keeper, quiet: QuietLock, tmp_path: Path) -> None:
    file = tmp_path / "moto" / "state.pickle"
    written: set[int] = set()

    def change() -> None:
        keeper.keep()
        written.add(file.stat().st_mtime_ns)

    threads = [threading.Thread(target=change) for _ in range(20)]
    with quiet.shared():  # no snapshot is taken before all of them wait
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    assert 1 <= len(written) <= 5


def test_a_request_that_takes_long_holds_a_snapshot_up_for_seconds_only(keeper: Keeper, quiet: QuietLock) -> None:
    waiting = threading.Thread(target=keeper.keep)
    with quiet.shared():
        waiting.start()
        waiting.join(20)
        assert not waiting.is_alive()


def test_a_long_poll_holds_no_snapshot_up(quiet: QuietLock) -> None:
    with quiet.shared(), quiet.shared(), quiet.released(), quiet.alone(0) as alone:
        assert alone
    with quiet.shared(), quiet.alone(0) as alone:
        assert not alone


def test_what_cannot_be_written_is_not_acknowledged_and_is_tried_again(keeper: Keeper, tmp_path: Path) -> None:
    (tmp_path / "moto").rename(tmp_path / "away")
    with pytest.raises(NotKeptError, match="No such file"):
        keeper.keep()
    (tmp_path / "away").rename(tmp_path / "moto")
    keeper.keep()
    assert (tmp_path / "moto" / "state.pickle").exists()


def test_the_end_writes_what_nobody_waits_for(tmp_path: Path, quiet: QuietLock) -> None:
    keeper = Keeper(tmp_path, quiet)
    keeper.restore()
    waiting = threading.Thread(target=keeper.keep, daemon=True)
    waiting.start()
    while not keeper._changes:  # the thread has come to wait
        waiting.join(0.01)
    assert keeper.stop()
    assert (tmp_path / "state.pickle").exists()
