"""PutMetricFilter "creates or updates", moto keeps the old filter beside the new one; to delete none is an error.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteMetricFilter.html
"""

from typing import Any

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.metric_filters import MetricFilters

from slipway.sandbox.moto_adapter.fixes.replacing import replace


def apply() -> None:
    """Let a filter of a log group replace the one of its name, and refuse to delete what is not there."""
    add, delete = MetricFilters.add_filter, MetricFilters.delete_filter

    def there(self: Any, name: str | None, group: str | None) -> bool:
        return any(one["filterName"] == name and one["logGroupName"] == group for one in self.metric_filters)

    def add_filter(self: Any, filter_name: str, filter_pattern: str, log_group_name: str, transformations: Any) -> None:
        if there(self, filter_name, log_group_name):
            delete(self, filter_name, log_group_name)
        add(self, filter_name, filter_pattern, log_group_name, transformations)

    def delete_filter(self: Any, filter_name: str | None = None, log_group_name: str | None = None) -> Any:
        if not there(self, filter_name, log_group_name):
            raise ResourceNotFoundException(msg="The specified metric filter does not exist.")
        return delete(self, filter_name, log_group_name)

    replace(MetricFilters, add_filter=add_filter, delete_filter=delete_filter)
