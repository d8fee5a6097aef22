"""What is wrong with a request that moto broke on: moto checks little, and takes what it is sent for what it expects.

AWS checks a request against its model first. This is done here only for requests that failed, so that good ones pay
nothing; a request without fault that failed all the same is the sandbox's own failure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.sandbox.gateway.calls import MODELS, Call, call_of
from slipway.sandbox.gateway.errors import protocol_of
from slipway.sandbox.sagemaker.rules import problems

if TYPE_CHECKING:
    from botocore.model import StructureShape

    from slipway.sandbox.gateway.http import Request


def complaint(request: Request, service: str) -> str | None:
    """Return what AWS would say of a request before it does anything, None when it is as the model has it."""
    call = call_of(request, service)
    shape = _input_shape(call, service)
    if shape is None:
        return None
    given = {name.lower(): value for name, value in call.params.items()}
    missing = [name for name in shape.required_members if _is_of_body(shape, name) and _absent(given, shape, name)]
    found = [
        f"Value null at '{name[:1].lower()}{name[1:]}' failed to satisfy constraint: Member must not be null"
        for name in missing
    ]
    if protocol_of(request, service) in {"json", "rest-json"}:
        for name, member in shape.members.items():
            if _is_of_body(shape, name) and not _absent(given, shape, name):
                found += problems(member, _value(given, shape, name))
    if not found:
        return None
    return f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: {'; '.join(found)}"


def _input_shape(call: Call, service: str) -> StructureShape | None:
    import botocore.session  # noqa: PLC0415  (imported by moto before)
    from botocore.exceptions import UnknownServiceError  # noqa: PLC0415

    for name in (*MODELS.get(service, ()), service):
        try:
            model = botocore.session.get_session().get_service_model(name)
        except UnknownServiceError:
            continue
        if call.operation in model.operation_names:
            return model.operation_model(call.operation).input_shape
    return None


def _is_of_body(shape: StructureShape, name: str) -> bool:
    """Tell whether a member comes in the body: those of path, query and headers were read by the route."""
    return "location" not in shape.members[name].serialization


def _value(given: dict[str, Any], shape: StructureShape, name: str) -> Any:
    spelt = str(shape.members[name].serialization.get("name", name))
    return given.get(spelt.lower(), given.get(name.lower()))


def _absent(given: dict[str, Any], shape: StructureShape, name: str) -> bool:
    return _value(given, shape, name) is None
