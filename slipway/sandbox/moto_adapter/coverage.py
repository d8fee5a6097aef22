"""How many of a service's operations moto has a method for, corrections included."""

import importlib
import inspect
from typing import Any, cast

from slipway.sandbox.moto_adapter import fixes

ACCOUNT = "123456789012"


def covered(service: str) -> tuple[int, int]:
    """Return how many operations are there, and how many AWS has, by boto3's name of the service."""
    import botocore.session  # noqa: PLC0415
    from botocore import xform_name  # noqa: PLC0415
    from moto.backends import get_backend  # noqa: PLC0415
    from moto.core.responses import BaseResponse  # noqa: PLC0415

    regions = get_backend(cast("Any", service))[ACCOUNT]
    fixes.apply()
    backend = type(regions["aws" if service in {"budgets", "iam", "s3", "sts"} else "us-east-1"])
    responses = importlib.import_module(backend.__module__.replace(".models", ".responses"))
    names = _callables(backend)
    for _, found in inspect.getmembers(responses, inspect.isclass):
        if issubclass(found, BaseResponse):
            names |= _callables(found) - _callables(BaseResponse)
    known = [xform_name(name) for name in botocore.session.get_session().get_service_model(service).operation_names]
    return sum(name in names for name in known), len(known)


def _callables(owner: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(owner, callable)}
