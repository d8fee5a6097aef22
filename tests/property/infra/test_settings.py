"""Bounds hold over all values, and a bad value never ends in anything but its own problem."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from infra.instance_types import accepted, refusal
from infra.settings import Settings, SettingsError, load_stack_settings

if TYPE_CHECKING:
    from infra.problems import Problem

ROOT = Path(__file__).parent.parent.parent.parent


def dev() -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    config.pop("slipway:release", None)
    return config


@given(st.integers())
def test_a_capture_percentage_is_a_percentage(value: int) -> None:
    config = dev()
    config["slipway:serving"]["capture_percentage"] = value
    if 0 <= value <= 100:
        assert load_stack_settings(config).serving.capture_percentage == value
    else:
        with pytest.raises(SettingsError):
            load_stack_settings(config)


def problems_of(config: dict[str, Any]) -> tuple[Problem, ...]:
    try:
        load_stack_settings(config, file="f.yaml")
    except SettingsError as error:
        return error.problems
    return ()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(Settings.model_fields)), json_values)
def test_whatever_stands_in_a_section_there_is_a_message_or_settings(section: str, value: object) -> None:
    config = dev()
    config[f"slipway:{section}"] = value
    for problem in problems_of(config):
        assert problem.key.startswith(f"slipway:{section}")
        assert problem.rule
        assert problem.way_out


@given(st.text(min_size=1, max_size=12))
def test_a_section_that_no_stack_has_is_always_refused_by_name(name: str) -> None:
    config = dev()
    if name in Settings.model_fields:
        return
    config[f"slipway:{name}"] = {}
    with pytest.raises(SettingsError) as caught:
        load_stack_settings(config)
    assert [problem.key for problem in caught.value.problems] == [f"slipway:{name}"]


@given(st.sampled_from(sorted(accepted("training") | accepted("hosting"))))
def test_an_api_takes_exactly_the_types_of_its_list(instance_type: str) -> None:
    assert (refusal(instance_type, "training") is None) == (instance_type in accepted("training"))
    assert (refusal(instance_type, "hosting") is None) == (instance_type in accepted("hosting"))
