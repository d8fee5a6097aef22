"""What `slipway verdict` does: read the pin, ask AWS what serves, ask the endpoint itself, judge."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from slipway.pinned import file as pinned_file
from slipway.pinned.account import require_account
from slipway.pinned.matching import place_of
from slipway.pinned.pin import CURRENT
from slipway.pinned.serving import IN_PROGRESS, SERVES, look
from slipway.verdict.judgement import Evidence, judge
from slipway.verdict.smoke import ask
from slipway.verdict.startable import Parts, look_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_sagemaker import SageMakerClient

    from slipway.outputs import Outputs
    from slipway.pinned.serving import Serving
    from slipway.verdict.judgement import Verdict

POLL_SECONDS = 5.0
# a moment's throttling says nothing of the endpoint; SageMaker waits 60 s for a container
PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 5}, read_timeout=70)


def verdict(path: Path, outputs: Outputs, *, wait_seconds: float = 0.0) -> Verdict:
    """Judge the endpoint of a stack against its stack file.

    An endpoint that is changing (an autoscaler changes it, too) is waited for as long as `wait_seconds`.
    """
    section = pinned_file.read(path).section
    require_account(boto3.client("sts", region_name=outputs.region, config=PATIENT), outputs)
    sagemaker = boto3.client("sagemaker", region_name=outputs.region, config=PATIENT)
    serving = settled(sagemaker, outputs.serving.endpoint_name, wait_seconds=wait_seconds)
    place = place_of(section, serving)
    parts = Parts()
    if place is not None:
        s3 = boto3.client("s3", region_name=outputs.region, config=PATIENT)
        parts = look_for(section[place], s3, _ecr)
    smoke = None
    if parts.manifest is not None and serving.status == SERVES:
        runtime = boto3.client("sagemaker-runtime", region_name=outputs.region, config=PATIENT)
        smoke = ask(runtime, serving.endpoint, parts.manifest)
    pinned = place == CURRENT
    return judge(
        section,
        serving,
        Evidence(
            rolled_out=outputs.rolled_out,
            smoke=smoke,
            lost=tuple(parts.lost) if pinned else (),
            unknown=tuple(parts.unknown) if pinned else (),
        ),
    )


def settled(
    sagemaker: SageMakerClient,
    endpoint: str,
    *,
    wait_seconds: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Serving:
    """Return what an endpoint serves, once it is no longer changing or the time is up."""
    until = clock() + wait_seconds
    while True:
        serving = look(sagemaker, endpoint)
        left = until - clock()
        if serving.status not in IN_PROGRESS or left <= 0:
            return serving
        sleep(min(POLL_SECONDS, left))


def _ecr(region: str) -> ECRClient:
    return boto3.client("ecr", region_name=region, config=PATIENT)
