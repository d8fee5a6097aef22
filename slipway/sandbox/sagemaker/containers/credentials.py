"""The AWS variables that a container gets, so that its own boto3 talks to this sandbox and nothing else."""

import json
from typing import Any

from slipway.sandbox.sagemaker.context import Context


def aws_environment(context: Context) -> dict[str, str]:
    """Return region, credentials and endpoint of the scope that the container runs in."""
    return {
        "AWS_REGION": context.scope.region,
        "AWS_DEFAULT_REGION": context.scope.region,
        "AWS_ENDPOINT_URL": str(context.aws.client("s3").meta.endpoint_url),
        "AWS_ACCESS_KEY_ID": context.scope.account,
        "AWS_SECRET_ACCESS_KEY": _secret(context),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }


def _secret(context: Context) -> str:
    path = context.state_dir / "credentials.json"
    if not path.is_file():
        return ""
    credentials: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return str(credentials.get("secret_access_key", ""))
