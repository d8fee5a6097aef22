"""Event logs, written line by line as an engine writes them."""

from __future__ import annotations

import json
from typing import Any

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
RAW = "urn:pulumi:dev::app::aws:s3/bucket:Bucket::raw"


def urn(token: str, name: str) -> str:
    """Return a URN of stack dev of project app."""
    return f"urn:pulumi:dev::app::{token}::{name}"


def state(inputs: dict[str, Any] | None, **more: Any) -> dict[str, Any] | None:
    """Return one side of a step; None for the side that there is none of."""
    return None if inputs is None else {"custom": True, "inputs": inputs, "outputs": {}, **more}


def step(
    operation: str,
    token: str,
    name: str,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return the event before a step; `old_` and `new_` in front of a word give the state something else."""
    sides = {
        side: state(
            inputs, **{key.removeprefix(f"{side}_"): value for key, value in more.items() if key.startswith(side)}
        )
        for side, inputs in (("old", old), ("new", new))
    }
    rest = {key: value for key, value in more.items() if not key.startswith(("old_", "new_"))}
    return {
        "resourcePreEvent": {"metadata": {"op": operation, "urn": urn(token, name), "type": token, **sides, **rest}}
    }


def replaced(token: str, name: str, old: dict[str, Any], new: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """Return the three steps of a replacement, the new one first."""
    halves = [step(word, token, name, old, new, **more) for word in ("create-replacement", "replace")]
    return [*halves, step("delete-replaced", token, name, old, None)]


def summary(result: str = "succeeded", *, preview: bool = True) -> dict[str, Any]:
    """Return the event that ends a run."""
    return {"summaryEvent": {"maybeCorrupt": False, "resourceChanges": {}, "isPreview": preview, "result": result}}


def log(*events: dict[str, Any], whole: bool = True) -> list[bytes]:
    """Return the lines of a log; a whole one ends with a summary and a cancel."""
    ending = [summary(), {"cancelEvent": {}}] if whole else []
    return [
        json.dumps({"sequence": number, "timestamp": 0, **event}).encode() + b"\n"
        for number, event in enumerate([{"preludeEvent": {"config": {}}}, *events, *ending])
    ]
