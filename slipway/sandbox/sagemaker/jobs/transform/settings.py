"""How a transform job asks its container: batches, payloads, parallel requests; pure.

A container may answer GET /execution-parameters with settings of its own for what the job leaves open. Source: the
developer guide's page "Use Your Own Inference Code with Batch Transform".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_PAYLOAD_MB = 100
_MEBIBYTE = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Of one job."""

    concurrent: int
    payload_bytes: int
    """Of one request, at most."""
    single_record: bool
    timeout: float
    """Seconds for one request."""
    retries: int


def settings_of(record: Mapping[str, Any], suggested: Mapping[str, Any]) -> Settings:
    """Return a job's settings: its own, then what the container suggests, then SageMaker's defaults."""
    client = record.get("ModelClientConfig", {})
    strategy = record.get("BatchStrategy") or str(suggested.get("BatchStrategy", "MULTI_RECORD"))
    concurrent = record.get("MaxConcurrentTransforms") or suggested.get("MaxConcurrentTransforms") or 1
    # 0 means no limit of its own; whatever comes, the sandbox holds payloads in memory
    megabytes = record.get("MaxPayloadInMB", suggested.get("MaxPayloadInMB", 6)) or MOST_PAYLOAD_MB
    return Settings(
        concurrent=max(1, int(concurrent)),
        payload_bytes=int(megabytes) * _MEBIBYTE,
        single_record=strategy.upper().replace("_", "") == "SINGLERECORD",
        timeout=float(client.get("InvocationsTimeoutInSeconds", 600)),
        retries=int(client.get("InvocationsMaxRetries", 3)),
    )


def suggestions(body: bytes) -> dict[str, Any]:
    """Read the answer of /execution-parameters; one that is no JSON object suggests nothing."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def environment(record: Mapping[str, Any]) -> dict[str, str]:
    """Return what SageMaker tells a container about the job that it runs for, and the job's own variables."""
    told = {
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": str(record.get("MaxPayloadInMB", 6)),
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": str(record.get("MaxConcurrentTransforms", 1)),
    }
    if "BatchStrategy" in record:
        single = record["BatchStrategy"] == "SingleRecord"
        told["SAGEMAKER_BATCH_STRATEGY"] = "SINGLE_RECORD" if single else "MULTI_RECORD"
    return told | dict(record.get("Environment", {}))
