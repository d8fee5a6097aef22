"""CloudWatch Logs' resource policies: moto takes any text for a policy, and one for a log group for one of the account.

The account's policies are told with their scope, and page by page. A log group has one policy at most, addressed by the
group's ARN; it is changed and deleted only by who names its revision.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeResourcePolicies.html
"""

import json
import uuid
from typing import Any

from moto.core.utils import unix_time_millis
from moto.logs.exceptions import InvalidParameterException, LogsClientError, ResourceNotFoundException
from moto.logs.responses import LogsResponse

from slipway.sandbox.moto_adapter.fixes.replacing import replace

ACCOUNT = {"policyScope": "ACCOUNT"}
PAGE = 50


class OperationAborted(LogsClientError):  # noqa: N818  (AWS's name of the error)
    """The revision that was expected is not the policy's."""

    def __init__(self) -> None:
        super().__init__("OperationAbortedException", "The revision id does not match the policy's current revision.")


def apply() -> None:
    """Replace what puts, lists and deletes policies."""
    delete = LogsResponse.delete_resource_policy

    def delete_resource_policy(response: Any) -> Any:
        arn = _parameter(response, "resourceArn")
        if not arn:
            return delete(response)
        _require_revision(response, _of_groups(response).get(arn))
        del _of_groups(response)[arn]
        return "{}"

    replace(
        LogsResponse,
        put_resource_policy=_put,
        describe_resource_policies=_describe,
        delete_resource_policy=delete_resource_policy,
    )


def _put(response: Any) -> str:
    arn, name = _parameter(response, "resourceArn"), _parameter(response, "policyName")
    document = _parameter(response, "policyDocument")
    if not name and not arn:
        raise InvalidParameterException("policyName is required for a policy of the account")
    if not _is_policy(document):
        raise InvalidParameterException("The policy document is not a valid JSON policy document")
    if arn:
        return json.dumps(_put_on_group(response, arn, document))
    policy = response.logs_backend.put_resource_policy(name, document)
    return json.dumps({"resourcePolicy": policy.describe() | ACCOUNT})


def _put_on_group(response: Any, arn: str, document: str) -> dict[str, Any]:
    policies, name = _of_groups(response), arn.partition(":log-group:")[2].removesuffix(":*")
    if name not in response.logs_backend.groups:
        raise ResourceNotFoundException(msg="The specified log group does not exist.")
    if arn in policies:
        _require_revision(response, policies[arn])
    policy = policies[arn] = {
        "policyDocument": document,
        "lastUpdatedTime": int(unix_time_millis()),
        "policyScope": "RESOURCE",
        "resourceArn": arn,
        "revisionId": uuid.uuid4().hex,
    }
    return {"resourcePolicy": policy, "revisionId": policy["revisionId"]}


def _require_revision(response: Any, policy: dict[str, Any] | None) -> None:
    if policy is None:
        raise ResourceNotFoundException(msg="The specified resource policy does not exist.")
    if _parameter(response, "expectedRevisionId") != policy["revisionId"]:
        raise OperationAborted


def _is_policy(document: Any) -> bool:
    try:
        policy = json.loads(document)
    except (TypeError, ValueError):
        return False
    return isinstance(policy, dict) and bool(policy.get("Statement"))


def _describe(response: Any) -> str:
    arn = _parameter(response, "resourceArn")
    if arn or _parameter(response, "policyScope") == "RESOURCE":
        policies = [each for each in _of_groups(response).values() if arn in {None, each["resourceArn"]}]
    else:
        policies = [each.describe() | ACCOUNT for each in response.logs_backend.describe_resource_policies()]
    start, count = int(_parameter(response, "nextToken") or 0), int(_parameter(response, "limit") or PAGE)
    page: dict[str, Any] = {"resourcePolicies": policies[start : start + count]}
    if start + count < len(policies):
        page["nextToken"] = str(start + count)
    return json.dumps(page)


def _of_groups(response: Any) -> dict[str, dict[str, Any]]:
    """Return the policies of single log groups by ARN, kept with moto's own state; a group's goes with the group."""
    backend = response.logs_backend
    kept: dict[str, dict[str, Any]] = backend.__dict__.setdefault("policies_of_groups", {})
    for arn in [arn for arn in kept if arn.partition(":log-group:")[2].removesuffix(":*") not in backend.groups]:
        del kept[arn]
    return kept


def _parameter(response: Any, name: str) -> Any:
    return response._get_param(name)  # noqa: SLF001  (moto's own way to read parameters)
