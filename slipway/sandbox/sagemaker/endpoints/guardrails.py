"""What a DeploymentConfig must keep, refused at the call.

Sources: botocore's documentation of DeploymentConfig, BlueGreenUpdatePolicy, TrafficRoutingConfig and
RollingUpdatePolicy; the developer guide's page "Exclusions" for variant names and what rolling deployments exclude. The
ranges of single numbers are in botocore's model and checked before. AWS's words for these refusals are not documented.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from slipway.sandbox.sagemaker.endpoints.traffic import instances_of, stages_of
from slipway.sandbox.sagemaker.errors import validation

Variants = list[dict[str, Any]]
_PERCENT = {"CanarySize": (0, 50), "LinearStepSize": (10, 50), "MaximumBatchSize": (5, 50)}
_PERCENT["RollbackMaximumBatchSize"] = (5, 100)
_SIZE_OF = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}


def check(deployment: Mapping[str, Any] | None, variants: Variants, old: Variants | None) -> None:
    """Raise a ValidationException with everything that is wrong; `old` is None for an endpoint that is created."""
    problems = list(_problems(deployment or {}, variants, old))
    if problems:
        raise validation(f"Invalid DeploymentConfig: {'; '.join(problems)}")


def _problems(deployment: Mapping[str, Any], variants: Variants, old: Variants | None) -> Iterator[str]:
    blue_green, rolling = deployment.get("BlueGreenUpdatePolicy"), deployment.get("RollingUpdatePolicy")
    if blue_green is not None and rolling is not None:
        yield "only one of BlueGreenUpdatePolicy and RollingUpdatePolicy can be specified"
        return
    kind = "ROLLING" if rolling is not None else _type_of(blue_green)
    if kind in {"CANARY", "LINEAR", "ROLLING"}:
        yield from _same_names(kind, variants, old)
    wrong = list(_wrong_sizes(blue_green, rolling, variants))
    yield from wrong
    if rolling is not None:
        yield from _not_rolling(variants)
    if not wrong:
        yield from _too_short(deployment, blue_green or rolling or {}, variants)


def _type_of(blue_green: Mapping[str, Any] | None) -> str:
    return "" if blue_green is None else str(blue_green["TrafficRoutingConfiguration"]["Type"])


def _same_names(kind: str, variants: Variants, old: Variants | None) -> Iterator[str]:
    new_names = {each["VariantName"] for each in variants}
    old_names = new_names if old is None else {each["VariantName"] for each in old}
    if new_names != old_names:
        yield (
            f"a {kind} deployment needs the variant names of the current endpoint configuration "
            f"({', '.join(sorted(old_names))}), the new one has {', '.join(sorted(new_names))}"
        )


def _wrong_sizes(
    blue_green: Mapping[str, Any] | None, rolling: Mapping[str, Any] | None, variants: Variants
) -> Iterator[str]:
    sizes: dict[str, Mapping[str, Any]] = {}
    if blue_green is not None:
        kind, name = _type_of(blue_green), _SIZE_OF.get(_type_of(blue_green))
        if name is not None:
            if name not in blue_green["TrafficRoutingConfiguration"]:
                yield f"{name} is required for the traffic routing type {kind}"
                return
            sizes[name] = blue_green["TrafficRoutingConfiguration"][name]
    for name in ("MaximumBatchSize", "RollbackMaximumBatchSize"):
        if rolling is not None and name in rolling:
            sizes[name] = rolling[name]
    for name, size in sizes.items():
        for count in sorted({_count(each) for each in variants}):
            percent = size["Value"] if size["Type"] == "CAPACITY_PERCENT" else 100 * size["Value"] / count
            least, most = _PERCENT[name]
            if not least <= percent <= most:
                yield (
                    f"{name} must be {least} to {most} % of a variant's {count} instance(s), "
                    f"got {size['Value']} ({size['Type']})"
                )


def _count(variant: Mapping[str, Any]) -> int:
    return max(1, int(variant.get("InitialInstanceCount", 1)))


def _not_rolling(variants: Variants) -> Iterator[str]:
    if len(variants) > 1:
        yield f"a rolling deployment is for endpoints with one production variant, this one has {len(variants)}"
    if any("ServerlessConfig" in each for each in variants):
        yield "a rolling deployment is not for serverless variants"


def _too_short(deployment: Mapping[str, Any], policy: Mapping[str, Any], variants: Variants) -> Iterator[str]:
    timeout = policy.get("MaximumExecutionTimeoutInSeconds")
    waits = sum(stage.wait_seconds for stage in stages_of(deployment, instances_of(variants)))
    if timeout is not None and timeout <= waits:
        yield f"MaximumExecutionTimeoutInSeconds must be larger than all waits together ({waits:g}), got {timeout}"
