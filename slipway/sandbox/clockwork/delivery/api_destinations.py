"""API destinations: an HTTP call, on this machine only.

A connection with an API key or basic authentication is served; OAuth is refused by name, there being nobody to ask
for a token. Another address than loopback is refused by name: the sandbox calls nobody outside.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
"""

import base64
import json
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from slipway.sandbox.clockwork.delivery.failures import DeliveryError
from slipway.sandbox.moto_adapter.hooks import Delivery
from slipway.sandbox.sagemaker.context import Context

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PATIENCE = 5.0
"""Seconds in which EventBridge wants an answer."""
TOO_MANY, BROKEN = 429, 500


def call(context: Context, delivery: Delivery, resource: str) -> None:
    """Call the destination. Raises DeliveryError; one that is worth another try for 429, 5xx and no answer."""
    events, parameters = context.aws.client("events"), delivery.target.get("HttpParameters", {})
    destination = events.describe_api_destination(Name=resource.split("/")[1])
    headers = {"User-Agent": "Amazon/EventBridge/ApiDestinations", "Content-Type": "application/json; charset=utf-8"}
    headers |= parameters.get("HeaderParameters", {})
    headers |= _authorization(context, destination["ConnectionArn"])
    url = _url(destination["InvocationEndpoint"], parameters)
    if urlsplit(url).hostname not in LOOPBACK:
        raise DeliveryError("INVALID_PARAMETER", f"the sandbox calls loopback addresses only, not {url}")
    method = destination["HttpMethod"]
    body = None if method in {"GET", "HEAD"} else delivery.text.encode()
    request = Request(url, data=body, headers=headers, method=method)  # noqa: S310  (loopback, checked above)
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE):
            return
    except HTTPError as error:
        error.close()
        again = error.code == TOO_MANY or error.code >= BROKEN
        raise DeliveryError("SDK_CLIENT_ERROR", f"{url} answered {error.code}", again=again) from error
    except (URLError, OSError) as error:
        raise DeliveryError("SDK_CLIENT_ERROR", f"{url} does not answer: {error}", again=True) from error


def _url(endpoint: str, parameters: dict[str, Any]) -> str:
    for value in parameters.get("PathParameterValues", []):
        endpoint = endpoint.replace("*", quote(value, safe=""), 1)
    query = parameters.get("QueryStringParameters", {})
    return endpoint + (("&" if "?" in endpoint else "?") + urlencode(query) if query else "")


def _authorization(context: Context, connection_arn: str) -> dict[str, str]:
    """Return the headers of a connection; EventBridge keeps what they are made of in Secrets Manager."""
    name = connection_arn.split(":", 5)[5].split("/")[1]
    connection = context.aws.client("events").describe_connection(Name=name)
    kind = connection["AuthorizationType"]
    if kind not in {"API_KEY", "BASIC"}:
        raise DeliveryError("INVALID_PARAMETER", f"the sandbox does not authorize by {kind}: use API_KEY or BASIC")
    text = context.aws.client("secretsmanager").get_secret_value(SecretId=connection["SecretArn"])["SecretString"]
    secret = {key.lower().replace("_", ""): value for key, value in json.loads(text).items()}
    if kind == "API_KEY":
        return {secret["apikeyname"]: secret["apikeyvalue"]}
    pair = f"{secret['username']}:{secret['password']}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
