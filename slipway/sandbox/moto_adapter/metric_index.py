"""moto's metrics by name: it keeps every datum of an account and region in one list, and each question reads it all."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

from slipway.sandbox.clockwork.alarms.statistics import Sample, of_value

Key = tuple[str, str, frozenset[tuple[str, str]]]
"""Namespace, name, dimensions: a metric is what agrees in all three."""
Entry = tuple[float, Sample, str | None]
"""Seconds since the epoch, what was put, its unit."""
LOCK = threading.Lock()


@dataclass
class _Index:
    """How many of moto's data are read, and where they are."""

    read: int = 0
    by_key: dict[Key, list[Entry]] = field(default_factory=dict)


_INDICES: WeakKeyDictionary[Any, _Index] = WeakKeyDictionary()


def entries(backend: Any, namespace: str, name: str, dimensions: Sequence[dict[str, str]]) -> list[Entry]:
    """Return what was put into a metric, in no order; S3's own metrics are computed by moto when they are asked for."""
    key = (namespace, name, frozenset((each["Name"], each["Value"]) for each in dimensions))
    with LOCK:
        index = _INDICES.setdefault(backend, _Index())
        data = backend.metric_data
        if len(data) < index.read:  # another list: the state was restored or reset
            index.read, index.by_key = 0, {}
        for datum in data[index.read :]:
            index.by_key.setdefault(_key(datum), []).append(_entry(datum))
        index.read = len(data)
        found = list(index.by_key.get(key, ()))
    if namespace == "AWS/S3":
        found += [_entry(datum) for datum in backend.aws_metric_data if _key(datum) == key]
    return found


def epoch(moment: datetime) -> float:
    """Return seconds since the epoch; moto leaves out that its times are UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _key(datum: Any) -> Key:
    return datum.namespace, datum.name, frozenset((each.name, each.value) for each in datum.dimensions)


def _entry(datum: Any) -> Entry:
    is_set = hasattr(datum, "sample_count")
    sample = Sample(datum.sample_count, datum.sum, datum.min, datum.max) if is_set else of_value(float(datum.value))
    return epoch(datum.timestamp), sample, datum.unit
