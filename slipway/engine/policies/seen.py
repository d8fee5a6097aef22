"""Resources of a deployment as policy packs see them."""

from slipway.engine import urn as urns
from slipway.engine.planning.planner import Planner
from slipway.engine.planning.registration import Registration
from slipway.engine.policies.findings import ProviderSeen, Seen
from slipway.engine.values import Properties


def seen_resource(planner: Planner, goal: Registration, inputs: Properties) -> Seen:
    """Return a resource that is about to be made, changed or left."""
    return Seen(goal=goal, properties=inputs, provider=_provider(planner, goal.provider))


def seen_stack(planner: Planner) -> list[tuple[Seen, str]]:
    """Return every resource of the program with the outputs that it came to, and its parent."""
    found = []
    for urn, goal in planner.goals.items():
        step = planner.registered.get(urn)
        if step is None or step.new is None or step.skipped_create:
            continue
        seen = Seen(goal=goal, properties=step.new.outputs, provider=_provider(planner, goal.provider))
        found.append((seen, goal.parent))
    return found


def _provider(planner: Planner, ref: str) -> ProviderSeen | None:
    if not ref:
        return None
    urn, _ = urns.split_reference(ref)
    step = planner.registered.get(urn)
    state = step.new if step is not None else planner.olds.get(urn)
    return None if state is None else ProviderSeen(urn=urn, inputs=state.inputs)
