"""The provider's own inputs: CheckConfig, DiffConfig and Configure, and the rule that every endpoint is loopback."""

import difflib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
from botocore.exceptions import EndpointConnectionError

from slipway.sandbox.provider.clients import Clients, is_loopback
from slipway.sandbox.provider.facts import endpoint_names, provider_inputs
from slipway.sandbox.provider.problems import Problem
from slipway.sandbox.provider.wire import UNKNOWN, has_unknown

VERSION = "7.51.1"
"""The version of pulumi_aws that this provider stands in for."""

OF_THE_ENGINE = frozenset({"version", "pluginDownloadURL", "pluginChecksums"})
"""What the engine itself adds to a provider's inputs."""

REFUSED: Mapping[str, str] = {
    "profile": "it reads no profiles; credentials come from accessKey and secretKey or from the environment",
    "sharedConfigFiles": "it reads no configuration files",
    "sharedCredentialsFiles": "it reads no configuration files",
    "assumeRoles": "it acts as the sandbox's own account",
    "assumeRoleWithWebIdentity": "it acts as the sandbox's own account",
    "customCaBundle": "it speaks to loopback addresses only",
    "ec2MetadataServiceEndpoint": "it speaks to loopback addresses only",
}

QUIET_CHANGES = frozenset({"endpoints", "accessKey", "secretKey", "token", "version", "pluginDownloadURL"})
"""Inputs that say how to reach AWS, not what is to be there.

With those called `skip...` no difference worth an update.
"""


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """A configured provider."""

    clients: Clients
    region: str
    default_tags: Mapping[str, str] = field(default_factory=dict)


def quiet(name: str) -> bool:
    """Whether a changed provider input is no difference worth an update."""
    return name in QUIET_CHANGES or name.startswith("skip")


def parsed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the inputs as values: whatever is not a string travels as JSON text."""
    result = {}
    for name, value in values.items():
        result[name] = value
        if (isinstance(value, str) and value[:1] in {"{", "[", '"'}) or value in ("true", "false"):
            try:
                result[name] = json.loads(value)
            except ValueError:
                result[name] = value
    return result


def problems(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say what is wrong with the provider's inputs: (property, reason)."""
    found = []
    inputs = parsed(values)
    for name in sorted(inputs):
        if name in REFUSED:
            found.append((name, f"{name} is not supported by the sandbox's provider: {REFUSED[name]}"))
        elif name not in provider_inputs() | OF_THE_ENGINE:
            near = difflib.get_close_matches(name, provider_inputs(), n=1)
            hint = f"did you mean {near[0]}?" if near else "see the arguments of pulumi_aws.Provider"
            found.append((name, f"unknown provider input {name}: {hint}"))
    if inputs.get("endpoints") is not UNKNOWN:
        for index, block in enumerate(_endpoint_blocks(inputs)):
            for service in sorted(block):
                where = f"endpoints[{index}].{service}"
                if service not in endpoint_names():
                    found.append((where, f"unknown service {service}: use pulumi_aws's names, like s3 or sagemaker"))
                elif isinstance(block[service], str) and not is_loopback(block[service]):
                    found.append((where, _not_loopback(service, block[service])))
    return found


def _endpoint_blocks(inputs: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    blocks = inputs.get("endpoints") or []
    listed = blocks if isinstance(blocks, list) else [blocks]
    return [block for block in listed if isinstance(block, Mapping)]


def _not_loopback(name: str, url: str) -> str:
    return (
        f"the endpoint of {name} is {url}, which is not this machine: the sandbox's provider speaks to loopback "
        "addresses only; for a real account take the sandbox's folder off PATH, so that Pulumi "
        "finds the real aws provider"
    )


def configure(values: Mapping[str, Any]) -> Configuration:
    """Read inputs and environment; refuse any address that is not loopback, and any account that is not allowed."""
    inputs = parsed({name: value for name, value in values.items() if not has_unknown(value)})
    for name in sorted(REFUSED.keys() & inputs.keys()):
        raise Problem(
            grpc.StatusCode.INVALID_ARGUMENT, f"{name} is not supported by the sandbox's provider: {REFUSED[name]}"
        )
    endpoint, endpoints = _addresses(inputs)
    region = str(inputs.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "")
    if not region:
        raise Problem(grpc.StatusCode.FAILED_PRECONDITION, "no region: set the provider's `region` or AWS_REGION")
    access = inputs.get("accessKey") or os.environ.get("AWS_ACCESS_KEY_ID")
    secret = inputs.get("secretKey") or os.environ.get("AWS_SECRET_ACCESS_KEY")
    if not access or not secret:
        raise Problem(
            grpc.StatusCode.FAILED_PRECONDITION,
            "no credentials: set the provider's accessKey and secretKey, or AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY (`slipway sandbox env` prints them)",
        )
    clients = Clients(
        region=region,
        access_key=str(access),
        secret_key=str(secret),
        token=inputs.get("token") or os.environ.get("AWS_SESSION_TOKEN"),
        endpoint=endpoint,
        endpoints=endpoints,
    )
    _hold_to_allowed_accounts(inputs, clients)
    tags = (inputs.get("defaultTags") or {}).get("tags") or {}
    return Configuration(clients=clients, region=region, default_tags=dict(tags))


def _addresses(inputs: Mapping[str, Any]) -> tuple[str | None, dict[str, str]]:
    found: dict[str, str] = {}
    for name, value in os.environ.items():
        if name.startswith("AWS_ENDPOINT_URL_") and value:
            found[name.removeprefix("AWS_ENDPOINT_URL_").lower().replace("_", "-")] = value
    for block in _endpoint_blocks(inputs):
        found.update({service: url for service, url in block.items() if url})
    overall = os.environ.get("AWS_ENDPOINT_URL") or None
    for service, url in [("AWS_ENDPOINT_URL", overall), *sorted(found.items())]:
        if url is not None and not is_loopback(url):
            raise Problem(grpc.StatusCode.FAILED_PRECONDITION, _not_loopback(service, url))
    if overall is None and not found:
        raise Problem(
            grpc.StatusCode.FAILED_PRECONDITION,
            "no endpoint: the sandbox's provider never speaks to the real AWS; start `slipway sandbox up` and "
            "take its environment from `slipway sandbox env` (AWS_ENDPOINT_URL), or give the provider `endpoints`",
        )
    return overall, found


def _hold_to_allowed_accounts(inputs: Mapping[str, Any], clients: Clients) -> None:
    allowed, forbidden = inputs.get("allowedAccountIds") or [], inputs.get("forbiddenAccountIds") or []
    if not allowed and not forbidden:
        return
    try:
        account = clients.account
    except EndpointConnectionError as error:
        raise Problem(
            grpc.StatusCode.FAILED_PRECONDITION,
            f"no sandbox answers: {error}; start it with `slipway sandbox up`, "
            'and take its environment anew: eval "$(slipway sandbox env)"',
        ) from error
    if account in forbidden or (allowed and account not in allowed):
        rule = f"allowed are {', '.join(allowed)}" if allowed else "it is one of forbiddenAccountIds"
        raise Problem(
            grpc.StatusCode.FAILED_PRECONDITION,
            f"these credentials belong to the account {account}, and this stack is not for it: {rule}",
        )
