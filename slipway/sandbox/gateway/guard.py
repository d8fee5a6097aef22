"""Who may talk to the sandbox at all: it starts processes on request, so no web page may reach it."""

from urllib.parse import urlsplit

from slipway.sandbox.gateway.errors import RefusalError
from slipway.sandbox.gateway.http import Request

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def check_sender(request: Request) -> None:
    """Refuse a Host that is not loopback (DNS rebinding) and an Origin that is not (a page in a browser)."""
    host = request.header("host")
    if not _is_loopback(f"//{host}"):
        raise RefusalError("AccessDenied", f"the Host header must name this machine's loopback, got {host!r}")
    origin = request.headers.get("origin")
    if origin is not None and not _is_loopback(origin):
        raise RefusalError("AccessDenied", f"the sandbox answers no web page of another origin, got Origin {origin!r}")


def _is_loopback(url: str) -> bool:
    try:
        name = urlsplit(url).hostname
    except ValueError:  # not a URL at all, such as an unclosed IPv6 bracket
        return False
    # every resolver must answer loopback for names under .localhost (RFC 6761): virtual-hosted buckets
    return name is not None and (name in LOOPBACK or name.endswith(".localhost"))
