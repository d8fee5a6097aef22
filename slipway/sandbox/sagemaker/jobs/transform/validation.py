"""What CreateTransformJob refuses; botocore's model was checked before."""

from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints.model_files import containers_of
from slipway.sandbox.sagemaker.endpoints.record import MODEL_KIND
from slipway.sandbox.sagemaker.errors import could_not_find, validation
from slipway.sandbox.sagemaker.jobs.transform.data_processing import DataProcessingError, plan_of
from slipway.sandbox.sagemaker.jobs.transform.settings import MOST_PAYLOAD_MB


def validate(params: dict[str, Any], context: Context) -> None:
    """Refuse what SageMaker refuses at once, and what the sandbox cannot do. Raises ApiError."""
    _require_model(params["ModelName"], context)
    given, output = params["TransformInput"], params["TransformOutput"]
    kind = given["DataSource"]["S3DataSource"]["S3DataType"]
    if kind not in {"S3Prefix", "ManifestFile"}:
        raise validation(f"S3DataType {kind} is not in the sandbox; use S3Prefix or ManifestFile")
    if given.get("SplitType") in {"RecordIO", "TFRecord"}:
        raise validation(f"SplitType {given['SplitType']} is not in the sandbox; use None or Line")
    if not output["S3OutputPath"].startswith("s3://"):
        raise validation(f"S3OutputPath must start with s3://, got {output['S3OutputPath']!r}")
    if "DataCaptureConfig" in params:
        raise validation("DataCaptureConfig of a transform job is not in the sandbox; leave it out")
    if params.get("MaxPayloadInMB", 0) > MOST_PAYLOAD_MB:
        raise validation(f"MaxPayloadInMB is at most {MOST_PAYLOAD_MB}, got {params['MaxPayloadInMB']}")
    try:
        plan_of(params)
    except DataProcessingError as error:
        raise validation(str(error)) from error


def _require_model(name: str, context: Context) -> None:
    model = context.store.get(context.scope, MODEL_KIND, name)
    if model is None:
        # as AWS answers it, although the operation declares ResourceNotFound
        raise could_not_find("model", context.scope.arn(f"model/{name.lower()}"))
    for container in containers_of(model):
        source = container.get("ModelDataSource", {}).get("S3DataSource", {})
        if source.get("CompressionType", "Gzip") == "None":
            raise validation(f"model {name} has uncompressed model data, which batch transform does not take")
