"""New weights and instance counts for variants that serve.

Sources: botocore's documentation of UpdateEndpointWeightsAndCapacities and of the status RollingBack (an endpoint that
fails to scale goes back to what it was and is InService again); the developer guide's example event, in which a variant
that scales has the VariantStatus Updating.
"""

from typing import Any

from slipway.sandbox.sagemaker.endpoints.fleet import Fleet
from slipway.sandbox.sagemaker.endpoints.live import LiveEndpoint
from slipway.sandbox.sagemaker.endpoints.record import (
    REASON_LIMIT,
    RELEASE_KIND,
    serve_fields,
    set_status,
)
from slipway.sandbox.sagemaker.endpoints.variant import NOT_STARTED

Changes = list[dict[str, Any]]


def updating_variants(variants: list[dict[str, Any]], wanted: Changes, now: float) -> list[dict[str, Any]]:
    """Return the summaries of an endpoint's variants while some of them change."""
    changes = {each["VariantName"]: each for each in wanted}
    return [
        _updating(variant, changes[variant["VariantName"]], now) if variant["VariantName"] in changes else variant
        for variant in variants
    ]


def _updating(variant: dict[str, Any], change: dict[str, Any], now: float) -> dict[str, Any]:
    after = {**variant, **change}
    old, new = variant.get("DesiredInstanceCount", 0), after.get("DesiredInstanceCount", 0)
    message = (
        f"Updating weight to {after['DesiredWeight']:g}."
        if new == old
        else f"Scaling {'out' if new > old else 'in'} desired instance count to {new}."
    )
    return {**after, "VariantStatus": [{"Status": "Updating", "StatusMessage": message, "StartTime": now}]}


def rescale(endpoint: LiveEndpoint, wanted: Changes) -> None:
    """Give variants new weights and counts; when one does not come up, all is as it was."""
    context, name = endpoint.context, endpoint.name
    releases = context.store.get(context.scope, RELEASE_KIND, name)
    fleets = endpoint.fleets()
    if releases is None or not fleets:
        set_status(context, name, "Failed", FailureReason="the endpoint did not come back with the sandbox")
        return
    release, fleet = releases["current"], fleets[0]
    before = [_now(fleet, change["VariantName"]) for change in wanted]
    reason = None
    try:
        _apply(fleet, wanted)
    except NOT_STARTED as error:
        reason = str(error)[:REASON_LIMIT]
        context.store.put(context.scope, RELEASE_KIND, name, {"current": release})
        set_status(context, name, "RollingBack", FailureReason=reason)
        _apply(fleet, before)
    else:
        _declare(release, wanted)
        context.store.put(context.scope, RELEASE_KIND, name, {"current": release})
    set_status(context, name, "InService", **serve_fields(release, fleet), FailureReason=reason)


def _now(fleet: Fleet, variant: str) -> dict[str, Any]:
    found = fleet.variants[variant]
    return {"VariantName": variant, "DesiredWeight": found.weight, "DesiredInstanceCount": found.desired}


def _apply(fleet: Fleet, wanted: Changes) -> None:
    for change in wanted:
        variant = fleet.variants[change["VariantName"]]
        if "DesiredInstanceCount" in change:
            variant.scale(change["DesiredInstanceCount"])
        if "DesiredWeight" in change:
            variant.weight = float(change["DesiredWeight"])


def _declare(release: dict[str, Any], wanted: Changes) -> None:
    """Write the new values where the next start of the sandbox, and RetainAllVariantProperties, find them."""
    for change in wanted:
        declared = next(
            each for each in release["config"]["ProductionVariants"] if each["VariantName"] == change["VariantName"]
        )
        if "DesiredInstanceCount" in change:
            declared["InitialInstanceCount"] = change["DesiredInstanceCount"]
        if "DesiredWeight" in change:
            declared["InitialVariantWeight"] = float(change["DesiredWeight"])
