"""What the sandbox answers about jobs and pipelines has every member that botocore's model requires, and no other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.model import ListShape, MapShape, Shape, StructureShape

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

ROLE = "arn:aws:iam::123456789012:role/worker"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-test/{}:1"
MODEL = botocore.session.get_session().get_service_model("sagemaker")


def test_answers_about_processing_jobs_fit_the_model(world: Any) -> None:
    name = world.name("job")
    asked = {
        "ProcessingJobName": name,
        "RoleArn": ROLE,
        "AppSpecification": {"ImageUri": IMAGE.format("x"), "ContainerEntrypoint": ["python", "-c", "print(1)"]},
        "ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}},
    }
    assert set(checked(world, "CreateProcessingJob", asked)) == {"ProcessingJobArn"}
    described = checked(world, "DescribeProcessingJob", {"ProcessingJobName": name})
    assert described["AppSpecification"] == asked["AppSpecification"]
    assert checked(world, "ListProcessingJobs", {"NameContains": name})["ProcessingJobSummaries"]


def test_answers_about_transform_jobs_fit_the_model(world: Any) -> None:
    name = world.name("job")
    world.put(f"{name}/in/a", "x")
    checked(world, "CreateModel", {"ModelName": name, "PrimaryContainer": {"Image": IMAGE.format("x")}})
    asked = {
        "TransformJobName": name,
        "ModelName": name,
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://lake/{name}/"}}},
        "TransformOutput": {"S3OutputPath": f"s3://lake/{name}-out"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    checked(world, "CreateTransformJob", asked)
    described = checked(world, "DescribeTransformJob", {"TransformJobName": name})
    assert described["TransformInput"] == asked["TransformInput"]
    assert checked(world, "ListTransformJobs", {"NameContains": name})["TransformJobSummaries"]


def test_answers_about_pipelines_fit_the_model(world: Any) -> None:
    name = world.name("pipeline")
    definition = {
        "Version": "2020-12-01",
        "Steps": [{"Name": "s", "Type": "Fail", "Arguments": {"ErrorMessage": "no"}}],
    }
    token = {"ClientRequestToken": "t" * 32}
    checked(
        world,
        "CreatePipeline",
        {"PipelineName": name, "PipelineDefinition": json.dumps(definition), "RoleArn": ROLE, **token},
    )
    arn = checked(world, "StartPipelineExecution", {"PipelineName": name, **token})
    world.until(
        lambda: checked(world, "DescribePipelineExecution", arn)["PipelineExecutionStatus"] == "Failed", "the end"
    )
    described = checked(world, "DescribePipelineExecution", arn)
    assert described["FailureReason"] == "Step failure: One or multiple steps failed."
    (step,) = checked(world, "ListPipelineExecutionSteps", arn)["PipelineExecutionSteps"]
    assert step["Metadata"] == {"Fail": {"ErrorMessage": "no"}}
    checked(world, "DescribePipelineDefinitionForExecution", arn)
    checked(world, "ListPipelineParametersForExecution", arn)
    (summary,) = checked(world, "ListPipelineExecutions", {"PipelineName": name})["PipelineExecutionSummaries"]
    assert summary["PipelineExecutionFailureReason"] == described["FailureReason"]
    checked(world, "DescribePipeline", {"PipelineName": name})


def checked(world: Any, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """Call an operation without botocore's parser, which would hide what is wrong; return the answer as it came."""
    credentials = json.loads((world.state / "credentials.json").read_text(encoding="utf-8"))
    url = f"http://127.0.0.1:{world.port}/"
    request = AWSRequest("POST", url, data=json.dumps(params).encode())
    request.headers["X-Amz-Target"] = f"SageMaker.{operation}"
    request.headers["Content-Type"] = "application/x-amz-json-1.1"
    keys = Credentials(credentials["access_key_id"], credentials["secret_access_key"])
    SigV4Auth(keys, "sagemaker", "us-east-1").add_auth(request)
    with urlopen(Request(url, data=request.data, headers=dict(request.headers)), timeout=30) as answer:
        body: dict[str, Any] = json.loads(answer.read() or b"{}")
    shape = MODEL.operation_model(operation).output_shape
    assert list(misfits(shape, body, operation)) == []
    return body


def misfits(shape: Shape | None, value: Any, path: str) -> Iterator[str]:
    """Return what is missing or unknown below a value."""
    if isinstance(shape, StructureShape):
        yield from (f"{path}.{name} is missing" for name in shape.required_members if name not in value)
        for name, item in value.items():
            if name in shape.members:
                yield from misfits(shape.members[name], item, f"{path}.{name}")
            else:
                yield f"{path}.{name} is unknown"
    elif isinstance(shape, ListShape):
        for item in value:
            yield from misfits(shape.member, item, f"{path}[]")
    elif isinstance(shape, MapShape):
        for item in value.values():
            yield from misfits(shape.value, item, f"{path}{{}}")
