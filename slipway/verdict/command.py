"""What `slipway verdict` does: read the pin, ask AWS what serves, ask the endpoint itself, judge."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from slipway import artifact as artifacts
from slipway.failure import Failure
from slipway.release import pinned_file
from slipway.release.pin import CURRENT
from slipway.verdict.judgement import SERVES, judge, place_of
from slipway.verdict.serving import look
from slipway.verdict.smoke import ask

if TYPE_CHECKING:
    from slipway.outputs import Outputs
    from slipway.verdict.judgement import Verdict

# an answer that comes at the third try is no answer for a verdict; SageMaker itself waits 60 s for a container
IMPATIENT = Config(retries={"total_max_attempts": 1}, read_timeout=70)


def verdict(path: Path, outputs: Outputs) -> Verdict:
    """Judge the endpoint of a stack against its stack file."""
    section = pinned_file.read(path).section
    serving = look(boto3.client("sagemaker", region_name=outputs.region), outputs.serving.endpoint_name)
    place = place_of(section, serving)
    problem: str | None = None
    manifest: dict[str, Any] | None = None
    if place is not None:
        manifest, problem = _manifest(section[place], outputs)
    smoke = None
    if manifest is not None and serving.status == SERVES:
        runtime = boto3.client("sagemaker-runtime", region_name=outputs.region, config=IMPATIENT)
        smoke = ask(runtime, serving.endpoint, manifest)
    return judge(section, serving, smoke, artifact_problem=problem if place == CURRENT else None)


def _manifest(pinned: dict[str, Any], outputs: Outputs) -> tuple[dict[str, Any] | None, str | None]:
    """Return the manifest of a pinned artifact, and what is wrong with the object in its bucket."""
    try:
        with tempfile.TemporaryDirectory(prefix="slipway-verdict-") as folder:
            s3 = boto3.client("s3", region_name=outputs.region)
            artifact = artifacts.fetch(s3, pinned["model_data"], Path(folder))
    except Failure as error:
        return None, str(error)
    if artifact.sha256 != pinned["model_sha256"]:
        return artifact.manifest, (
            f"{artifact.uri} has digest {artifact.sha256}, {pinned['model_sha256']} is pinned: it was overwritten"
        )
    return artifact.manifest, None
