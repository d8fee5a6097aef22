"""The preview digest of the embedded engine beside that of the real one (recordings/ORIGIN.md)."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from slipway.engine.display import Digest

RECORDINGS = Path(__file__).parent / "recordings"
UNTOLD = {"created", "modified", "dependencies", "propertyDependencies", "sourcePosition", "stackTrace"}
"""What the real digest says of a state and an event log does not."""


@pytest.mark.parametrize("case", ["04-model-rollout", "08-iam-widened", "10-secret-change"])
def test_a_digest_made_of_an_event_log_is_the_one_that_the_real_engine_made(case: str) -> None:
    real = json.loads(gzip.decompress((RECORDINGS / f"{case}.preview.json.gz").read_bytes()))
    digest = Digest(real["config"], show_sames=False)
    for line in gzip.decompress((RECORDINGS / f"{case}.preview.events.jsonl.gz").read_bytes()).splitlines():
        digest.event(json.loads(line))
    ours = json.loads(digest.text())
    assert ours.keys() == real.keys()
    assert {**ours, "duration": 0, "steps": []} == {**real, "duration": 0, "steps": []}
    assert _told(ours["steps"]) == _told(real["steps"])


def _told(steps: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return steps by operation and URN: they come in no stable order; automatic names differ from run to run."""
    found = {}
    for step in steps:
        sides = {
            side: {key: value for key, value in step[side].items() if key not in UNTOLD}
            for side in ("oldState", "newState")
            if side in step
        }
        found[step["op"], step["urn"]] = _without_names({**step, **sides})
    return found


def _without_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: "a name" if key in ("name", "endpointConfigName", "modelName") else _without_names(item)
            for key, item in value.items()
        }
    return [_without_names(item) for item in value] if isinstance(value, list) else value
