"""Hyperparameters are drawn inside their ranges, the same from the same seed."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.sagemaker.jobs.tuning.drawing import drawn


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - drawn, no secret


@given(st.integers(-1000, 1000), st.integers(0, 1000), st.integers())
def test_whole_numbers_stay_inside_their_range(low: int, width: int, seed: int) -> None:
    ranges = {"IntegerParameterRanges": [{"Name": "n", "MinValue": str(low), "MaxValue": str(low + width)}]}
    value = drawn(ranges, chance(seed))["n"]
    assert value == str(int(value))
    assert low <= int(value) <= low + width


@given(st.floats(1e-6, 1e3), st.floats(1, 1e3), st.integers(), st.sampled_from(["Linear", "Logarithmic", "Auto"]))
def test_numbers_stay_inside_their_range_on_every_scale(low: float, times: float, seed: int, scale: str) -> None:
    one = {"Name": "x", "MinValue": repr(low), "MaxValue": repr(low * times), "ScalingType": scale}
    value = float(drawn({"ContinuousParameterRanges": [one]}, chance(seed))["x"])
    assert low * (1 - 1e-9) <= value <= low * times * (1 + 1e-9)


def test_the_same_seed_draws_the_same_and_the_next_draw_differs() -> None:
    ranges: dict[str, Any] = {
        "ContinuousParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "1"}],
        "CategoricalParameterRanges": [{"Name": "kind", "Values": ["a", "b"]}],
    }
    one, again = chance(3), chance(3)
    first = drawn(ranges, one)
    assert first == drawn(ranges, again)
    assert first["kind"] in {"a", "b"}
    assert first["x"] != drawn(ranges, one)["x"]
