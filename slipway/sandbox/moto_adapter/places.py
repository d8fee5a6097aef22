"""Where moto holds something that the clockwork must watch, as a restart finds it."""

from collections.abc import Callable
from typing import Any

Place = tuple[str, str]
"""Account and region."""


def of_alarms() -> set[Place]:
    """Return where there are alarms."""
    from moto.cloudwatch.models import cloudwatch_backends  # noqa: PLC0415

    return _places(cloudwatch_backends, lambda backend: bool(backend.alarms))


def of_scaling_policies() -> set[Place]:
    """Return where there are scaling policies."""
    from moto.applicationautoscaling.models import applicationautoscaling_backends  # noqa: PLC0415

    return _places(applicationautoscaling_backends, lambda backend: bool(backend.policies))


def of_scheduled_rules() -> set[Place]:
    """Return where there are rules of EventBridge with a schedule."""
    from moto.events.models import events_backends  # noqa: PLC0415

    def scheduled(backend: Any) -> bool:
        return any(rule.scheduled_expression for bus in backend.event_buses.values() for rule in bus.rules.values())

    return _places(events_backends, scheduled)


def of_schedules() -> set[Place]:
    """Return where there are schedules of EventBridge Scheduler."""
    from moto.scheduler.models import scheduler_backends  # noqa: PLC0415

    return _places(scheduler_backends, lambda backend: any(each.schedules for each in backend.schedule_groups.values()))


def _places(backends: Any, watched: Callable[[Any], bool]) -> set[Place]:
    return {
        (account, region)
        for account, regions in list(backends.items())
        for region, backend in list(regions.items())
        if watched(backend)
    }
