"""Draws hyperparameters from ranges: at random, whatever the strategy; pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html
"""

import math
import random
from collections.abc import Mapping
from typing import Any


def drawn(ranges: Mapping[str, Any], chance: random.Random) -> dict[str, str]:
    """Return a value for each range, as the text that a training job gets."""
    values = {}
    for each in ranges.get("IntegerParameterRanges", []):
        low, high = int(each["MinValue"]), int(each["MaxValue"])
        values[each["Name"]] = str(min(high, math.floor(_between(low, high + 1, each, chance))))
    for each in ranges.get("ContinuousParameterRanges", []):
        values[each["Name"]] = repr(_between(float(each["MinValue"]), float(each["MaxValue"]), each, chance))
    for each in ranges.get("CategoricalParameterRanges", []):
        values[each["Name"]] = chance.choice(each["Values"])
    return values


def _between(low: float, high: float, described: Mapping[str, Any], chance: random.Random) -> float:
    if described.get("ScalingType") == "Logarithmic":
        return math.exp(chance.uniform(math.log(low), math.log(high)))
    return chance.uniform(low, high)
