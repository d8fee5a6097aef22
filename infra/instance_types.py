"""Which instance types each SageMaker API accepts, and which keep data on local disks."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Literal

from infra.problems import did_you_mean

Api = Literal["training", "hosting"]

_TABLE = Path(__file__).with_name("instance_types.json")

# Families whose name does not show their NVMe disks; the others carry a `d` after the generation (m5d, c6gd, r7gd).
_LOCAL_STORAGE_FAMILIES = re.compile(
    r"(g4dn|g[5-7]e?|p3dn|p4de?|p5(e|en)?|p6e?-.+|trn[12]n?|dl1|[a-z]+\d[a-z]*d[a-z]*)"
)


@cache
def accepted(api: Api) -> frozenset[str]:
    """Return the instance types of one API's enum (see the origin in instance_types.json)."""
    table: dict[str, list[str]] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return frozenset(table[api])


def refusal(instance_type: str, api: Api) -> str | None:
    """Return why an API does not accept this instance type and what to use, or None when it does."""
    if instance_type in accepted(api):
        return None
    other: Api = "hosting" if api == "training" else "training"
    if instance_type in accepted(other):
        return f"SageMaker offers it for {other} only; choose an instance type that {api} accepts, such as ml.m5.large"
    near = did_you_mean(instance_type, sorted(accepted(api)))
    hint = f"did you mean {near}?" if near is not None else "it looks like ml.m5.large"
    return f"no such instance type for {api}; {hint}"


def has_local_storage(instance_type: str) -> bool:
    """Say whether an instance type has NVMe disks of its own: hardware encrypts those, no KMS key can."""
    family = instance_type.split(".")[1]
    return _LOCAL_STORAGE_FAMILIES.fullmatch(family) is not None
