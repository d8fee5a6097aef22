"""How strict policies are and with which values they run."""

from pathlib import Path
from typing import Any

import pytest

from slipway.engine.errors import EngineError
from slipway.engine.policies.findings import PackInfo, Policy
from slipway.engine.policies.settings import read, reconciled

INFO = PackInfo(
    name="rules",
    version="1",
    policies=(
        Policy(name="plain", level="advisory", kind="resource"),
        Policy(
            name="sized",
            level="mandatory",
            kind="stack",
            schema={"most": {"type": "number", "minimum": 1, "default": 5}, "who": {"type": "string"}},
            required=("who",),
        ),
    ),
    initial_config={"sized": {"enforcementLevel": "mandatory", "who": "ml"}},
)


def test_what_is_asked_for_goes_before_the_packs_own_words_and_those_before_defaults() -> None:
    assert reconciled(INFO, {}) == {"plain": ("advisory", {}), "sized": ("mandatory", {"most": 5, "who": "ml"})}
    asked: dict[str, dict[str, Any]] = {"all": {"enforcementLevel": "disabled"}, "sized": {"most": 7}}
    assert reconciled(INFO, asked) == {"plain": ("disabled", {}), "sized": ("disabled", {"most": 7, "who": "ml"})}
    one = {"sized": {"enforcementLevel": "advisory", "who": "ops"}}
    assert reconciled(INFO, one)["sized"] == ("advisory", {"most": 5, "who": "ops"})


def test_every_value_that_does_not_fit_is_named() -> None:
    with pytest.raises(EngineError) as refused:
        reconciled(INFO, {"sized": {"most": 0, "who": 3}})
    assert "sized: most: 0 is less than the minimum of 1" in str(refused.value)
    assert "sized: who: 3 is not of type 'string'" in str(refused.value)
    bare = PackInfo(name="rules", version="1", policies=INFO.policies, initial_config={})
    with pytest.raises(EngineError, match="sized: 'who' is a required property"):
        reconciled(bare, {})
    assert reconciled(bare, {"sized": {"enforcementLevel": "disabled"}})["sized"][0] == "disabled"


def test_a_policy_that_the_pack_does_not_have_is_refused() -> None:
    with pytest.raises(EngineError, match="has no policy szied, which --policy-pack-config names; it has plain, sized"):
        reconciled(INFO, {"szied": {"most": 1}})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no valid JSON"),
        ("[]", "is no JSON object"),
        ('{"a": "strict"}', "the level 'strict'; allowed: advisory, mandatory, remediate, disabled"),
        ('{"a": 3}', "a level or an object is allowed"),
        ('{"all": {"most": 3}}', "`all` may only have an enforcementLevel"),
    ],
)
def test_a_file_that_says_nothing_allowed_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "levels.json"
    file.write_text(text)
    with pytest.raises(EngineError, match=r"levels\.json") as refused:
        read(file)
    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="there is no such file"):
        read(tmp_path / "levels.json")
