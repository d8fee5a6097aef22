"""The state on disk: whole at every moment, before and after each step, one write for all who wait."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from slipway.engine.codec.state import StateCodec
from slipway.engine.errors import EngineError
from slipway.engine.state.resource import ResourceState
from slipway.engine.state.snapshot import Operation, Snapshot, load_snapshot
from slipway.engine.state.writer import SnapshotWriter, StateWriteError
from slipway.engine.values import Secret


class Plain:
    def encrypt(self, text: str) -> str:
        return text

    def decrypt(self, text: str) -> str:
        return text

    def state(self) -> dict[str, Any]:
        return {"type": "plain", "state": {}}


class Disk:
    """Takes writes, one at a time, and can be held up or broken."""

    def __init__(self) -> None:
        self.texts: list[dict[str, Any]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.broken = False

    def write(self, text: bytes) -> None:
        self.entered.set()
        self.gate.wait(10)
        if self.broken:
            raise OSError("no space left on device")
        self.texts.append(json.loads(text))

    def urns(self) -> list[str]:
        return [raw["urn"] for raw in self.texts[-1].get("resources", [])]

    def pending(self) -> list[tuple[str, str]]:
        return [(raw["type"], raw["resource"]["urn"]) for raw in self.texts[-1].get("pending_operations", [])]


def resource(urn: str, **fields: Any) -> ResourceState:
    return ResourceState(urn=urn, type="t:index:T", custom=True, **fields)


def writer_on(disk: Disk, base: Snapshot | None = None) -> SnapshotWriter:
    manager: Any = Plain()
    codec = StateCodec(manager.encrypt, manager.decrypt)
    return SnapshotWriter(base or Snapshot(), manager, codec, disk.write)


def test_a_step_is_on_disk_before_it_is_begun_and_before_it_is_called_done() -> None:
    disk = Disk()
    writer = writer_on(disk)
    made = resource("urn:a")
    writer.begin("creating", made)
    assert (disk.pending(), disk.urns()) == ([("creating", "urn:a")], [])
    made.id = "a-1"
    writer.end(made, made=[made])
    assert (disk.pending(), disk.urns()) == ([], ["urn:a"])


def test_what_was_not_touched_yet_stands_after_what_was() -> None:
    old = [resource("urn:a"), resource("urn:b")]
    disk = Disk()
    writer = writer_on(disk, Snapshot(old))
    new = resource("urn:b")
    writer.end(None, gone=[old[1]], made=[new])
    assert disk.urns() == ["urn:b", "urn:a"]


def test_writes_that_wait_together_are_one_write() -> None:
    disk = Disk()
    writer = writer_on(disk)
    disk.gate.clear()
    first = threading.Thread(target=writer.begin, args=("creating", resource("urn:0")))
    first.start()
    assert disk.entered.wait(10)
    others = [threading.Thread(target=writer.begin, args=("creating", resource(f"urn:{n}"))) for n in range(1, 9)]
    for thread in others:
        thread.start()
    while writer._version < 9:
        threading.Event().wait(0.001)
    disk.gate.set()
    for thread in [first, *others]:
        thread.join(10)
    assert len(disk.texts) == 2
    assert len(disk.pending()) == 9


def test_a_write_waits_for_steps_that_are_about_to_end_but_for_nobody_who_waits_for_it() -> None:
    disk = Disk()
    time = [0.0]

    def write(text: bytes) -> None:
        disk.write(text)
        time[0] += 5

    manager: Any = Plain()
    codec = StateCodec(manager.encrypt, manager.decrypt)
    writer = SnapshotWriter(Snapshot(), manager, codec, write, clock=lambda: time[0])
    running, waiting = resource("urn:running"), resource("urn:waiting")
    writer.begin("creating", running)
    beginning = threading.Thread(target=writer.begin, args=("creating", waiting), daemon=True)
    beginning.start()
    while writer._version < 2:
        threading.Event().wait(0.001)
    ending = threading.Thread(target=writer.end, args=(running,), kwargs={"made": [running]}, daemon=True)
    ending.start()
    for thread in (beginning, ending):
        thread.join(10)
        assert not thread.is_alive()
    assert len(disk.texts) == 2
    assert (disk.urns(), disk.pending()) == (["urn:running"], [("creating", "urn:waiting")])


def test_a_failing_disk_stops_everybody() -> None:
    disk = Disk()
    disk.broken = True
    writer = writer_on(disk)
    with pytest.raises(StateWriteError, match="no space left"):
        writer.begin("creating", resource("urn:a"))
    with pytest.raises(StateWriteError, match="no space left"):
        writer.begin("creating", resource("urn:b"))


def test_nobody_writes_in_a_preview() -> None:
    manager: Any = Plain()
    writer = SnapshotWriter(Snapshot(), manager, StateCodec(manager.encrypt, manager.decrypt), None)
    writer.begin("creating", resource("urn:a"))
    writer.flush()


def test_of_earlier_interruptions_only_creates_are_carried_on() -> None:
    base = Snapshot([], [Operation(resource("urn:a"), "creating"), Operation(resource("urn:b"), "deleting")])
    disk = Disk()
    writer = writer_on(disk, base)
    writer.touched(wait=True)
    assert disk.pending() == [("creating", "urn:a")]


def test_what_was_written_can_be_read() -> None:
    disk = Disk()
    writer = writer_on(disk)
    made = resource("urn:a", id="i", inputs={"x": [1]}, dependencies=["urn:z"], protect=True)
    writer.end(None, made=[resource("urn:z"), made])
    codec = StateCodec(str, str)
    _, read = load_snapshot(disk.texts[-1], codec).resources
    assert read.to_json(codec) == made.to_json(codec)


def test_what_is_left_follows_a_resource_to_its_new_name() -> None:
    old = resource("urn:old")
    child = resource(
        "urn:child",
        parent="urn:old",
        dependencies=["urn:old", "urn:x"],
        property_dependencies={"p": ["urn:old"]},
        provider="urn:old::id-1",
    )
    disk = Disk()
    writer = writer_on(disk, Snapshot([old, child]))
    writer.end(None, gone=[old], made=[resource("urn:new")], renamed=("urn:old", "urn:new"))
    written = disk.texts[-1]["resources"][1]
    assert "urn:old" not in json.dumps(written)
    assert written["dependencies"] == ["urn:new", "urn:x"]
    assert written["provider"] == "urn:new::id-1"


class Unwritable(Plain):
    def encrypt(self, text: str) -> str:
        raise EngineError(f"no key for {len(text)} characters")


def test_a_state_that_can_not_be_rendered_stops_everybody_and_holds_nobody_up() -> None:
    manager: Any = Unwritable()
    writer = SnapshotWriter(Snapshot(), manager, StateCodec(manager.encrypt, manager.decrypt), Disk().write)
    with pytest.raises(StateWriteError, match="no key"):
        writer.begin("creating", resource("urn:a", inputs={"s": Secret("x")}))
    refused = threading.Event()

    def next_step() -> None:
        with pytest.raises(StateWriteError, match="no key"):
            writer.begin("creating", resource("urn:b"))
        refused.set()

    threading.Thread(target=next_step, daemon=True).start()
    assert refused.wait(10)


class ChangedMeanwhile(StateCodec):
    """Stands for another thread that changes a resource while it is being rendered."""

    def __init__(self, change: Callable[[], None]) -> None:
        super().__init__(str, str)
        self._change = change

    def encode(self, value: Any, scope: str = "") -> Any:
        encoded = super().encode(value, scope)
        self._change()
        return encoded


def test_what_changes_while_it_is_rendered_is_in_the_next_write() -> None:
    subject = resource("urn:a", outputs={"x": 1})
    subject.fragment(ChangedMeanwhile(lambda: setattr(subject, "id", "a-1")))
    assert json.loads(subject.fragment(StateCodec(str, str)))["id"] == "a-1"


def test_nothing_is_written_after_the_end() -> None:
    disk = Disk()
    writer = writer_on(disk)
    late = resource("urn:a")
    writer.begin("creating", late)
    writer.close()
    with pytest.raises(StateWriteError, match="is over"):
        writer.end(late, made=[late])
    assert (len(disk.texts), disk.pending()) == (1, [("creating", "urn:a")])


def test_the_end_waits_for_the_write_that_is_under_way() -> None:
    disk = Disk()
    writer = writer_on(disk)
    disk.gate.clear()
    threading.Thread(target=writer.begin, args=("creating", resource("urn:a")), daemon=True).start()
    assert disk.entered.wait(10)
    closing = threading.Thread(target=writer.close)
    closing.start()
    closing.join(0.05)
    assert closing.is_alive()
    disk.gate.set()
    closing.join(10)
    assert len(disk.texts) == 1
