"""Which requests to the running model a new one would refuse or misread."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.release.schema import broken_requests

HOUR = {"name": "hour", "kind": "number", "nullable": False}
WIND = {"name": "wind", "kind": "number", "nullable": True}
CARRIER = {"name": "carrier", "kind": "category", "nullable": False, "categories": ["AA", "UA"]}


def manifest(*features: dict[str, Any]) -> dict[str, Any]:
    return {"features": list(features)}


def test_the_same_features_break_nobody_though_their_categories_grow() -> None:
    grown = {**CARRIER, "categories": ["AA", "B6", "UA"]}
    assert broken_requests(manifest(HOUR, WIND, CARRIER), manifest(HOUR, WIND, grown)) == []


def test_a_feature_that_may_now_be_missing_breaks_nobody() -> None:
    assert broken_requests(manifest(HOUR), manifest({**HOUR, "nullable": True})) == []


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ([HOUR, WIND], "'carrier' is no feature any more: rows that have it are refused"),
        ([HOUR, {**WIND, "nullable": False}, CARRIER], "'wind' may not be missing any more, clients may leave it out"),
        ([HOUR, WIND, {**CARRIER, "kind": "number"}], "'carrier' is a number, clients send a category"),
        (
            [HOUR, WIND, CARRIER, {**WIND, "name": "rain"}],
            "'rain' is new: rows sent by position, as CSV or a matrix, have one value too few",
        ),
        ([HOUR, WIND, CARRIER, {**HOUR, "name": "day"}], "'day' is new and may not be missing: no client sends it"),
        ([WIND, HOUR, CARRIER], "value 0 of a row sent by position is 'wind' now, it was 'hour'"),
        ([], "its manifest describes no features, the running model's describes 3"),
    ],
)
def test_what_a_client_could_not_send_any_more_is_named(new: list[dict[str, Any]], said: str) -> None:
    assert said in broken_requests(manifest(HOUR, WIND, CARRIER), manifest(*new))


def test_a_model_that_describes_no_features_promised_nothing() -> None:
    assert broken_requests({}, manifest(HOUR)) == []
