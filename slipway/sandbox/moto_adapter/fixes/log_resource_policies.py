"""CloudWatch Logs' resource policies: moto takes any text for a policy, and one for a log group for one of the account.

The account's policies are told with their scope, and page by page; those of single log groups are not in the sandbox.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeResourcePolicies.html
"""

import json
from typing import Any

from moto.logs.exceptions import InvalidParameterException
from moto.logs.responses import LogsResponse

from slipway.sandbox.moto_adapter.fixes.replacing import replace

SCOPE = {"policyScope": "ACCOUNT"}
PAGE = 50


def apply() -> None:
    """Replace what puts, lists and deletes policies."""
    delete = LogsResponse.delete_resource_policy

    def delete_resource_policy(response: Any) -> Any:
        _refuse_resource_scope(response)
        return delete(response)

    replace(
        LogsResponse,
        put_resource_policy=_put,
        describe_resource_policies=_describe,
        delete_resource_policy=delete_resource_policy,
    )


def _put(response: Any) -> str:
    _refuse_resource_scope(response)
    name, document = _parameter(response, "policyName"), _parameter(response, "policyDocument")
    if not name:
        raise InvalidParameterException("policyName is required for a policy of the account")
    if not _is_policy(document):
        raise InvalidParameterException("The policy document is not a valid JSON policy document")
    policy = response.logs_backend.put_resource_policy(name, document)
    return json.dumps({"resourcePolicy": policy.describe() | SCOPE})


def _is_policy(document: Any) -> bool:
    try:
        policy = json.loads(document)
    except (TypeError, ValueError):
        return False
    return isinstance(policy, dict) and bool(policy.get("Statement"))


def _describe(response: Any) -> str:
    if _parameter(response, "policyScope") == "RESOURCE" or _parameter(response, "resourceArn"):
        return json.dumps({"resourcePolicies": []})
    policies = [each.describe() | SCOPE for each in response.logs_backend.describe_resource_policies()]
    start, count = int(_parameter(response, "nextToken") or 0), int(_parameter(response, "limit") or PAGE)
    page: dict[str, Any] = {"resourcePolicies": policies[start : start + count]}
    if start + count < len(policies):
        page["nextToken"] = str(start + count)
    return json.dumps(page)


def _refuse_resource_scope(response: Any) -> None:
    if _parameter(response, "resourceArn"):
        raise NotImplementedError("policies of single log groups (resourceArn)")


def _parameter(response: Any, name: str) -> Any:
    return response._get_param(name)  # noqa: SLF001  (moto's own way to read parameters)
