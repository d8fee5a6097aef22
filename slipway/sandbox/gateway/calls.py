"""What a request calls: the service's prefix in IAM, the operation, and its parameters, whatever the protocol."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree as ET

from slipway.sandbox.gateway.errors import protocol_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel

    from slipway.sandbox.gateway.http import Request

PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag", "email": "ses"}
"""Signing names that differ from the prefix of a service's actions."""
MODELS = {"monitoring": ("cloudwatch",), "sagemaker": ("sagemaker-runtime",), "states": ("stepfunctions",)}
"""Signing names that differ from botocore's name of the model; of SageMaker only the runtime is REST."""


@dataclass(frozen=True)
class Call:
    """One operation of AWS's API, about to be done."""

    prefix: str
    operation: str
    """Empty where it can't be told."""
    params: Mapping[str, Any]
    headers: Mapping[str, str]


def call_of(request: Request, service: str) -> Call:
    """Read a request that was signed for a service; what can't be read is left to the service to refuse."""
    protocol = protocol_of(request, service)
    if protocol == "json":
        operation, params = request.header("x-amz-target").rpartition(".")[2], _json(request.body)
    elif protocol == "cbor":
        operation, params = request.path.rpartition("/")[2], _cbor(request.body)
    elif protocol in {"query", "ec2"}:
        fields = parse_qsl(request.query, keep_blank_values=True) + _form(request.body)
        params = nested(fields)
        operation = str(params.get("Action", ""))
    else:
        operation, params = _rest(request, service, is_json=protocol == "rest-json")
    return Call(PREFIXES.get(service, service), operation, params, request.headers)


def nested(fields: list[tuple[str, str]]) -> dict[str, Any]:
    """Return a form's fields as structures and lists: `Tags.member.1.Key=a` is `{"Tags": [{"Key": "a"}]}`."""
    tree: dict[str, Any] = {}
    for name, value in fields:
        parts = [part for part in name.split(".") if part not in {"member", "entry"}]
        place = tree
        for part in parts[:-1]:
            inside = place.setdefault(part, {})
            if not isinstance(inside, dict):
                break
            place = inside
        else:
            place[parts[-1] if parts else ""] = value
    return {name: _lists(value) for name, value in tree.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() for key in value):
        return [_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _lists(item) for key, item in value.items()}


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _cbor(body: bytes) -> dict[str, Any]:
    from botocore.parsers import ResponseParserError, RpcV2CBORParser  # noqa: PLC0415

    if not body:
        return {}
    try:
        found = RpcV2CBORParser().parse_data_item(io.BufferedReader(io.BytesIO(body)))
    except (ResponseParserError, ValueError, KeyError, EOFError):
        return {}
    return found if isinstance(found, dict) else {}


def _form(body: bytes) -> list[tuple[str, str]]:
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


@dataclass(frozen=True)
class _Route:
    """What tells a REST operation: method, path, fixed and required parts of the query, required headers."""

    operation: str
    method: str
    path: re.Pattern[str]
    labels: tuple[str, ...]
    fixed: Mapping[str, str]
    needed: frozenset[str]
    headers: frozenset[str]
    query: Mapping[str, str]
    """Query names by member."""


def _rest(request: Request, service: str, *, is_json: bool) -> tuple[str, dict[str, Any]]:
    query = request.query_values()
    path = _path_of(request) if service == "s3" else request.path
    best: tuple[int, _Route, re.Match[str]] | None = None
    for route in _routes(service):
        found = route.path.fullmatch(path) if route.method == request.method else None
        if (
            found is None
            or not route.needed <= query.keys()
            or not route.headers <= request.headers.keys()
            or any(query.get(name, None) != value for name, value in route.fixed.items())
        ):
            continue
        score = len(route.fixed) + len(route.needed) + len(route.headers)
        if best is None or score > best[0]:
            best = (score, route, found)
    if best is None:
        return "", {}
    _, route, found = best
    params: dict[str, Any] = _json(request.body) if is_json else {}
    params |= {member: query[name] for member, name in route.query.items() if name in query}
    params |= dict(zip(route.labels, map(unquote, found.groups()), strict=True))
    if route.operation == "DeleteObjects":
        params["Key"] = _keys_of(request.body)
    return route.operation, params


def _keys_of(body: bytes) -> list[str]:
    """Return the keys that a DeleteObjects names."""
    try:
        root = ET.fromstring(body)  # noqa: S314  (expat refuses entity bombs since 2.4.1)
    except (ET.ParseError, ValueError):
        return []
    return [each.text or "" for each in root.iter() if each.tag.rpartition("}")[2] == "Key"]


def _path_of(request: Request) -> str:
    """Return the path with the bucket in it, also where the host name carries the bucket."""
    host = request.header("host").rpartition(":")[0] or request.header("host")
    name = host.removesuffix(".localhost")
    if name in {host, "s3"} or name.startswith("s3."):
        return request.path
    bucket = name.removesuffix(".s3").partition(".s3.")[0]
    return f"/{bucket}{request.path}"


@cache
def _routes(service: str) -> tuple[_Route, ...]:
    import botocore.session  # noqa: PLC0415  (0.1 s that a start without work need not pay)
    from botocore.exceptions import UnknownServiceError  # noqa: PLC0415

    session = botocore.session.get_session()
    found: list[_Route] = []
    for name in MODELS.get(service, (service,)):
        try:
            model = session.get_service_model(name)
        except UnknownServiceError:
            continue
        found += [_route(model.operation_model(each)) for each in model.operation_names]
    return tuple(found)


def _route(operation: OperationModel) -> _Route:
    template, _, query = operation.http["requestUri"].partition("?")
    labels = re.findall(r"\{(\w+)\+?\}", template)
    pattern = re.sub(r"\\\{\w+(\\\+)?\\\}", lambda part: "(.+)" if part.group(1) else "([^/]+)", re.escape(template))
    shape = operation.input_shape
    members = {} if shape is None else dict(shape.members)
    required = set() if shape is None else set(shape.required_members)
    place = {name: each.serialization.get("location") for name, each in members.items()}
    named = {name: str(each.serialization.get("name", name)) for name, each in members.items()}
    by_label = {named[name]: name for name in members if place[name] == "uri"}
    return _Route(
        operation=operation.name,
        method=operation.http["method"],
        path=re.compile(pattern.rstrip("/") + "/?" if not template.endswith("+}") else pattern, re.DOTALL),
        labels=tuple(by_label.get(label, label) for label in labels),
        fixed={name: value for name, value in parse_qsl(query, keep_blank_values=True) if name != "x-id"},
        needed=frozenset(named[name] for name in required if place[name] == "querystring"),
        headers=frozenset(named[name].lower() for name in required if place[name] == "header"),
        query={name: named[name] for name in members if place[name] == "querystring"},
    )
