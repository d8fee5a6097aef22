"""Programs and providers as processes: what happens when they do as they should, and when they do not."""

import textwrap
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from slipway.engine.errors import EngineError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _nothing_is_left_running() -> Any:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    left = [child for child in psutil.Process().children(recursive=True) if child.pid not in before]
    assert left == []


def test_what_is_up_is_in_the_state_and_a_second_up_is_empty(stack: Any) -> None:
    stack.program("""
        a = Thing("a", x=[1, {"y": None}], s=pulumi.Output.secret("s"))
        Thing("b", needs=a.id)
        pulumi.export("out", a.id)
        pulumi.export("word", pulumi.Config().require_secret("word"))
    """)
    first = stack.run()
    assert first.succeeded, stack.messages("error")
    assert first.resource_changes == {"create": 3}
    assert first.outputs["out"] == "a-id"
    assert repr(first.outputs["word"]) == "Secret([secret])"
    assert stack.resources() == ["p-dev", "default", "a", "b"]
    second = stack.run()
    assert second.resource_changes == {"same": 3}


def test_a_file_is_found_beside_the_program_and_known_by_its_content(stack: Any) -> None:
    (stack.root / "f.txt").write_text("hello")
    stack.program('Thing("a", source=pulumi.FileAsset("f.txt"))')
    stack.run()
    (stored,) = [raw for raw in stack.deployment["resources"] if raw["urn"].endswith("::a")]
    assert stored["inputs"]["source"] == {
        "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
        "hash": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "path": "f.txt",
    }


def test_a_preview_of_a_new_stack_leaves_no_state(stack: Any) -> None:
    stack.program('Thing("a")')
    assert stack.run("preview").resource_changes == {"create": 2}
    assert stack.deployment is None


def test_destroy_leaves_nothing(stack: Any) -> None:
    stack.program('Thing("b", needs=Thing("a").id)')
    stack.run()
    assert stack.run("destroy").succeeded
    assert stack.resources() == []


def test_a_provider_that_dies_is_named_with_the_resource_and_the_operation_stays_pending(stack: Any) -> None:
    stack.program("""
        a = Thing("a")
        Thing("crash", needs=a.id)
        Thing("later", opts=pulumi.ResourceOptions(depends_on=[a]))
    """)
    result = stack.run()
    assert not result.succeeded
    said = stack.messages("error")
    assert "urn:pulumi:dev::p::tiny:index:Thing::crash" in said
    assert "provider 'tiny' ended during Create" in said
    assert "out of ideas" in said
    assert "a" in stack.resources()
    pending = [(raw["type"], raw["resource"]["urn"]) for raw in stack.deployment["pending_operations"]]
    assert ("creating", "urn:pulumi:dev::p::tiny:index:Thing::crash") in pending


def test_the_up_after_an_interruption_warns_of_it(stack: Any) -> None:
    stack.program('Thing("crash")')
    stack.run()
    stack.program('Thing("a")')
    assert stack.run().succeeded
    assert "interrupted while creating" in stack.messages("warning")
    assert "`pulumi refresh --clear-pending-creates`" in stack.messages("warning")
    assert stack.run("refresh", clear_pending_creates=True).succeeded
    stack.run()
    assert stack.messages("warning") == ""


def test_a_request_to_stop_lets_what_is_running_end_and_begins_nothing_more(
    stack: Any, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    stack.program("""
        slow = Thing("slow")
        Thing("after", needs=slow.id)
    """)
    root: Path = stack.root
    results: list[Any] = []
    operation = threading.Thread(target=lambda: results.append(stack.run()))
    operation.start()
    wait_until((root / "begun").exists)
    stack.stop.signal()
    assert operation.is_alive()
    (root / "go").touch()
    operation.join(60)
    (result,) = results
    assert not result.succeeded
    assert "update canceled" in result.errors
    assert stack.resources() == ["p-dev", "default", "slow"]
    assert "pending_operations" not in stack.deployment


def test_a_program_that_vanishes_is_an_error_and_deletes_nothing(stack: Any) -> None:
    stack.program('Thing("a")\nThing("b")')
    stack.run()
    stack.program("import os\nos._exit(9)")
    result = stack.run()
    assert not result.succeeded
    assert "exit code: 9" in stack.messages("error")
    assert {"a", "b"} <= set(stack.resources())


def test_a_state_that_can_not_be_written_stops_everything(stack: Any) -> None:
    stack.program('Thing("a")')
    stack.run()
    before = stack.deployment
    stack.program('Thing("b")')
    stack.disk_full = True
    result = stack.run()
    assert not result.succeeded
    assert "the state could not be written: no space left on device" in stack.messages("error")
    assert stack.deployment == before


def test_a_deletion_whose_state_can_not_be_written_lets_the_program_go(stack: Any) -> None:
    stack.program('Thing("a")')
    stack.run()
    stack.program("")
    stack.disk_full = True
    assert not stack.run().succeeded
    assert "a" in stack.resources()


def test_what_the_program_prints_is_passed_on(stack: Any) -> None:
    stack.program('print("hello from the program")')
    stack.run("preview")
    assert "hello from the program" in stack.messages("info")


def test_a_plugin_that_does_not_exist_is_named(stack: Any) -> None:
    stack.program('pulumi.CustomResource("nosuch:index:Thing", "a", {})')
    assert not stack.run().succeeded
    assert "pulumi-resource-nosuch" in stack.messages("error")


def test_a_plugin_that_prints_no_port_is_quoted(stack: Any) -> None:
    plugin = stack.root / "provider" / "pulumi-resource-tiny"
    plugin.write_text("#!/bin/sh\necho welcome\n")
    stack.program('Thing("a")')
    assert not stack.run().succeeded
    assert "'welcome'" in stack.messages("error")


def test_a_remote_component_is_refused_by_name(stack: Any) -> None:
    stack.program("""
        class Far(pulumi.ComponentResource):
            def __init__(self, name):
                super().__init__("tiny:index:Far", name, {}, None, remote=True)
        Far("f")
    """)
    assert not stack.run().succeeded
    assert "remote component tiny:index:Far" in stack.messages("error")


def test_secrets_of_the_configuration_are_masked_in_the_prelude(stack: Any) -> None:
    stack.program("")
    stack.run("preview")
    assert stack.events[0]["preludeEvent"]["config"] == {"p:word": "[secret]", "p:plain": "shown"}


def test_insisting_ends_a_deletion_that_hangs_and_keeps_it_pending(
    stack: Any, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    stack.program('Thing("stuck")')
    stack.run()
    results: list[Any] = []
    operation = threading.Thread(target=lambda: results.append(stack.run("destroy")), daemon=True)
    operation.start()
    wait_until((stack.root / "deleting").exists)
    stack.stop.signal()
    operation.join(0.5)
    assert operation.is_alive()
    stack.stop.signal()
    operation.join(20)
    assert not operation.is_alive()
    assert not results[0].succeeded
    assert stack.resources() == ["p-dev", "default", "stuck"]
    assert [raw["type"] for raw in stack.deployment["pending_operations"]] == ["deleting"]


def test_insisting_ends_a_creation_that_hangs_and_nothing_is_said_or_written_afterwards(
    stack: Any, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    stack.program('Thing("slow")')
    results: list[Any] = []
    operation = threading.Thread(target=lambda: results.append(stack.run()), daemon=True)
    operation.start()
    wait_until((stack.root / "begun").exists)
    stack.stop.signal()
    stack.stop.signal()
    operation.join(20)
    assert not results[0].succeeded
    assert "cancelEvent" in stack.events[-1]
    assert "ended during Create" in stack.messages("error")
    assert [raw["type"] for raw in stack.deployment["pending_operations"]] == ["creating"]


def test_a_program_is_waited_for_while_something_is_in_flight_after_a_failure(
    stack: Any, wait_until: Callable[[Callable[[], bool]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slipway.engine.operation.PROGRAM_PATIENCE", 0.3)
    stack.program("""
        slow = Thing("slow")
        Thing("refused-while-slow")
        pulumi.export("out", slow.id)
    """)
    results: list[Any] = []
    operation = threading.Thread(target=lambda: results.append(stack.run()), daemon=True)
    operation.start()
    wait_until((stack.root / "begun").exists)
    wait_until(lambda: "refused: no" in stack.messages("error"))
    operation.join(1)
    (stack.root / "go").touch()
    operation.join(20)
    assert results[0].outputs == {"out": "slow-id"}


def test_insisting_ends_a_deletion_whose_hook_hangs(
    stack: Any, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    hook = """
        import time
        def hang(args):
            open("hooked", "w").close()
            time.sleep(3600)
        hook = pulumi.ResourceHook("hang", hang)
    """
    stack.program(
        textwrap.dedent(hook)
        + textwrap.dedent("""
        Thing("a", opts=pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_delete=[hook])))
    """)
    )
    assert stack.run().succeeded, stack.messages("error")
    stack.program(hook)
    results: list[Any] = []
    operation = threading.Thread(target=lambda: results.append(stack.run()), daemon=True)
    operation.start()
    wait_until((stack.root / "hooked").exists)
    stack.stop.signal()
    stack.stop.signal()
    operation.join(20)
    assert not operation.is_alive()
    assert "a" in stack.resources()


def test_a_program_that_vanishes_with_success_deletes_nothing_either(stack: Any) -> None:
    stack.program('Thing("a")\nThing("b")')
    stack.run()
    stack.program("import os\nos._exit(0)")
    assert not stack.run().succeeded
    assert "vanished with exit code 0 before it had run to its end" in stack.messages("error")
    assert {"a", "b"} <= set(stack.resources())


def test_an_exit_with_success_is_an_end_like_any_other(stack: Any) -> None:
    stack.program('Thing("a")\nThing("b")')
    stack.run()
    stack.program('import sys\nThing("a")\npulumi.export("x", 1)\nsys.exit(0)\nThing("b")')
    result = stack.run()
    assert result.succeeded, stack.messages("error")
    assert result.outputs == {"x": 1}
    assert stack.resources() == ["p-dev", "default", "a"]


def test_a_program_that_is_killed_is_told_with_the_signal(stack: Any) -> None:
    stack.program("import os\nos.kill(os.getpid(), 9)")
    assert not stack.run().succeeded
    assert "the program was ended by signal 9 (SIGKILL)" in stack.messages("error")


def test_what_a_program_leaves_running_ends_with_it(stack: Any) -> None:
    # It also holds the program's stdout open; the fixture of this file looks for what is left.
    stack.program('import subprocess\nThing("a")\nsubprocess.Popen(["sleep", "3600"])')
    assert stack.run().succeeded


def test_a_program_that_waits_for_itself_ends_soon_after_a_request_to_stop(
    stack: Any, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    stack.program("""
        import asyncio
        Thing("a", x=pulumi.Output.from_input(asyncio.get_event_loop().create_future()))
        open("waiting", "w").close()
    """)
    results: list[Any] = []
    operation = threading.Thread(target=lambda: results.append(stack.run()), daemon=True)
    operation.start()
    wait_until((stack.root / "waiting").exists)
    stack.stop.signal()
    operation.join(60)
    assert results[0].errors == ["update canceled"]


PROVIDERS = {
    "#!/bin/sh\necho 0\nexec sleep 3600\n": "wrote '0' to stdout where its port was expected: a number from 1 to 65535",
    "#!/bin/sh\necho no module >&2\nexit 3\n": "exit status 3\nno module",
    "#!/bin/sh\necho 1\nexit 5\n": "the provider 'tiny' ended: exit status 5",
    "#!/no/such/interpreter\n": "No such file or directory; it has to be a program",
    "hello\n": "Exec format error; it has to be a program",
}


@pytest.mark.parametrize("text", PROVIDERS)
def test_a_provider_that_is_none_is_named_with_what_it_did(stack: Any, text: str) -> None:
    (stack.root / "provider" / "pulumi-resource-tiny").write_text(text)
    stack.program('Thing("a")')
    assert not stack.run().succeeded
    assert PROVIDERS[text] in stack.messages("error")
    assert stack.resources() == ["p-dev"]


def test_a_provider_that_may_not_be_run_is_named_with_the_way_out(stack: Any) -> None:
    plugin = stack.root / "provider" / "pulumi-resource-tiny"
    plugin.chmod(0o644)
    stack.program('Thing("a")')
    assert not stack.run().succeeded
    assert f"`chmod +x {plugin}`" in stack.messages("error")


@pytest.mark.parametrize("method", ["Handshake", "Configure", "Check"])
def test_a_provider_that_dies_before_anything_is_made_leaves_nothing_pending(stack: Any, method: str) -> None:
    plugin = stack.root / "provider" / "pulumi-resource-tiny"
    head = f"    def {method}(self, request, context):\n"
    plugin.write_text(plugin.read_text().replace(head, f"{head}        os._exit(9)\n", 1))
    stack.program('Thing("a")')
    assert not stack.run().succeeded
    assert f"the provider 'tiny' ended during {method}" in stack.messages("error")
    assert "exit status 9" in stack.messages("error")
    assert "pending_operations" not in stack.deployment


def test_a_state_that_does_not_hold_together_is_not_worked_on(stack: Any) -> None:
    stack.program('Thing("b", needs=Thing("a").id)')
    stack.run()
    stack.deployment["resources"] = [raw for raw in stack.deployment["resources"] if not raw["urn"].endswith("::a")]
    with pytest.raises(EngineError, match=r"Thing::b needs urn:pulumi:dev::p::tiny:index:Thing::a, which is not there"):
        stack.run("destroy")
