from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from slipway.ephemeral import smallness
from slipway.failure import Failure, Misuse

if TYPE_CHECKING:
    from collections.abc import Callable

Config = dict[str, Any]


@pytest.fixture
def dev(stack_config: Callable[[str], Config], pinned_release: Callable[..., Config]) -> Config:
    return stack_config("dev") | {"slipway:release": {"current": pinned_release(1)}}


def test_a_pull_requests_stack_is_dev_made_small(dev: Config) -> None:
    small = smallness.settings(smallness.config(dev, 42), file="pr-42")
    assert small.stack.pull_request == 42
    assert (small.stack.environment, small.stack.owner, small.stack.account) == ("dev", "ml-platform", "123456789012")
    assert not small.training.own_log_group
    assert (small.lake.noncurrent_version_days, small.serving.log_retention_days) == (1, 1)
    assert small.release is None
    assert small.cost.monthly_budget_usd is None
    assert not small.network.enabled


def test_what_is_not_about_size_stays_as_dev_has_it(dev: Config) -> None:
    small = smallness.config(dev, 42)
    assert small["pulumi:disable-default-providers"] == ["*"]
    assert small["slipway:images"] == dev["slipway:images"]
    assert small["slipway:training"]["instance_type"] == dev["slipway:training"]["instance_type"]


def test_the_owner_may_be_another_one(dev: Config) -> None:
    assert smallness.config(dev, 42, owner="ada")["slipway:stack"]["owner"] == "ada"


def test_devs_own_values_are_left_as_they_are(dev: Config, stack_config: Callable[[str], Config]) -> None:
    smallness.config(dev, 42, owner="ada")
    assert dev["slipway:stack"] == stack_config("dev")["slipway:stack"]


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_values_of_an_environment_that_keeps_things_make_no_ephemeral_stack(
    stack: str, stack_config: Callable[[str], Config]
) -> None:
    with pytest.raises(Misuse, match=f"environment is '{stack}'"):
        smallness.config(stack_config(stack), 42)


def test_values_that_are_wrong_are_told_with_file_and_key(dev: Config) -> None:
    dev["slipway:stack"]["account"] = "12"
    with pytest.raises(Failure, match=r"pr-42[\s\S]*slipway:stack.account"):
        smallness.settings(smallness.config(dev, 42), file="pr-42")
