"""What a model's containers need before they start: image, environment and /opt/ml, as one plan per container."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway.sandbox.sagemaker.containers import images
from slipway.sandbox.sagemaker.containers.archives import UnsafeArchiveError, unpack
from slipway.sandbox.sagemaker.containers.images import Command, ImageNotRunnableError
from slipway.sandbox.sagemaker.containers.s3_objects import (
    S3SourceError,
    fetch,
    fetch_all,
    list_keys,
    parse_uri,
    relative_target,
)
from slipway.sandbox.sagemaker.containers.submitted_code import bring_code
from slipway.sandbox.sagemaker.containers.workspace import SERVING_FOLDERS, Workspace
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints import script_server
from slipway.sandbox.sagemaker.execution_roles import refused_pull

EXTRA = "additional-model-data-sources"


class ModelNotDeployableError(Exception):
    """A model's files or image cannot be had; the message becomes the endpoint's FailureReason."""


@dataclass(frozen=True, kw_only=True)
class ContainerPlan:
    """One container of a model, ready to be started as often as there are instances."""

    name: str
    image: str
    command: Command
    environment: Mapping[str, str]
    workspace: Workspace
    notes: tuple[str, ...]
    """Lines for the log that tell where this differs from AWS."""


def containers_of(model: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a model's containers in the order that a request passes them."""
    if "Containers" in model:
        found: list[dict[str, Any]] = model["Containers"]
        return found
    return [model["PrimaryContainer"]] if "PrimaryContainer" in model else []


def images_of(model: Mapping[str, Any]) -> list[str]:
    """Return the images that a model's containers name themselves; model packages name the others."""
    return [each["Image"] for each in containers_of(model) if "Image" in each]


def plan_containers(model: Mapping[str, Any], root: Path, context: Context) -> list[ContainerPlan]:
    """Download and unpack what a model's containers need below `root`. Raises ModelNotDeployableError."""
    plans = []
    definitions = containers_of(model)
    for number, definition in enumerate(definitions, start=1):
        name = definition.get("ContainerHostname") or ("primary" if len(definitions) == 1 else f"container-{number}")
        try:
            plans.append(_plan(_resolved(definition, context), name, Workspace(root / name), context))
        except (S3SourceError, UnsafeArchiveError, ImageNotRunnableError) as error:
            raise ModelNotDeployableError(f"model {model['ModelName']}, container {name}: {error}") from error
    if not plans:
        raise ModelNotDeployableError(f"model {model['ModelName']} has no container")
    return plans


def _resolved(definition: dict[str, Any], context: Context) -> dict[str, Any]:
    """Replace a model package by the container that it stands for; what the definition itself says wins."""
    package = definition.get("ModelPackageName")
    if package is None:
        return definition
    client = context.aws.client("sagemaker")
    try:
        described = client.describe_model_package(ModelPackageName=package)
    except client.exceptions.ClientError as error:
        raise S3SourceError(f"model package {package}: {error.response['Error']['Message']}") from error
    containers = described.get("InferenceSpecification", {}).get("Containers", [])
    if len(containers) != 1:
        raise S3SourceError(f"model package {package} must have one container to run here, it has {len(containers)}")
    merged = {**containers[0], **definition}
    merged["Environment"] = {**containers[0].get("Environment", {}), **definition.get("Environment", {})}
    return merged


def _plan(definition: dict[str, Any], name: str, workspace: Workspace, context: Context) -> ContainerPlan:
    if definition.get("Mode") == "MultiModel":
        raise ImageNotRunnableError("Mode MultiModel is not in the sandbox; use SingleModel")
    image = definition.get("Image")
    if image is None:
        raise ImageNotRunnableError("no Image is given")
    refusal = refused_pull(context, image)
    if refusal is not None:
        raise ImageNotRunnableError(f"cannot pull {image}: {refusal}")
    workspace.prepare(SERVING_FOLDERS)
    s3 = context.aws.client("s3")
    if "ModelDataUrl" in definition:
        _bring(s3, definition["ModelDataUrl"], "S3Object", "Gzip", workspace.ml / "model", workspace.scratch)
    source = definition.get("ModelDataSource", {}).get("S3DataSource")
    if source is not None:
        _bring_source(s3, source, workspace.ml / "model", workspace.scratch)
    for extra in definition.get("AdditionalModelDataSources", []):
        _bring_source(s3, extra["S3DataSource"], workspace.ml / EXTRA / extra["ChannelName"], workspace.scratch)
    environment = definition.get("Environment", {})
    command, notes = _command(s3, image, environment, workspace, context)
    return ContainerPlan(
        name=name, image=image, command=command, environment=environment, workspace=workspace, notes=notes
    )


def _command(
    s3: Any, image: str, environment: Mapping[str, str], workspace: Workspace, context: Context
) -> tuple[Command, tuple[str, ...]]:
    """Return what serves, and what its log must say: the project's Dockerfile, then the script in the model's archive.

    The script stands for AWS's own images: environment.py of sagemaker-inference 1.10.1. Raises ImageNotRunnableError.
    """
    if not images.image_is_of_project(image, context.project):
        code, program = workspace.ml / "model/code", environment.get("SAGEMAKER_PROGRAM") or "inference.py"
        notes = bring_code(s3, environment.get("SAGEMAKER_SUBMIT_DIRECTORY"), code, workspace.scratch)
        if (code / program).is_file():
            # -P: the server's own folder must not hide the script's modules
            argv = ("python", "-P", script_server.__file__, "/opt/ml/model", program)
            return Command(argv=argv, environment={"PYTHONPATH": "/opt/ml/model/code"}, folder="/opt/ml/model"), notes
    return images.resolve(image, "serve", context.project), ()


def _bring_source(s3: Any, source: dict[str, Any], folder: Path, scratch: Path) -> None:
    _bring(s3, source["S3Uri"], source["S3DataType"], source.get("CompressionType", "None"), folder, scratch)


def _bring(s3: Any, uri: str, kind: str, compression: str, folder: Path, scratch: Path) -> None:
    """Fill a folder from an object or a prefix; Gzip means one tar.gz that is unpacked."""
    bucket, key = parse_uri(uri)
    folder.mkdir(parents=True, exist_ok=True)
    if compression == "Gzip":
        archive = scratch / "artifact.tar.gz"
        fetch(s3, bucket, key, archive)
        try:
            unpack(archive, folder)
        except UnsafeArchiveError as error:
            raise UnsafeArchiveError(f"{uri}: {error}") from error
        finally:
            archive.unlink()
        return
    if kind == "S3Object":
        fetch(s3, bucket, key, folder / key.rsplit("/", 1)[-1])
        return
    if not key.endswith("/"):
        raise S3SourceError(f"{uri} is an uncompressed S3Prefix, so it must end with a slash")
    found = [(bucket, each, relative_target(each, key)) for each in list_keys(s3, bucket, key)]
    wanted = [(where, each, folder / target) for where, each, target in found if target is not None]
    if not wanted:
        raise S3SourceError(f"no object below {uri}")
    fetch_all(s3, wanted)
