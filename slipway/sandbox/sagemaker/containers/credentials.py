"""The AWS variables that a container gets, so that its own boto3 talks to this sandbox and nothing else."""

from slipway.sandbox.sagemaker.context import Context


def aws_environment(context: Context) -> dict[str, str]:
    """Return region, credentials and endpoint of a context: its account's, or those of the role that it acts as."""
    credentials = context.aws.credentials
    token = {} if credentials.token is None else {"AWS_SESSION_TOKEN": credentials.token}
    return {
        "AWS_REGION": context.scope.region,
        "AWS_DEFAULT_REGION": context.scope.region,
        "AWS_ENDPOINT_URL": str(context.aws.client("s3").meta.endpoint_url),
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret,
        **token,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }
