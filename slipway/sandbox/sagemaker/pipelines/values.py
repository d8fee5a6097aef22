"""What references mean in one execution: its parameters, its own names and times, what its steps left."""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.sagemaker.containers.s3_objects import S3SourceError, join_uri, parse_uri
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.pipelines.definition import Definition, PropertyFile
from slipway.sandbox.sagemaker.pipelines.errors import UnresolvedError
from slipway.sandbox.sagemaker.pipelines.parameters import bind
from slipway.sandbox.sagemaker.pipelines.record import KIND, written_time
from slipway.sandbox.sagemaker.pipelines.references import Path, resolve, select


class Values:
    """Resolves the arguments of steps. Raises UnresolvedError."""

    def __init__(self, context: Context, record: dict[str, Any], definition: Definition) -> None:
        self._context = context
        self._arn: str = record["PipelineExecutionArn"]
        self._definition = definition
        self._parameters = bind(definition.parameters, record["PipelineParameters"])
        self._execution = {
            "PipelineExecutionId": self._arn.rpartition("/")[2],
            "PipelineExecutionArn": self._arn,
            "PipelineName": record["PipelineName"],
            "PipelineArn": record["PipelineArn"],
            "StartDateTime": written_time(record["CreationTime"]),
        }

    def of(self, arguments: Any) -> Any:
        """Return arguments with every reference replaced."""
        return resolve(arguments, self._look_up, self._read_json)

    def _look_up(self, path: Path) -> Any:
        root, name, rest = path[0], str(path[1]), path[2:]
        whole = ".".join(map(str, path))
        if root == "Parameters":
            return self._parameters[name]
        if root == "Execution":
            return written_time(self._context.now()) if name == "CurrentDateTime" else self._execution[name]
        properties = self._properties(name)
        if rest[:1] == ("PropertyFiles",):
            return self._location(self._definition.steps[name].property_files[str(rest[1])], properties, whole)
        return select(properties, rest, whole)

    def _properties(self, step: str) -> dict[str, Any]:
        record = self._context.store.get(self._context.scope, KIND, self._arn) or {"Steps": {}}
        properties: dict[str, Any] = record["Steps"].get(step, {}).get("Properties", {})
        return properties

    def _location(self, file: PropertyFile, properties: dict[str, Any], whole: str) -> str:
        path = ("ProcessingOutputConfig", "Outputs", file.output, "S3Output", "S3Uri")
        return join_uri(select(properties, path, whole), file.path.lstrip("/"))

    def _read_json(self, uri: Any) -> Any:
        try:
            bucket, key = parse_uri(str(uri))
            body = self._context.aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            return json.loads(body)
        except (S3SourceError, ClientError, BotoCoreError, ValueError) as error:
            raise UnresolvedError(f"the property file {uri} cannot be read: {error}") from error
