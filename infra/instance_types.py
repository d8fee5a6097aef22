"""Which instance types each SageMaker API accepts, and which keep data on local disks."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Literal

from infra.problems import did_you_mean

Api = Literal["training", "processing", "hosting"]
Accelerator = Literal["GPU", "Neuron"]

_TABLE = Path(__file__).with_name("instance_types.json")

# Families whose name does not show their NVMe disks; the others carry a `d` after the generation (m5d, c6gd, r7gd).
_LOCAL_STORAGE_FAMILIES = re.compile(
    r"(g4dn|g[5-7]e?|p3dn|p4de?|p5(e|en)?|p6e?-.+|trn[12]n?|dl1|[a-z]+\d[a-z]*d[a-z]*)"
)


_GPU_FAMILIES = re.compile(r"g\d.*|p\d.*")
_NEURON_FAMILIES = re.compile(r"inf\d.*|trn\d.*")
_AMIS: dict[Accelerator, tuple[str, ...]] = {
    "GPU": (
        "al2-ami-sagemaker-inference-gpu-2",
        "al2-ami-sagemaker-inference-gpu-2-1",
        "al2-ami-sagemaker-inference-gpu-3-1",
        "al2023-ami-sagemaker-inference-gpu-4-1",
    ),
    "Neuron": ("al2-ami-sagemaker-inference-neuron-2",),
}
_USE_INSTEAD = {
    "eia": "Elastic Inference ended in April 2024; use a GPU such as ml.g5.xlarge, or ml.inf2.xlarge",
    "inf": "Inferentia only serves; train on ml.m5.large (CPU), ml.g5.xlarge (GPU) or ml.trn1.2xlarge (Trainium)",
}
"""What to use in the place of a family that an API does not have, by the beginning of the family."""


def accelerator(instance_type: str) -> Accelerator | None:
    """Return what accelerates the models of an instance type, or None for one with CPUs only."""
    family = instance_type.split(".")[1]
    if _GPU_FAMILIES.fullmatch(family):
        return "GPU"
    return "Neuron" if _NEURON_FAMILIES.fullmatch(family) else None


def fitting_amis(instance_type: str) -> tuple[str, ...]:
    """Return the host images of endpoints that have the driver for an instance type's accelerator; none for CPUs."""
    has = accelerator(instance_type)
    return () if has is None else _AMIS[has]


@cache
def accepted(api: Api) -> frozenset[str]:
    """Return the instance types of one API's enum (see the origin in instance_types.json)."""
    table: dict[str, list[str]] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return frozenset(table[api])


def refusal(instance_type: str, api: Api) -> str | None:
    """Return why an API does not accept this instance type and what to use, or None when it does."""
    if instance_type in accepted(api):
        return None
    for family, instead in _USE_INSTEAD.items():
        if instance_type.startswith(f"ml.{family}") and (family == "eia" or api != "hosting"):
            return instead
    offered = [other for other in ("training", "processing", "hosting") if instance_type in accepted(other)]
    if offered:
        only = " and ".join(offered)
        return f"SageMaker offers it for {only} only; choose an instance type that {api} accepts, such as ml.m5.large"
    near = did_you_mean(instance_type, sorted(accepted(api)))
    hint = f"did you mean {near}?" if near is not None else "it looks like ml.m5.large"
    return f"no such instance type for {api}; {hint}"


def has_local_storage(instance_type: str) -> bool:
    """Say whether an instance type has NVMe disks of its own: hardware encrypts those, no KMS key can."""
    family = instance_type.split(".")[1]
    return _LOCAL_STORAGE_FAMILIES.fullmatch(family) is not None
