"""The net below the others: whatever else bears the stack's tags, by the Resource Groups Tagging API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.ephemeral.inventory.kind import Kind, Thing, pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.inventory.owner import Owner

UNKNOWN = "what it is and how it goes, only a person can say"


def net(others: Iterable[Kind]) -> Kind:
    """Return the kind of everything tagged that no other kind looks at; nobody here knows how to delete it."""
    covered = tuple(beginning for kind in others for beginning in kind.covers)

    def find(account: Account, owner: Owner) -> Iterator[Thing]:
        filters = [{"Key": "stack", "Values": [owner.stack]}, {"Key": "project", "Values": [owner.project]}]
        for item in pages(
            account, "resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", TagFilters=filters
        ):
            arn = item["ResourceARN"]
            if not place_of(arn).startswith(covered):
                flags = f"--resource-arn-list {arn}"
                command = f"aws resourcegroupstaggingapi get-resources {flags}"
                yield Thing(kind="others with its tags", name=arn, command=command, busy=UNKNOWN)

    def delete(_: Account, __: Thing) -> None:
        """Leave it."""

    return Kind(name="others with its tags", order=200, find=find, delete=delete)


def place_of(arn: str) -> str:
    """Return service and resource of an ARN: `sagemaker:model/x` of `arn:aws:sagemaker:us-east-1:123:model/x`."""
    parts = arn.split(":", 5)
    return f"{parts[2]}:{parts[5]}" if len(parts) == 6 else arn  # noqa: PLR2004 - an ARN has six parts
