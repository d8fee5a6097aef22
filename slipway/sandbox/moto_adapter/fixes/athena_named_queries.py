"""DeleteNamedQuery and BatchGetNamedQuery of Athena, which moto lacks.

A query that is not there is refused, where moto breaks.

https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteNamedQuery.html
https://docs.aws.amazon.com/athena/latest/APIReference/API_BatchGetNamedQuery.html
https://docs.aws.amazon.com/athena/latest/APIReference/API_GetNamedQuery.html
"""

import json
from typing import Any

from moto.athena.models import AthenaBackend
from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError

from slipway.sandbox.moto_adapter.fixes.replacing import replace


def apply() -> None:
    """Add the two operations and refuse what is not there."""

    def get_named_query(self: Any, query_id: str) -> Any:
        if query_id not in self.named_queries:
            raise JsonRESTError("InvalidRequestException", f"NamedQuery {query_id} is not found.")
        return self.named_queries[query_id]

    replace(AthenaBackend, get_named_query=get_named_query)
    replace(AthenaResponse, delete_named_query=_delete, batch_get_named_query=_batch)


def _delete(response: Any) -> str:
    query_id = response._get_param("NamedQueryId")  # noqa: SLF001  (moto's own way to read parameters)
    response.athena_backend.get_named_query(query_id)
    del response.athena_backend.named_queries[query_id]
    return "{}"


def _batch(response: Any) -> str:
    asked = response._get_param("NamedQueryIds")  # noqa: SLF001
    queries = response.athena_backend.named_queries
    return json.dumps(
        {
            "NamedQueries": [
                {
                    "Name": queries[each].name,
                    "Description": queries[each].description,
                    "Database": queries[each].database,
                    "QueryString": queries[each].query_string,
                    "NamedQueryId": each,
                    "WorkGroup": queries[each].workgroup.name,
                }
                for each in asked
                if each in queries
            ],
            "UnprocessedNamedQueryIds": [
                {"NamedQueryId": each, "ErrorCode": "INTERNAL_FAILURE", "ErrorMessage": f"{each} is not found."}
                for each in asked
                if each not in queries
            ],
        }
    )
