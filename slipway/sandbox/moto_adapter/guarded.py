"""The policies that stand at moto's resources, one small reader a service."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from slipway.sandbox.iam.holdings import Grant, Guarded
from slipway.sandbox.moto_adapter.identities import roles_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ARN_PARTS = 6


def guarded_by_moto(action: str, arn: str, account: str) -> Guarded:
    """Return the policies of a resource; one that does not exist, or has none, belongs to the asking account."""
    parts = arn.split(":", ARN_PARTS - 1)
    if len(parts) < ARN_PARTS:
        return Guarded(account)
    service, region, owner, name = parts[2], parts[3], parts[4] or account, parts[5]
    if service == "s3":
        return _bucket(name.partition("/")[0], account)
    if service == "iam" and action.startswith("sts:AssumeRole"):
        return _role(arn, owner)
    reader = READERS.get(service)
    texts = () if reader is None else reader(owner, region, name)
    return Guarded(owner, tuple(text for text in texts if text), decides=service == "kms" and name.startswith("key/"))


def grants_of(arn: str) -> tuple[Grant, ...]:
    """Return the grants of a key of KMS."""
    parts = arn.split(":", ARN_PARTS - 1)
    key = _key(parts[4], parts[3], parts[5]) if len(parts) == ARN_PARTS else None
    if key is None:
        return ()
    found = []
    for grant in list(key.grants.values()):
        constraints = grant.constraints or {}
        equals, holds = constraints.get("EncryptionContextEquals", {}), constraints.get("EncryptionContextSubset", {})
        found.append(Grant(grant.grantee_principal, tuple(grant.operations), equals, holds))
    return tuple(found)


def _bucket(name: str, account: str) -> Guarded:
    from moto.s3.models import s3_backends  # noqa: PLC0415

    partition, owner = s3_backends.bucket_accounts.get(name, ("aws", account))
    bucket = s3_backends[owner][partition].buckets.get(name)
    policy = None if bucket is None else bucket.policy
    return Guarded(owner, () if policy is None else (_text(policy),))


def _role(arn: str, owner: str) -> Guarded:
    trust = next((role.assume_role_policy_document for role in roles_of(owner) if role.arn == arn), None)
    return Guarded(owner, () if trust is None else (_text(trust),), decides=True)


def _kms(account: str, region: str, name: str) -> tuple[str, ...]:
    key = _key(account, region, name)
    return () if key is None else (_text(key.policy),)


def _key(account: str, region: str, name: str) -> Any:
    from moto.kms.models import kms_backends  # noqa: PLC0415

    return kms_backends[account][region].keys.get(name.removeprefix("key/")) if region else None


def _sns(account: str, region: str, name: str) -> tuple[str, ...]:
    from moto.sns.models import sns_backends  # noqa: PLC0415

    topics = sns_backends[account][region].topics
    found = next((topic for arn, topic in list(topics.items()) if arn.rpartition(":")[2] == name), None)
    return () if found is None else (found.policy,)


def _sqs(account: str, region: str, name: str) -> tuple[str, ...]:
    from moto.sqs.models import sqs_backends  # noqa: PLC0415

    queue = sqs_backends[account][region].queues.get(name)
    return () if queue is None or not queue.policy else (_text(queue.policy),)


def _ecr(account: str, region: str, name: str) -> tuple[str, ...]:
    from moto.ecr.models import ecr_backends  # noqa: PLC0415

    repository = ecr_backends[account][region].repositories.get(name.removeprefix("repository/"))
    return () if repository is None or not repository.policy else (_text(repository.policy),)


def _secrets(account: str, region: str, name: str) -> tuple[str, ...]:
    from moto.secretsmanager.models import secretsmanager_backends  # noqa: PLC0415

    held = list(secretsmanager_backends[account][region].secrets.values())
    found = next((each for each in held if each.arn.endswith(f":{name}")), None)
    policy = None if found is None else getattr(found, "policy", None)
    return () if not policy else (_text(policy),)


def _lambda(account: str, region: str, name: str) -> tuple[str, ...]:
    from moto.awslambda.models import lambda_backends  # noqa: PLC0415

    wanted = name.removeprefix("function:").partition(":")[0]
    found = next(
        (each for each in lambda_backends[account][region].list_functions() if each.function_name == wanted), None
    )
    statements = [] if found is None or found.policy is None else found.policy.statements
    return (json.dumps({"Version": "2012-10-17", "Statement": statements}),) if statements else ()


def _logs(account: str, region: str, name: str) -> tuple[str, ...]:
    from moto.logs.models import logs_backends  # noqa: PLC0415

    backend = logs_backends[account][region]
    group = name.removeprefix("log-group:").partition(":log-stream:")[0].removesuffix(":*")
    of_groups = backend.__dict__.get("policies_of_groups", {})  # kept there by fixes.log_resource_policies
    own = [each["policyDocument"] for arn, each in of_groups.items() if arn.endswith(f":log-group:{group}")]
    return (*own, *(each.policy_document for each in list(backend.resource_policies.values())))


def _events(account: str, region: str, name: str) -> tuple[str, ...]:
    from moto.events.models import events_backends  # noqa: PLC0415

    bus = events_backends[account][region].event_buses.get(name.removeprefix("event-bus/"))
    policy = None if bus is None else bus.policy
    return () if not policy else (_text(policy),)


READERS: Mapping[str, Callable[[str, str, str], tuple[str, ...]]] = {
    "kms": _kms,
    "sns": _sns,
    "sqs": _sqs,
    "ecr": _ecr,
    "secretsmanager": _secrets,
    "lambda": _lambda,
    "logs": _logs,
    "events": _events,
}


def _text(policy: Any) -> str:
    """Return a policy as text; moto keeps some as bytes and some as objects."""
    if isinstance(policy, bytes):
        return policy.decode("utf-8", "replace")
    return policy if isinstance(policy, str) else json.dumps(policy)
