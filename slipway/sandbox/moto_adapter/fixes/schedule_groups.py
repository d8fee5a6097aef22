"""DeleteScheduleGroup: moto breaks on a group that is not there, where AWS answers ResourceNotFoundException.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeleteScheduleGroup.html
"""

from typing import Any

from moto.scheduler.models import EventBridgeSchedulerBackend

from slipway.sandbox.moto_adapter.fixes.replacing import replace


def apply() -> None:
    """Refuse what is not there."""
    original = EventBridgeSchedulerBackend.delete_schedule_group

    def delete_schedule_group(self: Any, name: str | None) -> None:
        self.get_schedule_group(name)
        original(self, name)

    replace(EventBridgeSchedulerBackend, delete_schedule_group=delete_schedule_group)
