"""What a snapshot calls when it is read: the names of these functions are part of its format."""

import copy
import importlib
import json
import threading
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any

from slipway.sandbox.moto_adapter.blobs import Blobs


class _Reading(threading.local):
    """Where S3 objects being rebuilt in this thread find their bytes: pickle's state setters take no such argument."""

    blobs: Blobs


READING = _Reading()


def living_service(module: str, variable: str) -> Any:
    """Return the backends of a service in this process."""
    return getattr(importlib.import_module(module), variable)


def living_account(module: str, variable: str, account: str) -> Any:
    """Return the backends of a service and account in this process."""
    return living_service(module, variable)[account]


def default_dict(kind: type[defaultdict[Any, Any]], factory: Callable[[], Any] | None) -> defaultdict[Any, Any]:
    """Make a defaultdict or one of moto's kinds of it, whose own initialisers ask for more than a factory."""
    made = kind.__new__(kind)
    defaultdict.__init__(made, factory)
    return made


def new_key() -> Any:
    """Return an S3 object without its members."""
    from moto.s3.models import FakeKey  # noqa: PLC0415

    return FakeKey.__new__(FakeKey)


def fill_key(key: Any, state: tuple[dict[str, Any], str]) -> None:
    """Give an S3 object its members, and its bytes from the blob of that name."""
    members, blob = state
    key.__setstate__({**members, "value": READING.blobs.read(blob)})


def aws_policy(name: str, account: str, partition: str, identifier: str) -> Any:
    """One of AWS's managed policies, from moto's own data."""
    from moto.iam.models import AWSManagedPolicy  # noqa: PLC0415

    policy = AWSManagedPolicy.from_data(name, account, partition, _aws_policies()[name])
    policy.id = identifier
    return policy


@cache
def _aws_policies() -> dict[str, dict[str, Any]]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: PLC0415

    policies: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return policies


def private_key(pem: bytes) -> Any:
    """Return a key pair's private half."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    return load_pem_private_key(pem, None)


class Copies:
    """A default factory of copies of an empty container."""

    def __init__(self, sample: Any) -> None:
        self._sample = sample

    def __call__(self) -> Any:
        """Make one."""
        return copy.deepcopy(self._sample)


class Nested:
    """A default factory of dictionaries that make their values with another factory."""

    def __init__(self, inner: Callable[[], Any]) -> None:
        self._inner = inner

    def __call__(self) -> Any:
        """Make one."""
        return defaultdict(self._inner)
