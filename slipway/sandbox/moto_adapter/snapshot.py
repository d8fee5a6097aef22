"""moto's state as bytes and back: every backend of every account, with what plain pickle can't hold.

One pickle for all services keeps the identity of what they share. Large S3 objects lie beside it as files named by
their digest, written once, so that a snapshot costs what changed and not what is stored.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import logging
import os
import pickle
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

BLOB_FROM = 16 * 1024
LOCK = type(threading.Lock())
RLOCK = type(threading.RLock())

Backends = dict[tuple[str, str], dict[str, dict[str, Any]]]
"""(module, variable) of a service's backends -> account -> region -> backend."""


class Blobs:
    """Files named by the digest of what they hold."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.used: set[str] = set()

    def keep(self, value: bytes) -> str:
        """Store the bytes once; the answer is their name."""
        name = hashlib.sha256(value).hexdigest()
        self.used.add(name)
        file = self._folder / name
        if not file.exists():
            self._folder.mkdir(exist_ok=True)
            beside = file.with_suffix(f".{os.getpid()}.part")
            beside.write_bytes(value)
            beside.replace(file)
        return name

    def read(self, name: str) -> bytes:
        """The bytes of a name."""
        return (self._folder / name).read_bytes()

    def sweep(self) -> None:
        """Remove what the last snapshot did not use."""
        if self._folder.is_dir():
            for file in self._folder.iterdir():
                if file.name not in self.used:
                    file.unlink(missing_ok=True)


def dump(blobs: Blobs) -> bytes:
    """Everything that moto remembers; a service that can't be written is left out and logged, the others stay."""
    backends = _backends()
    try:
        return _dumped(backends, blobs)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        log.warning("a service's state can't be written whole (%s): leaving it out", error)
    kept: Backends = {}
    for key, accounts in backends.items():
        try:
            _dumped({key: accounts}, blobs)
            kept[key] = accounts
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            log.exception("the state of %s is not kept across restarts", key[0], exc_info=error)
    return _dumped(kept, blobs)


def load(data: bytes, blobs: Blobs) -> None:
    """Give moto back what `dump` wrote."""
    from moto.core.base_backend import AccountSpecificBackend  # noqa: PLC0415

    backends: Backends = _Unpickler(io.BytesIO(data), blobs).load()
    for (module, variable), accounts in backends.items():
        service = getattr(importlib.import_module(module), variable)
        for account, regions in accounts.items():
            by_region: AccountSpecificBackend[Any] = service[account]
            for region, backend in regions.items():
                dict.__setitem__(by_region, region, backend)


def _backends() -> Backends:
    from moto.core.base_backend import BackendDict  # noqa: PLC0415

    found: Backends = {}
    for service in list(BackendDict._instances):  # noqa: SLF001  (moto has no public list)
        place = _place(service)
        if place is not None:
            found[place] = {account: dict(regions.items()) for account, regions in list(service.items())}
    return found


def _place(service: Any) -> tuple[str, str] | None:
    """The module and variable that hold a service's backends: names that mean the same in the next process."""
    module = importlib.import_module(service.backend.__module__)
    for variable, value in vars(module).items():
        if value is service:
            return module.__name__, variable
    return None


def _dumped(backends: Backends, blobs: Blobs) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer, blobs).dump(backends)
    return buffer.getvalue()


class _Pickler(pickle.Pickler):
    """Pickle with an answer for locks, private keys, lambdas as default factories, S3 bodies and moto's own roots."""

    def __init__(self, file: io.BytesIO, blobs: Blobs) -> None:
        super().__init__(file, protocol=5)
        self._blobs = blobs
        from moto.core.base_backend import AccountSpecificBackend, BackendDict  # noqa: PLC0415

        self._roots: tuple[type, type] = (BackendDict, AccountSpecificBackend)

    def persistent_id(self, obj: Any) -> tuple[str, ...] | None:
        """References to a service's backends point at the living ones, never at a copy."""
        if isinstance(obj, self._roots[0]):
            place = _place(obj)
            return None if place is None else ("service", *place)
        if isinstance(obj, self._roots[1]):
            place = _place(_service_of(obj))
            return None if place is None else ("account", *place, obj.account_id)
        return None

    def reducer_override(self, obj: Any) -> Any:
        """How to rebuild what pickle can't take apart."""
        if isinstance(obj, LOCK):
            return threading.Lock, ()
        if isinstance(obj, RLOCK):
            return threading.RLock, ()
        if isinstance(obj, threading.Condition):
            return threading.Condition, ()
        if isinstance(obj, threading.Event):
            return threading.Event, ()
        if type(obj) is defaultdict and obj.default_factory is not None:
            return _default_dict, (_factory_name(obj.default_factory),), None, None, iter(obj.items())
        if type(obj).__name__ == "FakeKey":
            return self._reduce_key(obj)
        private = _private_key(obj)
        return NotImplemented if private is None else private

    def _reduce_key(self, key: Any) -> Any:
        if key.contentsize < BLOB_FROM or key.disposed:
            return NotImplemented
        known: tuple[str | None, int, str] | None = key.__dict__.get("slipway_blob")
        if known is not None and known[:2] == (key._etag, key.contentsize):  # noqa: SLF001
            name = known[2]
            self._blobs.used.add(name)
        else:
            name = self._blobs.keep(key.value)
            key.slipway_blob = (key._etag, key.contentsize, name)  # noqa: SLF001
        state = {k: v for k, v in key.__dict__.items() if k not in {"_value_buffer", "lock"}}
        return _new_key, (), (state, _Blob(name)), None, None, _fill_key


class _Blob:
    """Stands for the bytes of a stored blob."""

    def __init__(self, name: str) -> None:
        self.name = name


class _Unpickler(pickle.Unpickler):
    """Rebuilds what `_Pickler` took apart; the file is the sandbox's own, in a folder of the user's."""

    def __init__(self, file: io.BytesIO, blobs: Blobs) -> None:
        super().__init__(file)
        _READING.blobs = blobs

    def persistent_load(self, pid: tuple[str, ...]) -> Any:
        """The living counterpart of a reference."""
        service = getattr(importlib.import_module(pid[1]), pid[2])
        return service if pid[0] == "service" else service[pid[3]]


class _Reading(threading.local):
    """Where the keys being rebuilt in this thread find their bytes: pickle's state setters take no such argument."""

    blobs: Blobs


_READING = _Reading()


def _new_key() -> Any:
    from moto.s3.models import FakeKey  # noqa: PLC0415

    return FakeKey.__new__(FakeKey)


def _fill_key(key: Any, state: tuple[dict[str, Any], _Blob]) -> None:
    members, blob = state
    _READING.blobs.used.add(blob.name)
    key.__setstate__({**members, "value": _READING.blobs.read(blob.name)})


def _service_of(accounts: Any) -> Any:
    from moto.core.base_backend import BackendDict  # noqa: PLC0415

    for service in BackendDict._instances:  # noqa: SLF001
        if any(value is accounts for value in dict.values(service)):
            return service
    raise pickle.PicklingError(f"no service owns {accounts!r}")


def _private_key(obj: Any) -> Any:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    if not hasattr(obj, "private_bytes"):
        return None
    pem = obj.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return _load_private_key, (pem,)


def _load_private_key(pem: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    return load_pem_private_key(pem, None)


def _empty_dict_factory() -> dict[str, Any]:
    return defaultdict(dict)


def _factory_name(factory: Callable[[], Any]) -> Any:
    """A factory by itself when pickle can name it, else what it makes: moto's lambdas only make empty containers."""
    try:
        pickle.dumps(factory)
    except (pickle.PicklingError, AttributeError, TypeError):
        return _Makes(factory())
    return factory


class _Makes:
    """A factory of copies of an empty container."""

    def __init__(self, sample: Any) -> None:
        self._sample = pickle.dumps(sample) if not isinstance(sample, defaultdict) else None
        self._inner = _factory_name(sample.default_factory) if isinstance(sample, defaultdict) else None

    def __call__(self) -> Any:
        return pickle.loads(self._sample) if self._sample is not None else defaultdict(self._inner)  # noqa: S301


def _default_dict(factory: Any) -> defaultdict[Any, Any]:
    return defaultdict(factory)
