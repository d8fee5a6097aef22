"""Reads the price files. What has no price there has none: nothing is derived."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Billed = Literal["by time", "by use"]

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Price:
    """One list price."""

    usd: float | None
    """US dollars for one `unit`; None where there is no list price."""
    unit: str
    """What the price is for, such as `hour`."""
    source: str
    """Who read the price where; empty where there is none."""
    date: str
    """When, as YYYY-MM-DD; empty where there is none."""
    billed: Billed = "by time"
    """Whether the thing costs by being there, or by what is done with it."""
    units_a_month: float = 1
    """Units in a month of what is billed by time: 730 for an hour, 1 for a month."""
    once_for: str = ""
    """Property that lists what is paid for one by one, such as the zones of an interface endpoint; empty: none."""
    free_when: tuple[str, str] | None = None
    """Property and value of the kind that is free, such as gateway endpoints; None: every kind costs."""


@dataclass(frozen=True, kw_only=True)
class InstanceType:
    """One instance type of SageMaker."""

    price: Price
    """For one hour of one instance, as endpoint, training job or processing job."""
    accelerator: str
    """What computes beside the CPU, such as `NVIDIA A10G`; empty where nothing does."""


@cache
def region() -> str:
    """Return the region that the prices are for."""
    return str(json.loads((_FOLDER / "services.json").read_text("utf-8"))["region"])


@cache
def instance_types() -> dict[str, InstanceType]:
    """Return every instance type of SageMaker's API, by its name."""
    with (_FOLDER / "sagemaker-instances.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["instance_type"]: InstanceType(
                price=Price(
                    usd=float(row["usd_per_hour"]) if row["usd_per_hour"] else None,
                    unit="hour",
                    source=row["source"],
                    date=row["date"],
                ),
                accelerator=row["accelerator"],
            )
            for row in csv.DictReader(file)
        }


@cache
def services() -> dict[str, Price]:
    """Return what is billed beside instances, by resource type."""
    data = json.loads((_FOLDER / "services.json").read_text("utf-8"))
    return {
        item["type"]: Price(
            usd=item["usd"],
            unit=item["unit"],
            source=item.get("source", ""),
            date=item.get("date", ""),
            billed=item["billed"],
            units_a_month=item.get("units_a_month", 1),
            once_for=item.get("once_for", ""),
            free_when=next(iter(item.get("free_when", {}).items()), None),
        )
        for item in data["items"]
    }


@cache
def no_items() -> tuple[str, ...]:
    """Return beginnings of resource types that are no item of their own: permissions, names, settings of others."""
    return tuple(json.loads((_FOLDER / "services.json").read_text("utf-8"))["no item of their own"])
