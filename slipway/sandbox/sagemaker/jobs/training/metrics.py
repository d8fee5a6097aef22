"""A training job's metrics, read from its log by the regular expressions of MetricDefinitions."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

NAMESPACE = "/aws/sagemaker/TrainingJobs"
_CALL_LIMIT = 500
"""PutMetricData takes at most 1,000 data; half of it keeps far from its byte limit."""


@dataclass
class MetricReader:
    """Finds metric values in lines, keeps the newest of each, and hands on all of them in batches."""

    patterns: dict[str, re.Pattern[str]]
    send: Callable[[list[tuple[str, float, float]]], None]
    _pending: list[tuple[str, float, float]] = field(default_factory=list)
    _newest: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, line: str) -> None:
        """Read one line: the first group of a definition's expression is its value, if it is a number."""
        for name, pattern in self.patterns.items():
            for match in pattern.finditer(line):
                value = _number(match)
                if value is not None:
                    with self._lock:
                        self._pending.append((name, value, time.time()))
                        self._newest[name] = (value, time.time())

    def flush(self) -> None:
        """Hand on what was found since the last time."""
        with self._lock:
            found, self._pending = self._pending, []
        if found:
            self.send(found)

    def final(self) -> list[dict[str, Any]]:
        """Return FinalMetricDataList: the newest value of each metric, in the order of their definitions."""
        with self._lock:
            return [
                {"MetricName": name, "Value": self._newest[name][0], "Timestamp": round(self._newest[name][1], 3)}
                for name in self.patterns
                if name in self._newest
            ]


def compile_definitions(definitions: list[dict[str, str]]) -> dict[str, re.Pattern[str]]:
    """Compile MetricDefinitions. Raises ValueError, naming the metric whose expression does not compile."""
    patterns = {}
    for definition in definitions:
        try:
            patterns[definition["Name"]] = re.compile(definition["Regex"])
        except re.error as error:
            raise ValueError(f"metric {definition['Name']} has a Regex that does not compile: {error}") from error
    return patterns


def cloudwatch_sender(cloudwatch: Any, job: str) -> Callable[[list[tuple[str, float, float]]], None]:
    """Return a function that puts values into CloudWatch, with the dimension TrainingJobName as SageMaker does."""

    def send(found: list[tuple[str, float, float]]) -> None:
        data = [
            {
                "MetricName": name,
                "Dimensions": [{"Name": "TrainingJobName", "Value": job}],
                "Timestamp": datetime.fromtimestamp(moment, UTC),
                "Value": value,
            }
            for name, value, moment in found
        ]
        try:
            for start in range(0, len(data), _CALL_LIMIT):
                cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data[start : start + _CALL_LIMIT])
        except (ClientError, BotoCoreError):
            return  # a job does not fail because of its metrics

    return send


def _number(match: re.Match[str]) -> float | None:
    try:
        value = float(match.group(1) if match.re.groups else match.group(0))
    except (TypeError, ValueError):
        return None
    return value if value - value == 0 else None  # CloudWatch takes neither NaN nor infinity
