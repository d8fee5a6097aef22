"""A running sandbox is one account's in one region."""

from typing import Any

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("option", "value"), [("--account", "222233334444"), ("--region", "eu-west-1")])
def test_up_as_another_than_the_running_one_is_refused(
    start_sandbox: Any, control_word: Any, option: str, value: str
) -> None:
    running = start_sandbox()
    other = control_word("up", option, value, state=running.state)
    assert other.returncode == 1
    assert f"not {value}: `down` it first" in other.stderr
