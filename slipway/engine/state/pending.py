"""Operations that were interrupted: what is said about them, and how a refresh settles them."""

from collections.abc import Sequence

from slipway.engine.options import Options
from slipway.engine.state.snapshot import Operation, Snapshot


def interrupted_warning(operations: Sequence[Operation]) -> str:
    """Return what an operation says at its start when earlier ones were interrupted."""
    listed = "\n".join(f"  * {item.resource.urn}, interrupted while {item.type}" for item in operations)
    return _WARNING.format(count=len(operations), listed=listed)


def settled(base: Snapshot, options: Options) -> Snapshot:
    """Return the state without the interrupted operations that a refresh settles: all but creates nobody named."""
    named = {urn for urn, _ in options.import_pending_creates}

    def kept(item: Operation) -> bool:
        return item.type == "creating" and not options.clear_pending_creates and item.resource.urn not in named

    return Snapshot(base.resources, [item for item in base.operations if kept(item)], base.metadata)


_WARNING = """Attempting to deploy or update resources with {count} pending operations from previous deployment.
{listed}
These resources are in an unknown state because the Pulumi CLI was interrupted while waiting for changes to these \
resources to complete. You should confirm whether or not the operations listed completed successfully by checking \
the state of the appropriate provider. For example, if you are using AWS, you can confirm using the AWS Console.

Once you have confirmed the status of the interrupted operations, you can repair your stack using `pulumi refresh` \
which will refresh the state from the provider you are using and clear the pending operations if there are any.

Note that a refresh keeps pending CREATE operations until you settle them. Where the resource was made after all, \
delete it by hand, or take it over with the resource option `import_` and its id: else the next update makes a second \
one, or fails because the name is taken. Then `pulumi refresh --clear-pending-creates` forgets the operations."""
