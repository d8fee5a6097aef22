"""A disk that takes no more amid an update: the state is whole, what was made is told, the lock is given back.

A limit on the size of files stands for the full disk: it needs no privileges, and fails the same system calls.
"""

import resource
import subprocess

import pytest

from tests.kills import invariants
from tests.kills.bench import CLI, Stack

pytestmark = pytest.mark.slow


def limited(stack: Stack, size: int, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command line none of whose files may grow beyond a size in bytes."""
    return subprocess.run(
        [*CLI, *words],
        cwd=stack.project,
        # Python would cut its own compiled modules short, and not notice.
        env=stack.environment() | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )


def test_a_state_that_outgrows_its_disk_stops_the_update_and_stays_whole(stack: Stack) -> None:
    done = limited(stack, 5000, "up", "--yes", "--skip-preview")
    assert done.returncode == 1, done
    assert f"the state could not be written: could not write {stack.state_file}: " in done.stdout
    assert invariants.problems_of_the_form(stack.checkpoint()) == []
    assert invariants.problems_of_the_cloud(stack.deployment(), stack.cloud()) == []
    assert stack.names() != ["app-dev", "default", "a", "b", "c"]
    assert stack.locks() == []
    stack.forget_by_hand(invariants.unaccounted(stack.deployment(), stack.cloud()))
    assert limited(stack, 10**6, "up", "--yes", "--skip-preview").returncode == 0
    assert stack.names() == ["app-dev", "default", "a", "b", "c"]


def test_a_lock_that_can_not_be_written_is_named_and_nothing_is_begun(stack: Stack) -> None:
    done = limited(stack, 10, "up", "--yes", "--skip-preview")
    assert done.returncode == 1
    assert f"error: could not write {stack.folder}/state/.pulumi/locks/" in done.stderr
    assert stack.deployment() == {}
    assert stack.cloud()["things"] == {}
    assert [path.name for path in (stack.folder / "state").rglob("*.tmp")] == []
