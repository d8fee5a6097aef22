"""Folders that an engine is run in, and what their stack files say of secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from slipway.ephemeral import workspace

if TYPE_CHECKING:
    from pathlib import Path

KMS = {"type": "cloud", "state": {"url": "awskms://alias/pulumi?region=us-east-1", "encryptedkey": "c2VhbGVk"}}
UNDER_KMS = {"secretsprovider": "awskms://alias/pulumi?region=us-east-1", "encryptedkey": "c2VhbGVk"}


@pytest.mark.parametrize(
    ("provider", "told"),
    [
        (KMS, UNDER_KMS),
        ({"type": "passphrase", "state": {"salt": "v1:a:b"}}, {"encryptionsalt": "v1:a:b"}),
        (None, {}),
    ],
)
def test_a_stack_file_says_of_secrets_what_the_state_does(provider: Any, told: dict[str, str]) -> None:
    assert workspace.secrets_of({"secrets_providers": provider}) == told


def test_a_bare_folder_has_a_stack_file_for_a_state_that_has_a_key_only() -> None:
    with workspace.bare("flights", stack="pr-4", state={"secrets_providers": KMS}) as folder:
        assert yaml.safe_load((folder / "Pulumi.pr-4.yaml").read_text("utf-8")) == UNDER_KMS
    with workspace.bare("flights", stack="pr-4", state={}) as folder:
        assert [file.name for file in folder.iterdir()] == ["Pulumi.yaml"]


def test_the_settings_of_a_stack_that_is_there_stay_beside_its_key(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.pr-4.yaml").write_text("config: {a: 1}\n", "utf-8")
    workspace.know_secrets(tmp_path, "pr-4", {"secrets_providers": KMS})
    assert yaml.safe_load((tmp_path / "Pulumi.pr-4.yaml").read_text("utf-8")) == {**UNDER_KMS, "config": {"a": 1}}
