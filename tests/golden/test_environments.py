"""docs/environments.md says what the program registers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.program import deploy
from tests.golden.environments import page, summary

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE, README = "../../docs/environments.md", "../../README.md"
BEGIN, END = "<!-- written by make golden -->\n", "\n<!-- until here -->"

pytestmark = pytest.mark.usefixtures("project_folder")


def test_the_page_of_the_environments_says_what_they_declare_and_cost(
    golden: Any,
    run_program: Any,
    stack_config: Callable[[str], dict[str, Any]],
    pinned_release: Callable[..., dict[str, Any]],
) -> None:
    graphs = {}
    for stack in ("dev", "staging", "prod"):
        config = stack_config(stack)
        shape = config["slipway:serving"]
        pinned = pinned_release(
            1,
            config["slipway:stack"]["account"],
            instance_type=shape["instance_type"],
            initial_instance_count=shape["initial_instance_count"],
            capture_percentage=shape["capture_percentage"],
        )
        graphs[stack] = run_program(deploy, stack=stack, config={**config, "slipway:release": {"current": pinned}})
    golden.check(PAGE, page(graphs))
    readme = golden.read(README)
    begin, end = readme.index(BEGIN) + len(BEGIN), readme.index(END)
    golden.check(README, readme[:begin] + summary(graphs) + readme[end:])
