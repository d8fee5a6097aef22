"""The settings of a pull request's stack: dev's values made small, without what an account has one of. Pure."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from infra.settings import SettingsError, load_stack_settings
from slipway.failure import Failure, Misuse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.settings import Settings

STACK = "slipway:stack"
# network, trail and tracking cost by the hour; a budget counts the whole account, delivery has roles of GitHub
LEFT_OUT = (
    "slipway:network",
    "slipway:audit",
    "slipway:cost",
    "slipway:delivery",
    "slipway:release",
    "slipway:tracking",
)
SMALL: dict[str, dict[str, Any]] = {
    "slipway:lake": {
        "noncurrent_version_days": 1,
        "captures_expiry_days": 1,
        "logs_expiry_days": 1,
        "query_results_expiry_days": 1,
    },
    # an account has one log group of training jobs, and dev or somebody else owns it
    "slipway:training": {"own_log_group": False, "log_retention_days": 1},
    "slipway:serving": {"log_retention_days": 1},
    "slipway:monitoring": {"endpoint_events_days": 1, "alarm_action_arns": []},
}


def config(dev: Mapping[str, Any], pull_request: int, *, owner: str | None = None) -> dict[str, Any]:
    """Return the `config:` of a pull request's stack file out of dev's.

    A release that dev pins is left out: its artifact lies in dev's bucket, and no stack reads another's data.
    Raises Misuse where dev's file is not that of a dev environment.
    """
    found = {key: copy.deepcopy(value) for key, value in dev.items() if key not in LEFT_OUT}
    stack = found.get(STACK)
    if not isinstance(stack, dict) or stack.get("environment") != "dev":
        environment = stack.get("environment") if isinstance(stack, dict) else None
        raise Misuse(f"the stack file's environment is {environment!r}: only dev's values make an ephemeral stack")
    stack["pull_request"] = pull_request
    if owner is not None:
        stack["owner"] = owner
    for section, values in SMALL.items():
        if isinstance(found.get(section), dict):
            found[section] |= values
    serving = found.get("slipway:serving")
    if isinstance(serving, dict) and "initial_instance_count" in serving:
        serving["initial_instance_count"] = 1
    return found


def settings(found: Mapping[str, Any], *, file: str) -> Settings:
    """Return the settings that a `config:` comes to. Raises Failure with every problem."""
    try:
        return load_stack_settings(found, file=file)
    except SettingsError as error:
        raise Failure(str(error)) from error
