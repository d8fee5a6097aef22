"""Web identities: who a token says that its bearer is. The token's own signature is not verified here.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

import base64
import binascii
import json
from typing import Any

from slipway.sandbox.gateway.calls import Call
from slipway.sandbox.iam.holdings import Identity
from slipway.sandbox.iam.principals import Caller
from slipway.sandbox.iam.resources import Place


def federated(call: Call, place: Place) -> Identity | None:
    """Return the bearer of an AssumeRoleWithWebIdentity's token, None for every other call."""
    if (call.prefix, call.operation) != ("sts", "AssumeRoleWithWebIdentity"):
        return None
    claims = claims_of(str(call.params.get("WebIdentityToken", "")))
    host = str(claims.get("iss", "")).removeprefix("https://").rstrip("/")
    role = str(call.params.get("RoleArn", ""))
    account = role.split(":")[4] if role.count(":") >= 5 else place.account  # noqa: PLR2004  (an ARN's parts)
    provider = f"arn:{place.partition}:iam::{account}:oidc-provider/{host}"
    return Identity(Caller("federated", provider, account, provider=provider), keys=_keys(host, claims))


def _keys(host: str, claims: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return a token's claims as condition keys, `HOST:aud` and so on."""
    return {
        f"{host}:{name}": tuple(map(str, value)) if isinstance(value, list) else (str(value),)
        for name, value in claims.items()
    }


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of a JSON Web Token, none where it is not one."""
    try:
        middle = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}
