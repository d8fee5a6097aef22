"""Bucket policies: moto takes a Deny whose condition does not hold for a Deny, and knows no aws:SecureTransport.

A policy that refuses plain HTTP, as every bucket should have, so locked everybody out. The sandbox speaks plain HTTP on
the loopback only and stands for an endpoint that speaks TLS, so its requests count as secure.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
"""

import json
import re
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from slipway.sandbox.moto_adapter.fixes.replacing import replace

KNOWN = {"aws:securetransport": "true", "s3:tlsversion": "1.3"}
"""What every request's context holds; a statement that asks for anything else is not applied."""


def apply() -> None:
    """Replace moto's evaluation of a bucket's own policy."""
    replace(FakeBucket, get_permission=_permission)


def _permission(bucket: Any, action: str, resource: str) -> PermissionResult:
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    statements = _list(json.loads(bucket.policy.decode()).get("Statement", []))
    effects = {statement.get("Effect") for statement in statements if _applies(statement, action, resource)}
    if "Deny" in effects:
        return PermissionResult.DENIED
    return PermissionResult.PERMITTED if "Allow" in effects else PermissionResult.NEUTRAL


def _applies(statement: dict[str, Any], action: str, resource: str) -> bool:
    return (
        _everybody(statement)
        and _named(statement, "Action", action.lower(), lower=True)
        and _named(statement, "Resource", resource, lower=False)
        and _holds(statement.get("Condition", {}))
    )


def _everybody(statement: dict[str, Any]) -> bool:
    """Whether the statement speaks of everybody: moto does not tell who asks, so others are not applied."""
    principal = statement.get("Principal")
    return principal == "*" or (isinstance(principal, dict) and "*" in _list(principal.get("AWS", [])))


def _named(statement: dict[str, Any], element: str, value: str, *, lower: bool) -> bool:
    negated = f"Not{element}" in statement
    patterns = _list(statement.get(f"Not{element}" if negated else element, []))
    matched = any(_like(pattern.lower() if lower else pattern, value) for pattern in patterns)
    return matched != negated


def _holds(condition: dict[str, dict[str, Any]]) -> bool:
    return all(
        _compares(operator, key.lower(), _list(values))
        for operator, pairs in condition.items()
        for key, values in pairs.items()
    )


def _compares(operator: str, key: str, values: list[Any]) -> bool:
    actual = KNOWN.get(key)
    if actual is None:
        return False
    plain = operator.removesuffix("IfExists")
    if plain == "Bool":
        return actual in {str(value).lower() for value in values}
    if plain == "NumericLessThan":
        return any(float(actual) < float(value) for value in values)
    return False


def _like(pattern: str, value: str) -> bool:
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.fullmatch("".join(parts), value, re.DOTALL) is not None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
