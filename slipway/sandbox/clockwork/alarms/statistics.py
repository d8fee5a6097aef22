"""Statistics of what was put into a metric in one period: single values, and sets that only know their extremes.

A percentile needs the single values; a set counts only where all its values are equal, as on AWS. How AWS interpolates
is not documented: here linearly between the closest ranks.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

SIMPLE = ("SampleCount", "Sum", "Average", "Minimum", "Maximum")
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")


@dataclass(frozen=True)
class Sample:
    """What one datum of PutMetricData says; of a single value all but the count are that value."""

    count: float
    total: float
    least: float
    most: float


def of_value(value: float) -> Sample:
    """Return the sample of a single value."""
    return Sample(1, value, value, value)


def is_known(statistic: str) -> bool:
    """Tell whether a statistic can be computed: the five simple ones and percentiles (p0 to p100)."""
    return statistic in SIMPLE or _PERCENTILE.fullmatch(statistic) is not None


def statistic_of(samples: Sequence[Sample], statistic: str) -> float | None:
    """Return a statistic of a period's samples; None where there are none, or only sets under a percentile."""
    count = sum(sample.count for sample in samples)
    if not samples or (count == 0 and statistic != "SampleCount"):
        return None
    if statistic not in SIMPLE:
        return _percentile(samples, float(statistic[1:]))
    total = math.fsum(sample.total for sample in samples)
    simple = {
        "SampleCount": count,
        "Sum": total,
        "Average": total / count if count else total,
        "Minimum": min(sample.least for sample in samples),
        "Maximum": max(sample.most for sample in samples),
    }
    return simple[statistic]


def _percentile(samples: Sequence[Sample], percent: float) -> float | None:
    values = sorted((sample.least, sample.count) for sample in samples if sample.least == sample.most)
    if not values:
        return None
    place = percent / 100 * (sum(count for _, count in values) - 1)
    lower, upper = _at(values, math.floor(place)), _at(values, math.ceil(place))
    return lower + (upper - lower) * (place - math.floor(place))


def _at(values: Sequence[tuple[float, float]], rank: float) -> float:
    seen = 0.0
    for value, count in values:
        seen += count
        if rank < seen:
            return value
    return values[-1][0]
