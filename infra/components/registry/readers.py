"""Who else may read the registry, and which of its events are told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from infra.components.security.statements import document
from infra.naming import partition

if TYPE_CHECKING:
    from collections.abc import Sequence

DETAIL_TYPE = "SageMaker Model Package State Change"
"""EventBridge's name for a new version and for a changed approval."""


def reading_policy(account_id: str, region: str, group_name: str, reader_accounts: Sequence[str]) -> str:
    """Return the resource policy of a model package group: these accounts look at it and at its versions.

    They read what is registered, not the artifact: a bucket's policy decides about that.
    """
    start = f"arn:{partition(region)}:sagemaker:{region}:{account_id}"
    principal: dict[str, str | list[str]] = {
        "AWS": [f"arn:{partition(region)}:iam::{reader}:root" for reader in sorted(reader_accounts)]
    }
    return document(
        [
            {
                "Sid": "ReadGroup",
                "Effect": "Allow",
                "Principal": principal,
                "Action": ["sagemaker:DescribeModelPackageGroup"],
                "Resource": f"{start}:model-package-group/{group_name}",
            },
            {
                "Sid": "ReadVersions",
                "Effect": "Allow",
                "Principal": principal,
                "Action": ["sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"],
                "Resource": f"{start}:model-package/{group_name}/*",
            },
        ]
    )


def approval_pattern(group_name: str) -> str:
    """Return the event pattern of versions of one group that were approved or rejected, or that wait for it."""
    return json.dumps(
        {
            "source": ["aws.sagemaker"],
            "detail-type": [DETAIL_TYPE],
            "detail": {
                "ModelPackageGroupName": [group_name],
                "ModelApprovalStatus": ["Approved", "Rejected", "PendingManualApproval"],
            },
        }
    )
