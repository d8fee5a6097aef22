"""Which instance types which API takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import botocore.session
import pytest

from infra.instance_types import accelerator, accepted, fitting_amis, has_local_storage, refusal

if TYPE_CHECKING:
    from infra.instance_types import Api


@pytest.mark.parametrize(
    ("api", "shape"),
    [
        ("training", "TrainingInstanceType"),
        ("processing", "ProcessingInstanceType"),
        ("hosting", "ProductionVariantInstanceType"),
    ],
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


@pytest.mark.parametrize(
    ("instance_type", "api", "said"),
    [
        ("ml.inf2.xlarge", "training", "Inferentia only serves; train on"),
        ("ml.eia2.medium", "hosting", "Elastic Inference ended in April 2024; use a GPU"),
        ("ml.eia2.medium", "training", "Elastic Inference ended"),
        ("ml.t3.large", "hosting", "offers it for training and processing only"),
    ],
)
def test_a_refusal_says_what_to_use_instead(instance_type: str, api: Api, said: str) -> None:
    reason = refusal(instance_type, api)
    assert reason is not None
    assert said in reason


def test_every_hosting_type_with_an_accelerator_has_a_host_image_and_no_other_has() -> None:
    model: Any = botocore.session.get_session().get_service_model("sagemaker")
    known = set(model.shape_for("ProductionVariantInferenceAmiVersion").enum)
    fitting = {one: set(fitting_amis(one)) for one in accepted("hosting")}
    assert set().union(*fitting.values()) == known
    assert {one for one in fitting if fitting[one]} == {one for one in fitting if accelerator(one) is not None}


@pytest.mark.parametrize(
    ("instance_type", "has"),
    [
        ("ml.g6e.xlarge", "GPU"),
        ("ml.p4d.24xlarge", "GPU"),
        ("ml.inf2.xlarge", "Neuron"),
        ("ml.trn1.2xlarge", "Neuron"),
        ("ml.m5.large", None),
        ("ml.c7g.large", None),
    ],
)
def test_accelerators_are_known_by_family(instance_type: str, has: str | None) -> None:
    assert accelerator(instance_type) == has
