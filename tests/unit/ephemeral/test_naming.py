from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.ephemeral import naming
from slipway.ephemeral.naming import OwnNames
from slipway.failure import Misuse

NUMBERS = st.integers(min_value=1, max_value=999_999_999)


@pytest.mark.parametrize(
    "text", ["", "0", "-4", "+4", "4.0", "042", "4 ", "#4", "four", "prod", "staging", "1" * 10, "٤"]
)
def test_what_is_no_number_of_a_pull_request_is_refused_and_quoted(text: str) -> None:
    with pytest.raises(Misuse, match="is no number of a pull request") as refused:
        naming.number(text)
    assert repr(text) in str(refused.value)


@given(NUMBERS)
def test_a_number_comes_back_from_the_name_of_its_stack(number: int) -> None:
    assert naming.pull_request_of(naming.stack_of(naming.number(str(number)))) == number


@pytest.mark.parametrize(
    "stack", ["dev", "staging", "prod", "pr-", "pr-0", "pr-042", "pr-4-test", "xpr-4", "pr-4\n", "PR-4"]
)
def test_a_stack_that_is_named_otherwise_is_of_no_pull_request(stack: str) -> None:
    assert naming.pull_request_of(stack) is None


@pytest.mark.parametrize(
    "name",
    [
        "slipway-pr-4",
        "/aws/sagemaker/Endpoints/slipway-pr-4",
        "/aws/events/slipway-pr-4",
        "endpoint/slipway-pr-4/variant/main",
        "slipway-pr-4/training",
        "slipway-pr-4-a1b2c3d",
        "slipway-pr-4-20261125-231811-0a1b",
        "slipway-pr-4-boundary",
        "slipway_pr_4_raw",
    ],
)
def test_names_that_are_exactly_a_stacks_are_its_own(name: str) -> None:
    assert OwnNames("slipway", "pr-4").has(name)


@pytest.mark.parametrize(
    "name",
    [
        "slipway-pr-42",
        "slipway-pr-42-a1b2c3d",
        "/aws/sagemaker/Endpoints/slipway-pr-42",
        "slipway-pr-4-test",
        "slipway-pr-4-2",
        "slipway-pr-4-2-20261125-231811-0a1b",
        "slipway_pr_42_raw",
        "slipway_pr_4_2_raw",
        "slipway-pr-4x",
        "my-slipway-pr-4",
        "slipway-dev",
        "pr-4",
        "",
    ],
)
def test_names_that_only_begin_like_a_stacks_are_not_its_own(name: str) -> None:
    assert not OwnNames("slipway", "pr-4").has(name)


@given(
    NUMBERS, NUMBERS, st.sampled_from(["{}", "/aws/sagemaker/Endpoints/{}", "{}-a1b2c3d", "{}-20261125-231811-0a1b"])
)
def test_no_stack_has_what_is_named_for_another(one: int, other: int, form: str) -> None:
    names = OwnNames("slipway", naming.stack_of(one))
    assert names.has(form.format(f"slipway-pr-{other}")) == (one == other)


def test_a_project_whose_name_is_a_pattern_is_refused() -> None:
    with pytest.raises(Misuse, match="no project name"):
        OwnNames("slip.*", "pr-4")
