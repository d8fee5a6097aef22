"""What CreatePipeline and UpdatePipeline do before a pipeline is remembered."""

from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import validation


def pipeline_definition(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return the parameters with the definition in place: one given in S3 is read once, when the pipeline is made.

    Raises ApiError for a definition that the sandbox cannot run, naming the step.
    """
    # with the first pipeline: the sandbox answers before that
    from slipway.sandbox.sagemaker.pipelines.definition import parse_definition  # noqa: PLC0415
    from slipway.sandbox.sagemaker.pipelines.errors import DefinitionError  # noqa: PLC0415

    location = params.get("PipelineDefinitionS3Location")
    given = dict(params)
    if location is not None:
        from botocore.exceptions import ClientError  # noqa: PLC0415

        version = {"VersionId": location["VersionId"]} if "VersionId" in location else {}
        try:
            answer = context.aws.s3.get_object(Bucket=location["Bucket"], Key=location["ObjectKey"], **version)
        except ClientError as error:
            raise validation(f"cannot read the pipeline definition in S3: {error}") from error
        given["PipelineDefinition"] = answer["Body"].read().decode()
        del given["PipelineDefinitionS3Location"]
    definition = given.get("PipelineDefinition")
    if definition is not None:
        try:
            parse_definition(definition)
        except DefinitionError as error:
            raise validation(f"Pipeline definition: {error}") from error
    return given
