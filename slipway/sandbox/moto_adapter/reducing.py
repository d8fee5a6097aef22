"""How a snapshot is written: plain pickle, with an answer for what it can't take apart or should not repeat."""

import importlib
import io
import pickle
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

from slipway.sandbox.moto_adapter import rebuilding
from slipway.sandbox.moto_adapter.blobs import Blobs

BLOB_FROM = 16 * 1024
"""Bytes from which an S3 object's body is a file of its own."""


def place_of(service: Any) -> tuple[str, str] | None:
    """Return the module and variable that hold a service's backends: names that mean the same in the next process."""
    module = importlib.import_module(service.backend.__module__)
    for variable, value in vars(module).items():
        if value is service:
            return module.__name__, variable
    return None


class Writer(pickle.Pickler):
    """Locks, private keys, lambdas as default factories, S3 bodies, and moto's roots, which are referred to by name."""

    def __init__(self, file: io.BytesIO, blobs: Blobs) -> None:
        super().__init__(file, protocol=5)
        self._blobs = blobs
        from moto.core.base_backend import AccountSpecificBackend, BackendDict  # noqa: PLC0415
        from moto.iam.models import AWSManagedPolicy  # noqa: PLC0415
        from moto.s3.models import FakeKey  # noqa: PLC0415

        self._reducers: dict[type, Callable[[Any], Any]] = {
            type(threading.Lock()): lambda _: (threading.Lock, ()),
            type(threading.RLock()): lambda _: (threading.RLock, ()),
            threading.Condition: lambda _: (threading.Condition, ()),
            threading.Event: lambda _: (threading.Event, ()),
            WeakValueDictionary: lambda obj: (WeakValueDictionary, (), None, None, iter(list(obj.items()))),
            BackendDict: lambda obj: (rebuilding.living_service, _place(obj)),
            AccountSpecificBackend: lambda obj: (rebuilding.living_account, (*_place(_owner(obj)), obj.account_id)),
            AWSManagedPolicy: _aws_policy,
            FakeKey: self._key,
        }

    def reducer_override(self, obj: Any) -> Any:
        """How to rebuild an object; NotImplemented leaves it to pickle."""
        reducer = self._reducers.get(type(obj))
        if reducer is not None:
            return reducer(obj)
        if isinstance(obj, defaultdict):
            return _default_dict(obj)
        return _private_key(obj) if hasattr(obj, "private_bytes") else NotImplemented

    def _key(self, key: Any) -> Any:
        if key.contentsize < BLOB_FROM or key.disposed:
            return NotImplemented
        # moto makes a new object for new content, so what was hashed once need not be read again
        name: str | None = key.__dict__.get("slipway_blob")
        if name is None:
            name = key.slipway_blob = self._blobs.keep(key.value)
        self._blobs.used.add(name)
        members = {member: value for member, value in key.__dict__.items() if member not in {"_value_buffer", "lock"}}
        return rebuilding.new_key, (), (members, name), None, None, rebuilding.fill_key


def _place(service: Any) -> tuple[str, str]:
    place = place_of(service)
    if place is None:
        raise pickle.PicklingError(f"no module holds {service!r}")
    return place


def _owner(accounts: Any) -> Any:
    from moto.core.base_backend import BackendDict  # noqa: PLC0415

    instances: list[Any] = vars(BackendDict)["_instances"]  # moto has no public list
    for service in instances:
        if any(value is accounts for value in dict.values(service)):
            return service
    raise pickle.PicklingError(f"no service owns {accounts!r}")


def _aws_policy(policy: Any) -> Any:
    """AWS's 1,500 managed policies are moto's own data, 4 MB of it: only what was done to one is worth writing."""
    if policy.attachment_count or policy.tags or len(policy.versions) > 1:
        return NotImplemented
    return rebuilding.aws_policy, (policy.name, policy.account_id, policy.partition, policy.id)


def _private_key(key: Any) -> Any:
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415

    pem = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    return rebuilding.private_key, (pem,)


def _default_dict(values: defaultdict[Any, Any]) -> Any:
    factory = values.default_factory
    made_of = (type(values), None if factory is None else _nameable(factory))
    return (
        rebuilding.default_dict,
        made_of,
        vars(values) if hasattr(values, "__dict__") else None,
        None,
        iter(values.items()),
    )


def _nameable(factory: Callable[[], Any]) -> Callable[[], Any]:
    """Return the factory where pickle can name it, else one of copies of what it makes: moto's make containers."""
    try:
        pickle.dumps(factory)
    except (pickle.PicklingError, AttributeError, TypeError):
        sample = factory()
        if isinstance(sample, defaultdict) and sample.default_factory is not None:
            return rebuilding.Nested(_nameable(sample.default_factory))
        return rebuilding.Copies(sample)
    return factory
