"""What `slipway release` does: package -> checked artifact -> whole release -> pin in the stack file."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from infra.serving_settings import AsynchronousSection
from slipway import artifact as artifacts
from slipway.failure import Failure
from slipway.pinned import file as pinned_file
from slipway.pinned import pin
from slipway.pinned.account import require_account
from slipway.pinned.image import by_digest
from slipway.release import package
from slipway.release.schema import broken_requests, moved_categories
from slipway.release.shadow import beside
from slipway.release.standing import standing

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_s3 import S3Client

    from infra.serving_settings import ServingSection
    from infra.settings import Settings
    from slipway.outputs import Outputs

DECIMALS = 6


@dataclass(frozen=True, kw_only=True)
class Order:
    """Which model package is to be released, and how."""

    arn: str | None = None
    """The package itself."""
    job: str | None = None
    """The training job that it came from; with neither, the newest approved package."""
    current_code: bool = False
    """Serve it with the stack's serving code and image of today, not those that it was registered with."""
    changed_schema: bool = False
    """Release it although clients of the running model can't go on as they are."""
    shadow_percentage: int | None = None
    """Pin it as the shadow of what serves, with a copy of this share of the requests; None releases it."""


@dataclass(frozen=True, kw_only=True)
class Released:
    """What `slipway release` did to the stack file."""

    pin: pin.Pin
    difference: list[str]
    changed: bool
    """Whether the next `up` deploys something new."""
    warnings: list[str] = field(default_factory=list)
    """What clients of the running model must know."""


def release(path: Path, outputs: Outputs, order: Order | None = None) -> Released:
    """Pin a model package as the stack's current release in its stack file; what serves becomes previous.

    Raises Failure for a package that is not approved, whose artifact is not the registered one, or whose schema the
    running clients can't meet; the file is then as it was.
    """
    order = order or Order()
    file = pinned_file.read(path)
    sagemaker = boto3.client("sagemaker", region_name=outputs.region)
    s3 = boto3.client("s3", region_name=outputs.region)
    require_account(boto3.client("sts", region_name=outputs.region), outputs)
    running = standing(sagemaker, outputs.serving.endpoint_name, file.section)
    registered = package.registered(package.find(sagemaker, outputs, arn=order.arn, job=order.job))
    registered.require_bucket(outputs.lake.artifacts)
    with tempfile.TemporaryDirectory(prefix="slipway-release-") as folder:
        artifact = artifacts.fetch(s3, registered.model_data, Path(folder))
    registered.require_digest(artifact.sha256)
    broken, warnings = _for_clients(running, artifact.manifest, s3)
    if broken and not order.changed_schema:
        raise Failure(_refusal(registered.arn, broken))
    new = _whole(registered, artifact, outputs, file.settings, current_code=order.current_code)
    artifacts.require(s3, new.code)
    if order.shadow_percentage is not None:
        section = beside(file.section, new, serves=running, percentage=order.shadow_percentage)
        shadow_difference = pin.difference(file.section[pin.CURRENT], new.as_settings())
        file.pin(section)
        return Released(pin=new, difference=shadow_difference, changed=True, warnings=broken + warnings)
    difference = pin.difference(file.section.get(pin.CURRENT), new.as_settings())
    changed = not pin.deploys_the_same(file.section, new)
    if difference:
        file.pin(pin.turn(file.section, new, serves=running))
    return Released(pin=new, difference=difference, changed=changed, warnings=broken + warnings)


def _whole(
    registered: package.Registered,
    artifact: artifacts.Artifact,
    outputs: Outputs,
    settings: Settings,
    *,
    current_code: bool,
) -> pin.Pin:
    """Put together the whole release: the model, the image by digest, the code, and the stack file's serving shape."""

    def ecr(region: str) -> ECRClient:
        return boto3.client("ecr", region_name=region)

    image = by_digest(outputs.serving.image if current_code else registered.image, ecr)
    shape = settings.serving
    return pin.Pin(
        model_package_arn=registered.arn,
        model_data=registered.model_data,
        model_sha256=artifact.sha256,
        image=image.uri,
        image_tag=image.tag,
        code=outputs.serving.code_uri if current_code else registered.code,
        instance_type=shape.instance_type,
        initial_instance_count=shape.initial_instance_count,
        environment=dict(shape.environment),
        capture_percentage=shape.capture_percentage,
        container_startup_timeout_seconds=None
        if shape.kind == "serverless"
        else shape.container_startup_timeout_seconds,
        kind=None if shape.kind == "realtime" else shape.kind,
        inference_ami_version=shape.inference_ami_version,
        serverless=None if shape.serverless is None else shape.serverless.model_dump(exclude_none=True),
        asynchronous=_asynchronous(shape),
        data=artifact.data(),
        metrics={name: round(value, DECIMALS) for name, value in sorted(artifact.metrics().items())},
    )


def _asynchronous(shape: ServingSection) -> dict[str, Any] | None:
    """Return the options of an asynchronous release; every one has some, so that two equal ones have one digest."""
    if shape.kind != "async":
        return None
    return (shape.asynchronous or AsynchronousSection()).model_dump(exclude_none=True)


def _for_clients(running: dict[str, Any] | None, manifest: dict[str, Any], s3: S3Client) -> tuple[list[str], list[str]]:
    """Hold the new model's manifest against that of the model that serves: what breaks, and what is to be known."""
    if running is None:
        return [], []
    try:
        with tempfile.TemporaryDirectory(prefix="slipway-release-") as folder:
            old = artifacts.fetch(s3, running["model_data"], Path(folder)).manifest
    except Failure as error:
        return [f"nobody can tell what clients send today: {error}"], []
    return broken_requests(old, manifest), moved_categories(old, manifest)


def _refusal(arn: str, broken: list[str]) -> str:
    lines = "".join(f"\n  {line}" for line in broken)
    return (
        f"clients of the running model can't go on with {arn}:{lines}\n"
        "  change the clients first, then release it with --changed-schema; or train a model that keeps the features"
    )
