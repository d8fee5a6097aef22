"""What could not be written is never lost in silence."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow


def test_down_says_that_the_last_changes_could_not_be_kept(start_sandbox: Any, control_word: Any) -> None:
    running = start_sandbox()
    (running.state / "moto" / "state.part").mkdir(parents=True)  # what it would write its snapshot to
    with pytest.raises(ClientError, match="the change was made and cannot be kept: IsADirectoryError"):
        running.s3.create_bucket(Bucket="lost")
    down = control_word("down", state=running.state)
    assert down.returncode == 1
    assert "its last changes could not be written" in down.stderr
    gone = control_word("status", state=running.state)
    assert "no sandbox serves" in gone.stdout
    assert control_word("down", state=running.state).returncode == 0
