"""AssociateKmsKey and DisassociateKmsKey of CloudWatch Logs, which moto does not have.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
"""

from __future__ import annotations

from typing import Any

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.responses import LogsResponse


def apply() -> None:
    """Add the two operations."""
    LogsResponse.associate_kms_key = lambda self: _set(self, self._get_param("kmsKeyId"))
    LogsResponse.disassociate_kms_key = lambda self: _set(self, None)


def _set(response: Any, key: str | None) -> str:
    identifier = response._get_param("resourceIdentifier")  # noqa: SLF001  (moto's own way to read parameters)
    name = response._get_param("logGroupName") or str(identifier).partition(":log-group:")[2].removesuffix(":*")  # noqa: SLF001
    group = response.logs_backend.groups.get(name)
    if group is None:
        raise ResourceNotFoundException
    group.kms_key_id = key
    return ""
