"""An endpoint is made, rolled forward in place, rolled back by AWS and deleted.

With real serving processes behind it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import grpc
import pytest

from slipway.sandbox.provider.protocol import provider_pb2, status_pb2

pytestmark = pytest.mark.slow

ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-dev"


@pytest.fixture(scope="module")
def configs(engine: Any, world: dict[str, str]) -> Iterator[dict[str, str]]:
    """Endpoint configurations by what their image does."""
    made = []
    found = {}
    for name, image in {"works": "works", "works too": "works", "breaks": "breaks"}.items():
        model = engine.create(
            "aws:sagemaker/model:Model",
            f"endpoint-{image}",
            {"executionRoleArn": world["role_arn"], "primaryContainer": {"image": f"{IMAGE}/{image}:1"}},
        )
        variant = {
            "variantName": "champion",
            "modelName": model.id,
            "instanceType": "ml.m5.large",
            "initialInstanceCount": 1,
            "initialVariantWeight": 1,
        }
        config = engine.create(
            "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
            f"endpoint-{image}",
            {"productionVariants": [variant]},
        )
        made += [model, config]
        found[name] = config.id
    yield found
    for resource in reversed(made):
        engine.delete(resource)


def half_made(error: Any) -> provider_pb2.ErrorResourceInitFailed:
    details: dict[str, bytes] = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(details["grpc-status-details-bin"])
    found = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(found)
    return found


def test_an_endpoint_serves_rolls_forward_rolls_back_silently_and_goes(
    engine: Any, configs: dict[str, str], boto: Any
) -> None:
    given = {"name": "conformance-endpoint", "endpointConfigName": configs["works"]}
    endpoint = engine.create(ENDPOINT, "scorer", given)
    try:
        assert endpoint.outputs["arn"].endswith(":endpoint/conformance-endpoint")
        imported = engine.imported(ENDPOINT, "scorer", "conformance-endpoint")
        assert imported is not None
        assert not engine.diff(imported, given)[0].diffs

        forward = {**given, "endpointConfigName": configs["works too"]}
        assert list(engine.update(endpoint, forward).diffs) == ["endpointConfigName"]
        assert engine.refresh(endpoint)
        assert endpoint.inputs["endpointConfigName"] == configs["works too"]

        # a second try, from a state that does not know of the first one, does nothing
        before = modified(boto)
        behind = replace(endpoint, inputs={**endpoint.inputs, **given}, outputs={**endpoint.outputs, **given})
        engine.update(behind, forward)
        assert behind.outputs["endpointConfigName"] == configs["works too"]
        assert modified(boto) == before

        broken = {**given, "endpointConfigName": configs["breaks"]}
        assert list(engine.update(endpoint, broken).diffs) == ["endpointConfigName"]
        assert endpoint.inputs["endpointConfigName"] == configs["breaks"]
        assert endpoint.outputs["endpointConfigName"] == configs["works too"]

        # without a refresh: the program that still wants it plans it again, one that wants what serves plans nothing
        assert list(engine.diff(endpoint, broken)[0].diffs) == ["endpointConfigName"]
        assert not engine.diff(endpoint, forward)[0].diffs
        assert list(engine.update(endpoint, broken).diffs) == ["endpointConfigName"]
        assert endpoint.outputs["endpointConfigName"] == configs["works too"]

        assert engine.refresh(endpoint)
        assert endpoint.inputs["endpointConfigName"] == configs["works too"]
        assert not engine.diff(endpoint, forward)[0].diffs
    finally:
        engine.delete(endpoint)
    assert not engine.refresh(endpoint)
    engine.delete(endpoint)


def modified(boto: Any) -> Any:
    return boto("sagemaker").describe_endpoint(EndpointName="conformance-endpoint")["LastModifiedTime"]


def test_an_endpoint_that_never_serves_is_half_made_and_can_be_deleted(engine: Any, configs: dict[str, str]) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        engine.create(ENDPOINT, "broken", {"name": "conformance-broken", "endpointConfigName": configs["breaks"]})
    failed = half_made(caught.value)
    assert failed.id == "conformance-broken"
    assert "Failed" in failed.reasons[0]
    imported = engine.imported(ENDPOINT, "broken", failed.id)
    assert imported is not None
    engine.delete(imported)
    assert not engine.refresh(imported)
