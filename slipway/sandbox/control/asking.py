"""Asks the running sandbox itself, by requests for its controls that are signed with its own secret."""

import json
import urllib.error
import urllib.request
from typing import Any

from slipway.sandbox.gateway.controls import NAME
from slipway.sandbox.state_folder import Running, StateError, StateFolder


def ask(
    state: StateFolder, running: Running, method: str, path: str, document: object = None, *, patience: float = 60
) -> Any:
    """Return the JSON answer; it may take `patience` seconds. Raises StateError with what the sandbox says."""
    from botocore.auth import SigV4Auth  # noqa: PLC0415  (0.2 s that the other words need not pay)
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.credentials import Credentials  # noqa: PLC0415

    body = b"" if document is None else json.dumps(document).encode()
    signed = AWSRequest(method, running.endpoint + path, data=body, headers={"Content-Type": "application/json"})
    SigV4Auth(Credentials(running.account, state.secret(running.account)), NAME, running.region).add_auth(signed)
    request = urllib.request.Request(running.endpoint + path, body or None, dict(signed.headers), method=method)  # noqa: S310
    try:
        # without the machine's proxies: it is on loopback
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=patience) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise StateError(_message(error.read())) from error
    except OSError as error:
        raise StateError(f"the sandbox at {running.endpoint} does not answer ({error}): see its logs") from error


def _message(body: bytes) -> str:
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace") or "the sandbox refused and said nothing"
