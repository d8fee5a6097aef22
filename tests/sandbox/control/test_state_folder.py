"""The state folder: one process serves it, others only look, and another version leaves it alone."""

from __future__ import annotations

import fcntl
import json
import threading
from typing import TYPE_CHECKING

import pytest

from slipway.sandbox.state_folder import StateError, StateFolder

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


@pytest.mark.parametrize("written", ['{"format": 2}', '{"format": 0}', "[]", "{", ""])
def test_a_folder_of_another_version_is_refused_with_the_way_out_and_left_alone(tmp_path: Path, written: str) -> None:
    StateFolder(tmp_path).prepare()
    (tmp_path / "format.json").write_text(written)
    with pytest.raises(StateError, match="name another folder with --state, or move this one away"):
        StateFolder(tmp_path).prepare()
    assert (tmp_path / "format.json").read_text() == written


def test_a_folder_from_before_there_were_formats_is_taken_as_the_first(tmp_path: Path) -> None:
    (tmp_path / "credentials.json").write_text("{}")
    StateFolder(tmp_path).prepare()
    StateFolder(tmp_path).prepare()
    assert json.loads((tmp_path / "format.json").read_text()) == {"format": 1}
