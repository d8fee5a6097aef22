"""Every setting, explained from its own source."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.settings import Settings
from slipway.cli.main import run
from slipway.settings_explained import explained

ROOT = Path(__file__).parents[3]


def rows(section: str) -> dict[str, list[str]]:
    """Return the cells of a section's table by key."""
    table = explained().partition(f"## `slipway:{section}`")[2].partition("## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    return {cells[0].strip("`"): cells for cells in ([cell.strip() for cell in line.split(" | ")] for line in lines)}


def test_the_page_in_the_documents_is_what_the_tool_prints() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert page == explained(), "run `python -m slipway.settings_explained > docs/settings.md`"


@pytest.mark.parametrize("section", list(Settings.model_fields))
def test_every_key_of_every_section_has_a_type_a_default_and_a_meaning(section: str) -> None:
    found = rows(section)
    for line in found.values():
        assert len(line) == 4
        assert all(cell.strip("| ") for cell in line), line


def test_bounds_choices_and_defaults_are_those_of_the_settings() -> None:
    serving = {key.strip("| `"): cells for key, cells in rows("serving").items()}
    assert serving["bake_seconds"][1:3] == ["whole number, at least 0, at most 1800", "`0`"]
    assert serving["rollout.type"][1] == "one of ALL_AT_ONCE, CANARY, LINEAR"
    assert serving["capture_percentage"][2] == "required"
    monitoring = {key.strip("| `"): cells for key, cells in rows("monitoring").items()}
    assert monitoring["subscriptions"][1] == "list of keys below, at most 20 entries"
    assert "subscriptions[].endpoint" in monitoring


def test_explaining_needs_no_stack(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["settings", "explain"]) == 0
    assert capsys.readouterr().out == explained()


def test_settings_without_a_stack_or_a_question_is_misuse() -> None:
    with pytest.raises(SystemExit) as caught:
        run(["settings"])
    assert caught.value.code == 2
