"""What a schedule may do to one endpoint."""

from __future__ import annotations

from infra.components.security.statements import document
from infra.naming import endpoint_arn, partition


def endpoint_hours_policy(account_id: str, region: str, endpoint_name: str) -> str:
    """Return the policy document that lets a schedule delete one endpoint and make it again from any configuration.

    SageMaker asks for CreateEndpoint on the endpoint and on its configuration; a release's configuration has an
    automatic name that begins with the logical one. Tags are given with the endpoint, which needs AddTags.
    """
    endpoint = endpoint_arn(account_id, region, endpoint_name)
    configurations = f"arn:{partition(region)}:sagemaker:{region}:{account_id}:endpoint-config/endpoint-*"
    return document(
        [
            {
                "Sid": "StopEndpoint",
                "Effect": "Allow",
                "Action": ["sagemaker:DeleteEndpoint"],
                "Resource": endpoint,
            },
            {
                "Sid": "StartEndpoint",
                "Effect": "Allow",
                "Action": ["sagemaker:CreateEndpoint"],
                "Resource": [endpoint, configurations],
            },
            {"Sid": "TagEndpoint", "Effect": "Allow", "Action": ["sagemaker:AddTags"], "Resource": endpoint},
        ]
    )


def grant_key_policy(key_arn: str) -> str:
    """Return the policy document that lets SageMaker encrypt a new endpoint's disks: it asks its caller for the key."""
    return document(
        [
            {"Sid": "SeeKey", "Effect": "Allow", "Action": ["kms:DescribeKey"], "Resource": key_arn},
            {
                "Sid": "GrantKeyToAws",
                "Effect": "Allow",
                "Action": ["kms:CreateGrant"],
                "Resource": key_arn,
                "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
            },
        ]
    )
