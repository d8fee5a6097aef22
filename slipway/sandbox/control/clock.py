"""`clock`: reads the running sandbox's clock, and sets it forward."""

import http.client
import json
import re
from dataclasses import dataclass
from datetime import timedelta

from slipway.sandbox.clockwork.clock_page import NAME, PATIENCE
from slipway.sandbox.state_folder import Running, StateError, StateFolder

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_PART = re.compile(r"(\d+)([dhms])")


@dataclass(frozen=True)
class Reading:
    """What the clock shows."""

    time: str
    """ISO 8601, in UTC."""
    ahead_seconds: float
    """How far it is ahead of the system's."""
    arrived: bool
    """False while what was due in skipped time is still being done."""


def duration_of(text: str) -> timedelta:
    """Read `90s`, `15m`, `1h30m` or `7d`. Raises ValueError."""
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"a duration is days, hours, minutes and seconds, as in 1h30m, got {text!r}")
    return sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())


def ask(state: StateFolder, running: Running, advance: timedelta | None) -> Reading:
    """Return what the clock shows, after it was set forward where `advance` says so. Raises StateError."""
    from botocore.auth import SigV4Auth  # noqa: PLC0415  (0.2 s that the other words need not pay)
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.credentials import Credentials  # noqa: PLC0415

    body = None if advance is None else json.dumps({"advance_seconds": advance.total_seconds()})
    request = AWSRequest(method="GET" if advance is None else "POST", url=f"{running.endpoint}/", data=body)
    credentials = Credentials(running.account, state.secret(running.account))
    SigV4Auth(credentials, NAME, running.region).add_auth(request)
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE + 10)
    try:
        connection.request(str(request.method), "/", body=body, headers=dict(request.headers.items()))
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise StateError(f"the sandbox at {running.endpoint} did not answer: {error}; see its logs") from error
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise StateError(str(answer.get("message", answer)))
    return Reading(str(answer["time"]), float(answer["ahead_seconds"]), bool(answer["arrived"]))
