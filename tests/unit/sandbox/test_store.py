"""The store: whole documents, atomic changes, nothing lost by a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from slipway.sandbox.sagemaker.context import Scope
from slipway.sandbox.sagemaker.store import Record, Store

if TYPE_CHECKING:
    from pathlib import Path

HERE = Scope("123456789012", "us-east-1")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store.sqlite")


def test_a_document_is_found_in_its_own_account_region_and_kind_only(store: Store) -> None:
    store.put(HERE, "Model", "a", {"x": 1})
    assert store.get(HERE, "Model", "a") == {"x": 1}
    assert store.get(HERE, "Endpoint", "a") is None
    for other in (Scope("210987654321", "us-east-1"), Scope("123456789012", "eu-west-1")):
        assert store.get(other, "Model", "a") is None
        assert store.names(other, "Model") == []
    assert store.scopes() == [HERE]


def test_changing_what_was_read_does_not_change_the_store(store: Store) -> None:
    store.put(HERE, "Model", "a", {"tags": []})
    read = store.get(HERE, "Model", "a")
    assert read is not None
    read["tags"].append("b")
    assert store.get(HERE, "Model", "a") == {"tags": []}


def test_create_never_overwrites(store: Store) -> None:
    assert store.create(HERE, "Model", "a", {"n": 1})
    assert not store.create(HERE, "Model", "a", {"n": 2})
    assert store.get(HERE, "Model", "a") == {"n": 1}
    assert store.delete(HERE, "Model", "a")
    assert not store.delete(HERE, "Model", "a")


def test_a_change_that_fails_leaves_the_document_as_it_was(store: Store) -> None:
    store.put(HERE, "Model", "a", {"n": 1})

    def change(record: Record) -> None:
        record["n"] = 2
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.update(HERE, "Model", "a", change)
    assert store.get(HERE, "Model", "a") == {"n": 1}
    with pytest.raises(KeyError):
        store.update(HERE, "Model", "missing", change)


def test_changes_from_many_threads_all_count(store: Store) -> None:
    store.put(HERE, "Model", "a", {"n": 0})

    def add(record: Record) -> None:
        record["n"] += 1

    def work() -> None:
        for _ in range(50):
            store.update(HERE, "Model", "a", add)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get(HERE, "Model", "a") == {"n": 400}


def test_lists_are_sorted_by_name(store: Store) -> None:
    for name in ("b", "c", "a"):
        store.put(HERE, "Model", name, {"name": name})
    assert store.names(HERE, "Model") == ["a", "b", "c"]
    assert [record["name"] for record in store.all(HERE, "Model")] == ["a", "b", "c"]


WRITER = """
import sys
from slipway.sandbox.sagemaker.context import Scope
from slipway.sandbox.sagemaker.store import Store
store = Store(sys.argv[1])
number = 0
while True:
    number += 1
    store.put(Scope("123456789012", "us-east-1"), "Job", "job", {"number": number, "text": "x" * 5000})
    print(number, flush=True)
"""


@pytest.mark.slow
def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(200):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        seen = [int(line) for line in process.stdout.read().split()]
    kept = Store(file).get(HERE, "Job", "job")
    assert kept is not None
    assert kept["number"] >= max(seen, default=200)
    assert json.dumps(kept)
