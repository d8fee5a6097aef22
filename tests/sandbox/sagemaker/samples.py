"""The smallest request that botocore's model allows for an operation: required members only, each of its simplest."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from slipway.sandbox.sagemaker import kinds, protocol
from slipway.sandbox.sagemaker.rules import problems

ACCOUNT, REGION = "111122223333", "us-east-1"
TEXTS = (
    "a-name",
    "abcdefghijkl",
    "d-abcdefghijkl",
    "1.0.0",
    "s3://bucket/key",
    "https://x.example/y",
    f"arn:aws:iam::{ACCOUNT}:role/r",
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f",
    f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/c",
    f"arn:aws:sagemaker:{REGION}:aws:hub-content/SageMakerPublicHub/Model/m/1.0.0",
    f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/a/1",
    f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:extension/eks-abc/x/abc",
    f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:partner-app/app-ABCDEFGHIJKL",
    f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/x:latest",
    "us-east-1_abc",
    "sg-12345678",
    "subnet-12345678",
    "{}",
    "/opt/ml/x",
    "tpo-abcdefgh",
)
NUMBERS = {"integer": 1, "long": 1, "float": 0.0, "double": 0.0}
EXTRA: dict[str, dict[str, Any]] = {
    "CreateCompilationJob": {
        "InputConfig": {"S3Uri": "s3://bucket/model.tar.gz", "Framework": "ONNX"},
    },
    **{
        f"Create{noun}JobDefinition": {
            f"{noun}JobInput": {
                "EndpointInput": {"EndpointName": "a-name", "LocalPath": "/opt/ml/x"},
                **(
                    {}
                    if noun in {"DataQuality", "ModelExplainability"}
                    else {"GroundTruthS3Input": {"S3Uri": "s3://b/k"}}
                ),
            }
        }
        for noun in ("DataQuality", "ModelBias", "ModelExplainability", "ModelQuality")
    },
}
"""What the model calls optional and the service needs, or answers only then."""


def request(operation: str) -> dict[str, Any]:
    """Return the parameters of the smallest request."""
    shape = protocol.operation_model(operation).input_shape
    names = [] if shape is None else shape.required_members
    return {name: _sample(protocol.input_members(operation)[name]) for name in names} | EXTRA.get(operation, {})


def _sample(shape: Shape) -> Any:
    if isinstance(shape, StructureShape):
        # one of nothing is no value: AWS's own answers leave empty structures out
        names = shape.required_members or list(shape.members)[:1]
        return {name: _sample(shape.members[name]) for name in names}
    if isinstance(shape, ListShape):
        return [_sample(shape.member)] * max(1, shape.metadata.get("min") or 0)
    if isinstance(shape, MapShape):
        return {_sample(shape.key): _sample(shape.value)}
    if isinstance(shape, StringShape):
        return shape.enum[0] if shape.enum else _text(shape)
    if shape.type_name in NUMBERS:
        return max(NUMBERS[shape.type_name], shape.metadata.get("min") or 0)
    return {"boolean": True, "timestamp": 1_700_000_000, "blob": "YQ=="}[shape.type_name]


def _text(shape: StringShape) -> str:
    least = shape.metadata.get("min") or 1
    for text in _texts():
        for candidate in (text, (text * least)[: max(least, 1)]):
            if not problems(shape, candidate):
                return candidate
    raise LookupError(f"no text in TEXTS fits {shape.name}: {shape.metadata}")


@cache
def _texts() -> tuple[str, ...]:
    arns = [f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{word}/abcdefghijkl" for word in kinds.by_arn_word()]
    return (*TEXTS, *arns)
