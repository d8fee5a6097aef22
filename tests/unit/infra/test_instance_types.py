"""Which instance types which API takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import botocore.session
import pytest

from infra.instance_types import accepted, has_local_storage, refusal

if TYPE_CHECKING:
    from infra.instance_types import Api


@pytest.mark.parametrize(
    ("api", "shape"), [("training", "TrainingInstanceType"), ("hosting", "ProductionVariantInstanceType")]
)
def test_the_table_is_botocores_enum(api: Api, shape: str) -> None:
    model: Any = botocore.session.get_session().get_service_model("sagemaker")
    assert accepted(api) == set(model.shape_for(shape).enum)


def test_an_accepted_type_is_not_refused() -> None:
    assert refusal("ml.m5.large", "hosting") is None


@pytest.mark.parametrize("instance_type", ["ml.g4dn.xlarge", "ml.g5.2xlarge", "ml.m5d.large", "ml.c6gd.large"])
def test_types_with_disks_of_their_own_are_known(instance_type: str) -> None:
    assert has_local_storage(instance_type)


@pytest.mark.parametrize(
    "instance_type", ["ml.m5.large", "ml.c6gn.large", "ml.inf2.xlarge", "ml.t2.medium", "ml.p3.2xlarge"]
)
def test_types_without_disks_of_their_own_are_known(instance_type: str) -> None:
    assert not has_local_storage(instance_type)
