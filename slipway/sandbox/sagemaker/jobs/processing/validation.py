"""What CreateProcessingJob refuses; botocore's model was checked before."""

from pathlib import PurePosixPath
from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import ApiError, validation
from slipway.sandbox.sagemaker.jobs.host import MAX_HOSTS

PROCESSING_ROOT = "/opt/ml/processing"
IO_LIMIT = 20


def validate(params: dict[str, Any], _: Context) -> None:
    """Refuse what SageMaker refuses at once, and what the sandbox cannot do. Raises ApiError."""
    inputs = params.get("ProcessingInputs", [])
    outputs = params.get("ProcessingOutputConfig", {}).get("Outputs", [])
    for what, names in (
        ("ProcessingInputs", [each["InputName"] for each in inputs]),
        ("Outputs", [each["OutputName"] for each in outputs]),
    ):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise validation(f"the names of {what} must be unique, got {', '.join(twice)} more than once")
        if len(names) > IO_LIMIT:
            raise validation(f"{what} takes at most {IO_LIMIT} entries, got {len(names)}")
    for each in inputs:
        _validate_input(each)
    for each in outputs:
        _validate_output(each)
    hosts = params["ProcessingResources"]["ClusterConfig"].get("InstanceCount", 1)
    if hosts > MAX_HOSTS:
        raise validation(f"the sandbox plays at most {MAX_HOSTS} instances of a processing job, got {hosts}")


def _validate_input(given: dict[str, Any]) -> None:
    name = given["InputName"]
    if "DatasetDefinition" in given:
        raise validation(f"input {name}: DatasetDefinition is not in the sandbox; use S3Input")
    if "S3Input" not in given:
        raise validation(f"input {name}: either S3Input or DatasetDefinition must be specified")
    source = given["S3Input"]
    if source.get("S3InputMode", "File") != "File":
        raise validation(f"input {name}: S3InputMode {source['S3InputMode']} is not in the sandbox; use File")
    if source.get("S3CompressionType", "None") != "None":
        raise validation(f"input {name}: S3CompressionType Gzip is for S3InputMode Pipe only")
    if not given.get("AppManaged"):
        _require_path(f"input {name}", source.get("LocalPath"))


def _validate_output(given: dict[str, Any]) -> None:
    name = given["OutputName"]
    if "FeatureStoreOutput" in given:
        raise validation(f"output {name}: FeatureStoreOutput is not in the sandbox; use S3Output")
    if "S3Output" not in given:
        raise validation(f"output {name}: either S3Output or FeatureStoreOutput must be specified")
    if not given.get("AppManaged"):
        _require_path(f"output {name}", given["S3Output"].get("LocalPath"))


def _require_path(what: str, path: str | None) -> None:
    if path is None:
        raise _bad_path(what, "nothing")
    parts = PurePosixPath(path)
    if ".." in parts.parts or not parts.is_relative_to(PROCESSING_ROOT):
        raise _bad_path(what, path)


def _bad_path(what: str, got: str) -> ApiError:
    return validation(f"{what}: LocalPath must be {PROCESSING_ROOT} or below it, got {got}")
