"""The history of a stack."""

from pathlib import Path

from slipway.engine.backend.folder import Folder
from slipway.engine.backend.history import add_entry, read_entries
from slipway.engine.backend.stacks import Backend, StackRef

FAR_AHEAD = 4102444800 * 10**9  # the year 2100


def test_the_newest_entry_comes_first_also_after_the_clock_was_set_back(tmp_path: Path) -> None:
    backend, ref = Backend(Folder(tmp_path, "")), StackRef("app", "dev")
    add_entry(backend, ref, {"message": "first"})
    (file,) = tmp_path.rglob("*.history.json")
    file.rename(file.with_name(f"dev-{FAR_AHEAD}.history.json"))  # written while the clock was wrong
    add_entry(backend, ref, {"message": "second"})
    add_entry(backend, ref, {"message": "third"})
    assert [entry["message"] for entry in read_entries(backend, ref)] == ["third", "second", "first"]
