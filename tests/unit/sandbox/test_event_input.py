"""What a rule's target is given, after the examples of EventBridge's user guide."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipway.sandbox.clockwork.delivery.event_input import at, target_input

EVENT: dict[str, Any] = {
    "detail-type": "EC2 Instance State-change Notification",
    "resources": ["arn:one", "arn:two"],
    "detail": {"instance-id": "i-0123456789", "state": "RUNNING", "nested": {"list": [1, {"a": "b"}], "quote": '"'}},
}


def filled(template: str, **paths: str) -> str:
    transformer = {"InputTemplate": template, "InputPathsMap": paths}
    return target_input({"InputTransformer": transformer}, EVENT, "arn:rule", "rule")


def test_without_a_word_about_input_the_whole_event_goes() -> None:
    assert json.loads(target_input({}, EVENT, "arn:rule", "rule")) == EVENT


def test_a_constant_and_a_path_replace_the_event() -> None:
    assert target_input({"Input": '{"a":1}'}, EVENT, "", "") == '{"a":1}'
    assert json.loads(target_input({"InputPath": "$.detail.state"}, EVENT, "", "")) == "RUNNING"


def test_a_name_inside_quotes_becomes_bare_text() -> None:
    text = filled('"instance <instance> is in <state>"', instance="$.detail.instance-id", state="$.detail.state")
    assert text == '"instance i-0123456789 is in RUNNING"'


def test_a_name_outside_quotes_becomes_json() -> None:
    text = filled('{"state": <state>, "list": <list>}', state="$.detail.state", list="$.detail.nested.list")
    assert json.loads(text) == {"state": "RUNNING", "list": [1, {"a": "b"}]}


def test_a_quote_in_a_value_does_not_break_the_template() -> None:
    assert json.loads(filled('{"text": "<q>"}', q="$.detail.nested.quote")) == {"text": '"'}


def test_reserved_names_are_filled_and_unknown_ones_left() -> None:
    assert filled('"<aws.events.rule-name> <other>"') == '"rule <other>"'


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$", EVENT),
        ("$.resources[1]", "arn:two"),
        ("$.detail.nested.list[1].a", "b"),
        ("$['detail']['state']", "RUNNING"),
        ("$.resources[7]", None),
        ("$.detail.missing.deeper", None),
        ("$..state", None),
    ],
)
def test_paths_find_what_they_name_or_nothing(path: str, value: Any) -> None:
    assert at(EVENT, path) == value
