"""How far a deployment is, as DescribeEndpoint tells it: PendingDeploymentSummary and the VariantStatus in it.

Sources: botocore's documentation of PendingDeploymentSummary, PendingProductionVariantSummary and
ProductionVariantStatus; the developer guide's example events, in which a variant under a canary has the canary's number
of instances as its CurrentInstanceCount.
"""

from collections.abc import Mapping
from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints.record import KIND, planned_variants, tell_progress
from slipway.sandbox.sagemaker.endpoints.traffic import CREATING, DELETING, Stage, part_of

_PARTS = ("ProductionVariants", "ShadowProductionVariants")


def pending_summary(release: Mapping[str, Any], now: float, stage: Stage) -> dict[str, Any]:
    """Return PendingDeploymentSummary for a deployment that begins."""
    summary: dict[str, Any] = {"EndpointConfigName": release["config"]["EndpointConfigName"], "StartTime": now}
    for part in _PARTS:
        types = {each["VariantName"]: each.get("InstanceType") for each in release["config"].get(part, [])}
        variants = [{**each, "InstanceType": types[each["VariantName"]]} for each in planned_variants(release, part)]
        if variants:
            summary[part] = [_at(variant, stage, now) for variant in variants]
    return summary


def advance(context: Context, name: str, stage: Stage, *, back: bool = False) -> None:
    """Say that an endpoint's deployment is at a stage now; `back` says that it is being taken back."""
    changed: list[bool] = []

    def change(record: dict[str, Any]) -> None:
        summary = record.get("PendingDeploymentSummary", {})
        for part in _PARTS:
            before = summary.get(part, [])
            after = [_at(variant, stage, context.now(), back=back) for variant in before]
            if [_told(each) for each in before] != [_told(each) for each in after]:
                summary[part] = after
                record["LastModifiedTime"] = context.now()
                changed.append(True)

    try:
        record = context.store.update(context.scope, KIND, name, change)
    except KeyError:
        return
    if changed:
        tell_progress(context, record)


def _told(variant: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(each["Status"], each["StatusMessage"]) for each in variant["VariantStatus"]]


def _at(variant: Mapping[str, Any], stage: Stage, now: float, *, back: bool = False) -> dict[str, Any]:
    """Return a pending variant at a stage; its current weight and count are what has traffic."""
    count = int(variant.get("DesiredInstanceCount", 1))
    status = {"Status": stage.status, "StatusMessage": stage.message(count), "StartTime": now}
    takes = stage.share > 0 and not back
    changed = {**variant, "VariantStatus": [status], "CurrentWeight": variant["DesiredWeight"] if takes else 0.0}
    if "DesiredInstanceCount" in variant:
        changed["CurrentInstanceCount"] = part_of(stage.share, count) if takes else 0
    elif takes:
        changed["CurrentServerlessConfig"] = variant["DesiredServerlessConfig"]
    return changed


LAUNCHING, TERMINATING = Stage(CREATING, 0.0), Stage(DELETING, 1.0)
"""What a creation begins with; how the new fleet ends when an update is taken back."""
