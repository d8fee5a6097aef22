"""Tags of budgets, which moto does not have: at creation, added, removed and listed by the budget's ARN.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_TagResource.html
"""

import json
from typing import Any

from moto.budgets.responses import BudgetsResponse

from slipway.sandbox.moto_adapter.fixes.budgets import found
from slipway.sandbox.moto_adapter.fixes.replacing import replace


def apply() -> None:
    """Keep the tags of a creation, and add the three operations."""
    create = BudgetsResponse.create_budget

    def create_budget(self: Any) -> str:
        answer = str(create(self))
        _add(_tags(self, self._get_param("Budget")["BudgetName"]), self._get_param("ResourceTags") or [])
        return answer

    replace(
        BudgetsResponse,
        create_budget=create_budget,
        tag_resource=_tag,
        untag_resource=_untag,
        list_tags_for_resource=_list,
    )


def _tags(response: Any, name: str) -> dict[str, str]:
    tags: dict[str, str] = found(response, name).__dict__.setdefault("tags", {})
    return tags


def _of_arn(response: Any) -> dict[str, str]:
    return _tags(response, response._get_param("ResourceARN").partition(":budget/")[2])  # noqa: SLF001  (moto's own way)


def _add(tags: dict[str, str], given: list[dict[str, str]]) -> None:
    tags.update({tag["Key"]: tag["Value"] for tag in given})


def _tag(response: Any) -> str:
    _add(_of_arn(response), response._get_param("ResourceTags"))  # noqa: SLF001
    return "{}"


def _untag(response: Any) -> str:
    tags = _of_arn(response)
    for key in response._get_param("ResourceTagKeys"):  # noqa: SLF001
        tags.pop(key, None)
    return "{}"


def _list(response: Any) -> str:
    tags = _of_arn(response)
    return json.dumps({"ResourceTags": [{"Key": key, "Value": tags[key]} for key in sorted(tags)]})
