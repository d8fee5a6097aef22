"""Capture files in S3: those of some last hours, and no others are fetched.

SageMaker's keys: <prefix>/<endpoint>/<variant>/yyyy/mm/dd/hh/<file>.jsonl, in UTC.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitoring.errors import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitoring.order import Order


def hours(until: datetime, count: int) -> Iterator[str]:
    """Yield the folders of the last hours, the oldest first, the one that `until` is in last."""
    for back in range(count - 1, -1, -1):
        yield f"{until - timedelta(hours=back):%Y/%m/%d/%H}"


def lines(s3: Any, order: Order, until: datetime) -> Iterator[str]:
    """Yield the captured lines of the order's window; raises MonitoringError for captures that are no S3 URI."""
    bucket, _, prefix = order.captures.removeprefix("s3://").partition("/")
    if not order.captures.startswith("s3://") or not bucket:
        raise MonitoringError(f"captures must be s3://bucket/prefix, got {order.captures!r}")
    start = "/".join(part for part in (prefix.strip("/"), order.endpoint_name, order.variant_name) if part)
    pages = s3.get_paginator("list_objects_v2")
    for hour in hours(until, order.window_hours):
        for page in pages.paginate(Bucket=bucket, Prefix=f"{start}/{hour}/"):
            for listed in page.get("Contents", ()):
                body = s3.get_object(Bucket=bucket, Key=listed["Key"])["Body"]
                yield from (line.decode() for line in body.iter_lines() if line.strip())
