"""AssociateKmsKey and DisassociateKmsKey of CloudWatch Logs, which moto does not have.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
"""

from typing import Any

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.responses import LogsResponse

from slipway.sandbox.moto_adapter.fixes.replacing import replace


def apply() -> None:
    """Add the two operations."""
    replace(LogsResponse, associate_kms_key=_associate, disassociate_kms_key=_disassociate)


def _associate(response: Any) -> str:
    return _set(response, response._get_param("kmsKeyId"))  # noqa: SLF001  (moto's own way to read parameters)


def _disassociate(response: Any) -> str:
    return _set(response, None)


def _set(response: Any, key: str | None) -> str:
    identifier = response._get_param("resourceIdentifier")  # noqa: SLF001
    name = response._get_param("logGroupName") or str(identifier).partition(":log-group:")[2].removesuffix(":*")  # noqa: SLF001
    group = response.logs_backend.groups.get(name)
    if group is None:
        raise ResourceNotFoundException
    group.kms_key_id = key
    return ""
