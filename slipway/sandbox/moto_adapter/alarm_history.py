"""The one thing that the clockwork writes into moto past its API: AWS has no call for what an alarm's action did."""

from typing import Any


def record_action(account: str, region: str, alarm_name: str, summary: str, data: dict[str, Any]) -> None:
    """Add an item of type Action to the history of an alarm, if it is still there."""
    from slipway.sandbox.moto_adapter.fixes import alarm_states  # noqa: PLC0415  (imports moto)

    alarm_states.record_action(account, region, alarm_name, summary, data)
