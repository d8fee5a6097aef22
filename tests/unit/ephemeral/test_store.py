from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from slipway.ephemeral.store import FolderStore, open_store
from slipway.failure import Failure

if TYPE_CHECKING:
    from pathlib import Path


def test_of_many_that_create_at_once_one_is_first(tmp_path: Path) -> None:
    won: list[int] = []
    start = threading.Barrier(8)

    def create(number: int) -> None:
        start.wait()
        if FolderStore(tmp_path).create("a/lease.json", str(number).encode()):
            won.append(number)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert FolderStore(tmp_path).read("a/lease.json") == str(won[0]).encode()


def test_only_what_was_read_is_replaced(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.write(".slipway/x", b"one")
    assert not store.replace(".slipway/x", b"another", b"two")
    assert store.replace(".slipway/x", b"one", b"two")
    assert store.read(".slipway/x") == b"two"


def test_what_is_not_there_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / ".slipway").mkdir()
    assert not FolderStore(tmp_path).replace(".slipway/x", b"one", b"two")


def test_a_folders_keys_are_the_files_below_it_only(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    for key in ("locks/p/pr-4/a.json", "locks/p/pr-42/b.json", "locks/p/pr-4/c/d.json"):
        store.write(key, b"")
    assert store.keys("locks/p/pr-4/") == ["locks/p/pr-4/a.json", "locks/p/pr-4/c/d.json"]


def test_a_backend_that_is_no_folder_and_no_bucket_is_refused_by_name() -> None:
    with pytest.raises(Failure, match=r"https://api.pulumi.com: ephemeral stacks need file://FOLDER or s3://"):
        open_store("https://api.pulumi.com")
