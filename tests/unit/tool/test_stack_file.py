"""A stack file that a release rewrites keeps everything that is not the release."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from slipway import stack_file
from slipway.failure import Failure

KEY = "slipway:release"
NEW = {"current": {"model_package_arn": "arn:new", "metrics": {"auc": 0.8}}}

COMMENTED = """\
# the dev stack
encryptionsalt: v1:abc=:v1:def   # written by pulumi
config:
  # always set
  slipway:stack: {environment: dev,   account: "123456789012"}

  slipway:release:   # what serves
    current:
      model_package_arn: arn:old  # approved by ann
      # the score on july
      metrics:
        auc: 0.7
    # what it falls back to
    previous:
      model_package_arn: arn:older
  # the lake keeps a month

  slipway:lake:
    - 'quoted'
"""


def test_everything_outside_the_release_keeps_every_byte() -> None:
    text = stack_file.put(COMMENTED, KEY, NEW, name="Pulumi.dev.yaml")
    before, _, rest = COMMENTED.partition("    current:\n")
    after = rest[rest.index("  # the lake keeps") :]
    assert text.startswith(before)
    assert text.endswith(after)


def test_comments_beside_keys_that_stay_are_kept() -> None:
    text = stack_file.put(COMMENTED, KEY, NEW, name="Pulumi.dev.yaml")
    assert "slipway:release:   # what serves" in text
    assert "arn:new  # approved by ann" in text
    assert "# the score on july" in text
    assert "arn:older" not in text


def test_comments_of_keys_that_go_are_kept_below_the_setting() -> None:
    old = """\
config:
  slipway:release:
    current:
      metrics:
        auc: 0.7  # on july
        # since the autumn
        loss: 0.2
        gain: 0.1  # lift
    previous:  # by bob
      # before the summer
      metrics: {auc: 0.6}
"""
    new = """\
config:
  slipway:release:
    # on july
    # since the autumn
    # lift
    # by bob
    # before the summer
    current:
      metrics:
        loss: 0.1
"""
    assert stack_file.put(old, KEY, {"current": {"metrics": {"loss": 0.1}}}, name="f") == new


def test_a_file_without_a_release_gets_it_after_its_last_setting() -> None:
    text = stack_file.put("config:\n  slipway:a: 1\n# the end\n", KEY, NEW, name="f")
    assert text == (
        "config:\n  slipway:a: 1\n  slipway:release:\n    current:\n      model_package_arn: arn:new\n"
        "      metrics:\n        auc: 0.8\n# the end\n"
    )


@pytest.mark.parametrize("text", ["", "# only words\n", "config:\n", "config: {}\n", "encryptionsalt: v1\n"])
def test_a_file_without_any_setting_gets_one(text: str) -> None:
    put = stack_file.put(text, KEY, NEW, name="f")
    assert stack_file.settings(put, name="f") == {KEY: NEW}


def test_the_files_own_indentation_and_line_ends_are_used() -> None:
    text = stack_file.put("config:\r\n    slipway:a: 1\r\n", KEY, NEW, name="f")
    assert "    slipway:release:\r\n        current:\r\n" in text
    assert "\n" not in text.replace("\r\n", "")


def test_putting_the_same_again_changes_nothing() -> None:
    once = stack_file.put(COMMENTED, KEY, NEW, name="f")
    assert stack_file.put(once, KEY, NEW, name="f") == once


digests = st.from_regex(r"[0-9a-f]{8}", fullmatch=True)


@given(digests, digests)
@settings(max_examples=200)
def test_a_digest_is_text_to_every_reader_and_two_swaps_change_nothing(one: str, other: str) -> None:
    first = {"current": {"digest": one}, "previous": {"digest": other}}
    second = {"current": {"digest": other}, "previous": {"digest": one}}
    there = stack_file.put("config:\n  a:b: c\n", KEY, first, name="f")
    again = stack_file.put(stack_file.put(there, KEY, second, name="f"), KEY, first, name="f")
    assert again == there
    assert yaml.safe_load(there)["config"][KEY] == first
    line = next(line for line in there.splitlines() if "digest" in line).split(": ")[1]
    assert line == (f'"{one}"' if one[0].isdigit() else one)


def test_long_addresses_are_not_folded() -> None:
    value = {"current": {"model_data": "s3://" + "a b " * 200}}
    assert "a b " * 200 in stack_file.put(COMMENTED, KEY, value, name="f").replace("'", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("config:\n<<<<<<< HEAD\n  a: 1\n=======\n  a: 2\n>>>>>>> x\n", "f line 2 is a mark of an unfinished merge"),
        ("config:\n  a: [1\n", "is not valid YAML"),
        ("- a\n", "holds no mapping"),
        ("config: 3\n", "`config` in f is 3"),
        ("config: {a: 1}\n", "written in braces"),
    ],
)
def test_a_file_that_cannot_be_rewritten_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(Failure, match=said):
        stack_file.put(text, KEY, NEW, name="f")


words = st.text(alphabet="abcdefghij:/.-_ #'\"0123456789", min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["model_data", "image", "code"]), words, min_size=1), words)
def test_whatever_is_put_comes_back(current: dict[str, str], other: str) -> None:
    value = {"current": current, "previous": {"image": other}}
    text = stack_file.put(COMMENTED, KEY, value, name="f")
    assert stack_file.settings(text, name="f")[KEY] == value
