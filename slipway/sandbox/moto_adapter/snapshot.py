"""moto's state as bytes and back: every backend of every account.

One pickle for all services keeps the identity of what they share. Large S3 objects lie beside it as files named by
their digest, written once, so that a snapshot costs what changed and not what is stored.
"""

import io
import logging
import pickle
from typing import Any

from slipway.sandbox.moto_adapter.blobs import Blobs
from slipway.sandbox.moto_adapter.rebuilding import READING, living_service
from slipway.sandbox.moto_adapter.reducing import Writer, place_of

log = logging.getLogger(__name__)

UNWRITABLE = (pickle.PicklingError, TypeError, AttributeError, RecursionError)
"""What pickle raises for an object that it can't take apart."""
Backends = dict[tuple[str, str], dict[str, dict[str, Any]]]
"""(module, variable) of a service's backends -> account -> region -> backend."""


def dump(blobs: Blobs) -> bytes:
    """Everything that moto remembers; a service that can't be written is left out and logged, the others stay."""
    backends = _backends()
    try:
        return _dumped(backends, blobs)
    except UNWRITABLE as error:
        log.warning("a service's state can't be written (%s): looking for it", error)
    kept: Backends = {}
    for key, accounts in backends.items():
        try:
            _dumped({key: accounts}, blobs)
        except UNWRITABLE:
            log.exception("the state of %s is not kept across restarts", key[0])
        else:
            kept[key] = accounts
    return _dumped(kept, blobs)


def load(data: bytes, blobs: Blobs) -> None:
    """Give moto back what `dump` wrote."""
    READING.blobs = blobs
    # the file is the sandbox's own, in a folder of the user's
    backends: Backends = pickle.loads(data)  # noqa: S301
    for place, accounts in backends.items():
        service = living_service(*place)
        for account, regions in accounts.items():
            for region, backend in regions.items():
                dict.__setitem__(service[account], region, backend)


def _backends() -> Backends:
    from moto.core.base_backend import BackendDict  # noqa: PLC0415

    found: Backends = {}
    instances: list[Any] = vars(BackendDict)["_instances"]  # moto has no public list
    for service in list(instances):
        place = place_of(service)
        if place is not None:
            found[place] = {account: dict(regions.items()) for account, regions in list(service.items())}
    return found


def _dumped(backends: Backends, blobs: Blobs) -> bytes:
    buffer = io.BytesIO()
    Writer(buffer, blobs).dump(backends)
    return buffer.getvalue()
