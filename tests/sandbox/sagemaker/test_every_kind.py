"""Every kind that is only remembered, from its creation to its end; each answer is held to botocore's output shape."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from slipway.sandbox.sagemaker import kinds, protocol
from slipway.sandbox.sagemaker.context import Context, Scope
from slipway.sandbox.sagemaker.errors import ApiError
from slipway.sandbox.sagemaker.kind_facts import REMEMBERED, SWITCHES, UNDONE
from slipway.sandbox.sagemaker.rules import problems
from slipway.sandbox.sagemaker.service import dispatch, operations
from slipway.sandbox.sagemaker.store import Store
from tests.sandbox.sagemaker.samples import ACCOUNT, REGION, request

if TYPE_CHECKING:
    from pathlib import Path

    from slipway.sandbox.sagemaker.kinds import Kind

Record = dict[str, Any]
NOT_HERE = {
    "StartInferenceExperiment": "its shadow traffic would have to flow",
}
TOLD_OTHERWISE = {"InstanceGroups", "ModelVariants", "UiTemplate"}
"""What AWS answers with more, or less, than it was given."""


class Account:
    """An account without any AWS around it: what is only remembered needs none."""

    def __init__(self, folder: Path) -> None:
        nothing = cast("Any", None)
        self.context = Context(Scope(ACCOUNT, REGION), Store(folder / "store"), nothing, folder, folder)

    def __call__(self, operation: str, params: Record) -> Record:
        """Run an operation as the service does, and hold its answer to the model."""
        parsed = protocol.parse(operation, json.dumps(params).encode())
        answer = json.loads(protocol.serialise(operation, dispatch(operation, parsed, self.context)) or b"{}")
        shape = protocol.operation_model(operation).output_shape
        assert shape is None or problems(shape, answer) == []
        return cast("Record", answer)

    def made(self, entry: Kind) -> tuple[Record, Record]:
        """Create one of a kind; returns what was asked and what it is found by."""
        asked = request(f"Create{entry.noun}")
        answer = self(f"Create{entry.noun}", asked)
        return asked, {
            name: answer.get(name) or asked.get(name) or answer.get(entry.arn_member) for name in entry.identity
        }


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """Give an empty account."""
    return Account(tmp_path)


def served(verb: str, noun: str) -> bool:
    """Tell whether AWS has the operation; the sandbox then must have it too, or say in NOT_HERE why not."""
    operation = f"{verb}{noun}"
    if operation not in protocol.model().operation_names or operation in NOT_HERE:
        return False
    assert operation in operations()
    return True


@pytest.mark.parametrize("noun", [*REMEMBERED, *UNDONE])
def test_what_is_created_is_described_listed_changed_and_forgotten(noun: str, account: Account) -> None:
    entry = kinds.kind(noun)
    asked, identity = account.made(entry)
    described = account(f"Describe{noun}", identity)
    inner = described[entry.wrapper] if entry.wrapper else described
    for name, value in asked.items():
        assert name not in inner or name in TOLD_OTHERWISE or inner[name] == value
    if entry.list_operation is not None:
        where = request(entry.list_operation)
        where = {name: asked.get(name, value) for name, value in where.items()}
        assert len(account(entry.list_operation, where)[entry.list_member]) == 1
    if served("Update", noun):
        account(f"Update{noun}", request(f"Update{noun}") | identity)
        account(f"Describe{noun}", identity)
    for verb in SWITCHES.get(noun, ()):
        if not served(verb, noun):
            continue
        account(f"{verb}{noun}", request(f"{verb}{noun}") | identity)
        now = account(f"Describe{noun}", identity)
        assert now[str(entry.status_member)] == SWITCHES[noun][verb]
    if served("Delete", noun):
        taken = protocol.input_members(f"Delete{noun}")
        named = {name: value for name, value in identity.items() if name in taken}
        account(f"Delete{noun}", request(f"Delete{noun}") | named)
        with pytest.raises(ApiError) as gone:
            account(f"Describe{noun}", identity)
        declared = {shape.name for shape in protocol.operation_model(f"Describe{noun}").error_shapes}
        assert gone.value.code in (declared or {"ValidationException"})


NAMELESS = {"Artifact", "ClusterExtension", "PartnerApp"}
"""Kinds that AWS finds by an ARN of its own making."""


@pytest.mark.parametrize("noun", sorted(set(REMEMBERED) - NAMELESS))
def test_a_name_is_given_once(noun: str, account: Account) -> None:
    entry = kinds.kind(noun)
    account.made(entry)
    with pytest.raises(ApiError) as refused:
        account.made(entry)
    declared = {shape.name for shape in protocol.operation_model(f"Create{noun}").error_shapes}
    assert refused.value.code in declared | {"ValidationException"}


@pytest.mark.parametrize("noun", UNDONE)
def test_work_that_is_not_done_here_fails_and_says_so(noun: str, account: Account) -> None:
    entry = kinds.kind(noun)
    _, identity = account.made(entry)
    described = account(f"Describe{noun}", identity)
    inner = described[entry.wrapper] if entry.wrapper else described
    assert inner[str(entry.status_member)] in {"Failed", "FAILED"}
    if "FailureReason" in protocol.output_members(f"Describe{noun}"):
        assert inner["FailureReason"] == f"the sandbox does not do the work of a {noun}"


def test_a_notebook_is_switched_off_before_it_is_deleted(account: Account) -> None:
    _, identity = account.made(kinds.kind("NotebookInstance"))
    with pytest.raises(ApiError, match="InService; stop it before deleting it"):
        account("DeleteNotebookInstance", identity)
    account("StopNotebookInstance", identity)
    account("DeleteNotebookInstance", identity)


def test_versions_of_an_image_are_numbered_and_found_by_number_by_alias_or_as_the_newest(account: Account) -> None:
    name = {"ImageName": account.made(kinds.kind("Image"))[0]["ImageName"]}
    for number in (1, 2):
        asked = name | {"BaseImage": f"b:{number}", "ClientToken": f"t{number}", "Aliases": [f"alias-{number}"]}
        arn = account("CreateImageVersion", asked)["ImageVersionArn"]
        assert account("CreateImageVersion", asked)["ImageVersionArn"] == arn
    assert account("DescribeImageVersion", name)["BaseImage"] == "b:2"
    assert account("DescribeImageVersion", name | {"Version": 1})["BaseImage"] == "b:1"
    assert account("DescribeImageVersion", name | {"Alias": "alias-1"})["Version"] == 1
    assert len(account("ListImageVersions", name)["ImageVersions"]) == 2
    with pytest.raises(ApiError, match="another version has: alias-1"):
        account("UpdateImageVersion", name | {"Version": 2, "AliasesToAdd": ["alias-1"]})
    account("UpdateImageVersion", name | {"Version": 1, "AliasesToDelete": ["alias-1"]})
    assert account("ListAliases", name) == {"SageMakerImageVersionAliases": ["alias-2"]}
    account("DeleteImageVersion", name | {"Version": 2})
    account("CreateImageVersion", name | {"BaseImage": "b:3", "ClientToken": "t3"})
    assert account("DescribeImageVersion", name)["Version"] == 3
    with pytest.raises(ApiError, match="does not exist"):
        account("DescribeImageVersion", name | {"Version": 2})


def test_every_update_of_a_model_card_makes_a_version(account: Account) -> None:
    asked, _ = account.made(kinds.kind("ModelCard"))
    name = {"ModelCardName": asked["ModelCardName"]}
    account("UpdateModelCard", name | {"Content": '{"second": 2}'})
    assert account("DescribeModelCard", name)["ModelCardVersion"] == 2
    assert account("DescribeModelCard", name | {"ModelCardVersion": 1})["Content"] == asked["Content"]
    assert [
        each["ModelCardVersion"] for each in account("ListModelCardVersions", name)["ModelCardVersionSummaryList"]
    ] == [1, 2]
    with pytest.raises(ApiError, match="no version 3; it has 1 to 2"):
        account("DescribeModelCard", name | {"ModelCardVersion": 3})


def test_lineage_has_edges_between_what_exists(account: Account) -> None:
    source = {"Source": {"SourceUri": "s3://b/data"}, "ArtifactType": "DataSet"}
    first = account("CreateArtifact", source)["ArtifactArn"]
    second = account("CreateArtifact", source | {"ArtifactType": "Model"})["ArtifactArn"]
    edge = {"SourceArn": first, "DestinationArn": second}
    account("AddAssociation", edge | {"AssociationType": "ContributedTo"})
    found = account("ListAssociations", {"SourceArn": first})["AssociationSummaries"]
    assert [(each["SourceType"], each["DestinationType"]) for each in found] == [("DataSet", "Model")]
    assert account("ListAssociations", {"SourceArn": second})["AssociationSummaries"] == []
    account("DeleteAssociation", edge)
    with pytest.raises(ApiError, match="does not exist"):
        account("DeleteAssociation", edge)
    with pytest.raises(ApiError, match=r"Artifact '.*' does not exist"):
        account("AddAssociation", edge | {"SourceArn": first + "x"})


def test_a_trial_has_the_components_that_are_put_into_it(account: Account) -> None:
    account.made(kinds.kind("Trial"))
    account.made(kinds.kind("TrialComponent"))
    both = {"TrialName": "a-name", "TrialComponentName": "a-name"}
    account("AssociateTrialComponent", both)
    assert len(account("ListTrialComponents", {"TrialName": "a-name"})["TrialComponentSummaries"]) == 1
    account("DisassociateTrialComponent", both)
    assert account("ListTrialComponents", {"TrialName": "a-name"})["TrialComponentSummaries"] == []


def test_a_hub_holds_documents_in_versions(account: Account) -> None:
    account.made(kinds.kind("Hub"))
    place = {"HubName": "a-name", "HubContentType": "Model"}
    document = place | {"HubContentName": "m", "DocumentSchemaVersion": "1.0.0", "HubContentDocument": "{}"}
    for version in ("1.9.0", "1.10.0"):
        account("ImportHubContent", document | {"HubContentVersion": version})
    with pytest.raises(ApiError, match="already exists"):
        account("ImportHubContent", document | {"HubContentVersion": "1.9.0"})
    named = place | {"HubContentName": "m"}
    assert account("DescribeHubContent", named)["HubContentVersion"] == "1.10.0"
    assert len(account("ListHubContents", place)["HubContentSummaries"]) == 1
    assert len(account("ListHubContentVersions", named)["HubContentSummaries"]) == 2
    account("DeleteHubContent", named | {"HubContentVersion": "1.10.0"})
    assert account("DescribeHubContent", named)["HubContentVersion"] == "1.9.0"
