"""The data sources that programs ask for: who, where, which partition."""

from collections.abc import Callable, Mapping
from typing import Any

import grpc

from slipway.sandbox.provider.clients import partition_of
from slipway.sandbox.provider.configuration import Configuration
from slipway.sandbox.provider.problems import Problem


def _caller_identity(_arguments: Mapping[str, Any], configured: Configuration) -> dict[str, Any]:
    answer = configured.clients.client("sts").get_caller_identity()
    return {
        "id": answer["Account"],
        "accountId": answer["Account"],
        "arn": answer["Arn"],
        "userId": answer["UserId"],
    }


def _region(arguments: Mapping[str, Any], configured: Configuration) -> dict[str, Any]:
    region = str(arguments.get("region") or arguments.get("name") or configured.region)
    return {
        "id": region,
        "region": region,
        "name": region,
        "description": region,
        "endpoint": f"ec2.{region}.{_suffix(region)}",
    }


def _partition(_arguments: Mapping[str, Any], configured: Configuration) -> dict[str, Any]:
    partition, suffix = partition_of(configured.region), _suffix(configured.region)
    return {
        "id": partition,
        "partition": partition,
        "dnsSuffix": suffix,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


def _suffix(region: str) -> str:
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


_KNOWN: Mapping[str, Callable[[Mapping[str, Any], Configuration], dict[str, Any]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getPartition:getPartition": _partition,
}


def invoke(token: str, arguments: Mapping[str, Any], configured: Configuration) -> dict[str, Any]:
    """Give the answer of a data source; one that is not known is refused by name."""
    known = _KNOWN.get(token)
    if known is None:
        raise Problem(
            grpc.StatusCode.UNIMPLEMENTED,
            f"the function {token} is not supported by the sandbox's provider: it knows {', '.join(sorted(_KNOWN))}",
        )
    return known(arguments, configured)
