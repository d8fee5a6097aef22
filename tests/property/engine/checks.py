"""What holds of every state file that is ever on disk."""

import json

from slipway.engine.codec.state import StateCodec
from slipway.engine.state.snapshot import load_snapshot
from tests.property.engine.worlds import Marking, World


def sound(world: World) -> None:
    """Check that every state that was written can be loaded, and that in it each resource stands after its needs."""
    for text in world.written:
        codec = StateCodec(Marking().encrypt, Marking().decrypt)
        snapshot = load_snapshot(json.loads(text), codec)
        standing: set[str] = set()
        for resource in snapshot.resources:
            missing = resource.needs() - standing
            assert not missing, f"{resource.urn} stands before {sorted(missing)}"
            standing.add(resource.urn)
