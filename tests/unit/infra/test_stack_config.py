"""How the program reads its stack file through Pulumi."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from infra.stack_config import read_names, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

Config = dict[str, Any]


def test_structured_sections_arrive_as_json_text_and_are_read(
    run_program: Any, stack_config: Callable[[str], Config]
) -> None:
    read = []
    run_program(lambda: read.append(read_settings()), config=stack_config("dev"))
    assert read[0].serving.capture_percentage == 100


def test_a_wrong_file_ends_the_program_with_one_error_that_names_it(
    run_program: Any, stack_config: Callable[[str], Config]
) -> None:
    config = {**stack_config("dev"), "slipway:lakes": {}, "slipway:training": {}}
    with pytest.raises(pulumi.RunError) as caught:
        run_program(read_settings, stack="mine", config=config)
    lines = str(caught.value).splitlines()
    assert lines[0] == "Pulumi.mine.yaml has 6 problems:"
    assert all(line.startswith("  Pulumi.mine.yaml: slipway:") for line in lines[1:])


def test_a_scalar_where_a_section_belongs_is_refused(run_program: Any, stack_config: Callable[[str], Config]) -> None:
    config = {**stack_config("dev"), "slipway:lake": "deep"}
    with pytest.raises(pulumi.RunError, match="slipway:lake: must be a mapping of keys to values, got 'deep'"):
        run_program(read_settings, config=config)


@pytest.mark.parametrize("stack", ["My_Stack", "a" * 60, "dev.two", "x-"])
def test_a_stack_whose_name_sagemaker_would_refuse_ends_the_program(stack: str, run_program: Any) -> None:
    with pytest.raises(pulumi.RunError, match="rename the stack"):
        run_program(read_names, stack=stack)
