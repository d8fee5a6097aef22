"""Filter patterns, after the examples of CloudWatch Logs' user guide."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.clockwork.log_patterns.conditions import PatternError
from slipway.sandbox.clockwork.log_patterns.pattern import matcher_of
from slipway.sandbox.clockwork.log_patterns.transformation import datum_of, default_of

EVENTS = ["[ERROR 400] BAD REQUEST", "[ERROR 401] UNAUTHORIZED REQUEST", "[ERROR 419] MISSING ARGUMENTS", "[INFO] ok"]


def matching(pattern: str, events: list[str]) -> list[int]:
    matcher = matcher_of(pattern)
    return [number for number, event in enumerate(events) if matcher(event) is not None]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", [0, 1, 2, 3]),
        ("ERROR", [0, 1, 2]),
        ("error", []),
        ("ERROR REQUEST", [0, 1]),
        ("?ERROR ?ok", [0, 1, 2, 3]),
        ("?400 ?419", [0, 2]),
        ("?400 INFO", [3]),
        ("ERROR -ARGUMENTS", [0, 1]),
        ("-ERROR", [3]),
        ('"BAD REQUEST"', [0]),
        ('-"BAD REQUEST" ERROR', [1, 2]),
        (r"%\[ERROR 4[01]0\]%", [0]),
    ],
)
def test_terms_must_may_or_must_not_be_there(pattern: str, expected: list[int]) -> None:
    assert matching(pattern, EVENTS) == expected


CLOUD_TRAIL: dict[str, Any] = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": None,
    "cluster": {"name": "c", "user-id": 7},
    "ready": True,
    "latency": 50.5,
    "code": "4XX",
    "text": 'say "hi"',
}


@pytest.mark.parametrize(
    ("pattern", "holds"),
    [
        ('{ $.eventType = "UpdateTrail" }', True),
        ("{ $.eventType = UpdateTrail }", True),
        ('{ $.eventType != "UpdateTrail" }', False),
        ("{ $.sourceIPAddress != 123.123.* }", True),
        ("{ $.sourceIPAddress = 111.111.* }", True),
        ('{ $.arrayKey[0] = "value" }', True),
        ("{ $.objectList[1].id = 2 }", True),
        ("{ $.objectList[2].id = 2 }", False),
        ("{ $.SomeObject IS NULL }", True),
        ("{ $.eventType IS NULL }", False),
        ("{ $.SomeOtherObject NOT EXISTS }", True),
        ("{ $.SomeObject NOT EXISTS }", False),
        ("{ $.ready IS TRUE }", True),
        ("{ $.ready IS FALSE }", False),
        ("{ $.cluster['user-id'] = 7 }", True),
        ("{ $.cluster.user-id >= 7 }", True),
        ("{ $.latency > 50 && $.latency <= 50.5 }", True),
        ("{ $.latency > 1e2 }", False),
        ("{ $.code > 1 }", False),
        ("{ $.nowhere != 1 }", False),
        ("{ ($.latency < 1 || $.ready IS TRUE) && $.code = 4* }", True),
        ("{ $.latency < 1 || $.ready IS TRUE && $.code = 5* }", False),
        ("{ $.code = %^4.X$% }", True),
        (r'{ $.text = "say \"hi\"" }', True),
    ],
)
def test_conditions_over_json(pattern: str, *, holds: bool) -> None:
    assert matching(pattern, [json.dumps(CLOUD_TRAIL)]) == ([0] if holds else [])


def test_a_pattern_over_json_matches_no_other_event() -> None:
    assert matching("{ $.a = 1 }", ["a = 1", '"a"', '[{"a": 1}]', '{"a": 1}']) == [3]


ACCESS = [
    '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534',
    '127.0.0.1 Dev frank [10/Oct/2000:13:35:22 -0700] "GET /index.html HTTP/1.0" 500 5324',
    "127.0.0.1 short 1",
]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[ip, id, user, timestamp, request, status_code, size]", [0, 1]),
        ("[ip, id, user, timestamp, request, status_code = 4*, size]", [0]),
        ("[ip, id, user, timestamp, request = *index.html*, status_code = 5*, size > 5000]", [1]),
        ("[ip, id, user, timestamp, request, status_code = 4* || status_code = 5*, size]", [0, 1]),
        ("[ip, id = Prod, ...]", [0]),
        ("[..., size > 2000]", [1]),
        ("[ip, ..., status_code != 404, size]", [1, 2]),
        ('[ip, id, user, timestamp, request = "GET /index.html HTTP/1.0", , size]', [0, 1]),
    ],
)
def test_columns_of_space_delimited_events(pattern: str, expected: list[int]) -> None:
    assert matching(pattern, ACCESS) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        "{ $.a }",
        "{ a = 1 }",
        "{ $.a = }",
        "{ $.a > text }",
        "{ ($.a = 1 }",
        "{ $.a = 1",
        "[a, b",
        "[..., ...]",
        '"open',
    ],
)
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        matcher_of(pattern)


def test_what_is_extracted_is_named_as_in_the_pattern() -> None:
    match = matcher_of("{ $.latency > 1 && $.eventType = * }")(json.dumps(CLOUD_TRAIL))
    assert match is not None
    assert match.extracted == {"$.latency": "50.5", "$.eventType": "UpdateTrail"}
    match = matcher_of("[ip, ..., size]")(ACCESS[0])
    assert match is not None
    assert match.extracted == {"$ip": "127.0.0.1", "$size": "1534"}


def datum(pattern: str, event: str, **transformation: Any) -> dict[str, Any] | None:
    match = matcher_of(pattern)(event)
    assert match is not None
    return datum_of({"metricName": "m", "metricNamespace": "n", **transformation}, match)


def test_a_datum_has_the_constant_or_the_events_own_value_unit_and_dimensions() -> None:
    event = json.dumps(CLOUD_TRAIL)
    assert datum("", "anything", metricValue="1") == {"MetricName": "m", "Value": 1.0, "Unit": "None", "Dimensions": []}
    told = datum(
        "{ $.latency = * }",
        event,
        metricValue="$.latency",
        unit="Seconds",
        dimensions={"Type": "$.eventType", "R": "$.ready"},
    )
    assert told == {
        "MetricName": "m",
        "Value": 50.5,
        "Unit": "Seconds",
        "Dimensions": [{"Name": "Type", "Value": "UpdateTrail"}, {"Name": "R", "Value": "true"}],
    }
    sized = datum("[..., size]", ACCESS[0], metricValue="$size")
    assert sized is not None
    assert sized["Value"] == 1534.0


def test_without_a_number_or_a_dimension_there_is_no_datum() -> None:
    event = json.dumps(CLOUD_TRAIL)
    assert datum("{ $.code = * }", event, metricValue="$.code") is None
    assert datum("{ $.code = * }", event, metricValue="$.nowhere") is None
    assert datum("{ $.code = * }", event, metricValue="1", dimensions={"D": "$.nowhere"}) is None
    assert default_of({"metricName": "m", "metricValue": "1"}) is None
    assert default_of({"metricName": "m", "metricValue": "1", "defaultValue": 0.0}) == {
        "MetricName": "m",
        "Value": 0.0,
        "Unit": "None",
        "Dimensions": [],
    }


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(-99, 99), max_size=5), st.integers(-99, 99))
def test_a_comparison_over_json_is_pythons(document: dict[str, int], number: int) -> None:
    for sign, holds in (("<", int.__lt__), (">=", int.__ge__), ("=", int.__eq__), ("!=", int.__ne__)):
        matched = matcher_of(f"{{ $.a {sign} {number} }}")(json.dumps(document)) is not None
        assert matched == ("a" in document and holds(document["a"], number))
