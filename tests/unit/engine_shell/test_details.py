"""What `--diff` makes of a change."""

import json
from typing import Any

import pytest

from slipway.engine.display.details import Details
from slipway.engine.display.paint import Paint
from slipway.engine.display.values import quoted, show

ROLE = "urn:pulumi:dev::app::aws:iam/role:Role::r"
SIGNATURE = "4dabf18193072939515e22adb298388d"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def asset(digest: str, **more: Any) -> dict[str, Any]:
    return {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "hash": digest * 64, **more}


def changed(old: dict[str, Any], new: dict[str, Any], op: str = "update", **more: Any) -> list[str]:
    """Return what is shown of a change of inputs, below the lines that name the resource."""
    sides = {"old": {"inputs": old, "outputs": old}, "new": {"inputs": new}}
    lines = Details(Paint(color=False)).step({"op": op, "urn": ROLE, **sides, **more})
    return [line for line in lines[1:] if not line.startswith("    [")]


def test_a_policy_in_a_text_is_compared_statement_by_statement_whatever_their_order() -> None:
    read = {"Sid": "Read", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}
    key = {"Sid": "Key", "Action": "kms:Decrypt", "Resource": "*"}
    old = {"policy": json.dumps({"Statement": [read, key]})}
    new = {"policy": json.dumps({"Statement": [key, read | {"Action": ["s3:GetObject"]}, {"Sid": "New"}]}, indent=1)}
    assert changed(old, new) == [
        "  ~ policy: (json) {",
        "      ~ Statement: [",
        "          ~ [Read]: {",
        "              ~ Action: [",
        '                  - [1]: "s3:ListBucket"',
        "                ]",
        "            }",
        "          + [New]: {",
        '                Sid: "New"',
        "            }",
        "        ]",
        "    }",
    ]


def test_the_same_document_written_otherwise_is_said_to_be_that() -> None:
    (line,) = changed({"p": '{"a":1}'}, {"p": '{ "a": 1 }'})
    assert line.startswith("  ~ p: (the same JSON, written otherwise) ")


def test_of_a_list_only_the_items_that_came_and_went_are_shown() -> None:
    assert changed({"zones": ["a", "b", "c"]}, {"zones": ["b", "c", "d"]}) == [
        "  ~ zones: [",
        '      - [0]: "a"',
        '      + [2]: "d"',
        "    ]",
    ]


def test_where_the_provider_says_what_changes_that_is_shown_and_what_forces_a_replacement_is_marked() -> None:
    detailed = {
        "tags.owner": {"diffKind": "update"},
        'tags["cost-center"]': {"diffKind": "add"},
        "name": {"diffKind": "update-replace", "inputDiff": True},
    }
    old = {"tags": {"owner": "a"}, "name": "x", "other": 1}
    new = {"tags": {"owner": "b", "cost-center": "7"}, "name": "y", "other": 2}
    assert changed(old, new, op="replace", detailedDiff=detailed) == [
        '  ~ name: "x" => "y" (forces replacement)',
        "  ~ tags: {",
        '      + cost-center: "7"',
        '      ~ owner: "a" => "b"',
        "    }",
    ]


def test_unknowns_are_shown_by_their_type_secrets_never_and_assets_by_their_hash() -> None:
    secret = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}
    old = {"arn": "x", "code": asset("a", path="m.gz"), "word": {"k": secret}}
    new = {"arn": UNKNOWN, "code": asset("b", path="m.gz"), "word": {"k": dict(secret), "l": secret}}
    assert changed(old, new) == [
        '  ~ arn: "x" => output<string>',
        "  ~ code: asset(file:aaaaaaa -> bbbbbbb) { m.gz }",
        "  ~ word: {",
        "      + l: [secret]",
        "    }",
    ]


def test_secrets_are_opened_when_they_were_asked_for() -> None:
    assert show({SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": '{"a":"b"}'}) == '{a: "b"}'


def test_a_long_text_loses_its_middle_and_one_of_lines_shows_those_that_change() -> None:
    text = quoted("a" * 1000 + "the end")
    assert len(text) < 300
    assert text.endswith('the end"')
    assert "(767 characters)" in text
    assert len(quoted("a" * 1000, full=True)) == 1002
    assert changed({"script": "one\ntwo\nthree"}, {"script": "one\n2\nthree"}) == [
        "  ~ script: (text)",
        "      - two",
        "      + 2",
    ]


@pytest.mark.parametrize("op", ["create", "delete"])
def test_what_is_made_or_goes_is_shown_whole_but_for_the_engines_own_properties(op: str) -> None:
    inputs = {"__defaults": ["b"], "a": {"x": [1]}, "bb": True}
    assert changed(inputs, inputs, op=op) == [
        "    a : {",
        "        x: [",
        "            [0]: 1",
        "        ]",
        "    }",
        "    bb: true",
    ]
