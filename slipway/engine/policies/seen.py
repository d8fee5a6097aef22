"""Resources of a deployment as policy packs see them."""

from slipway.engine import urn as urns
from slipway.engine.planning.planner import Planner
from slipway.engine.planning.registration import Registration
from slipway.engine.policies.findings import ProviderSeen, Seen
from slipway.engine.values import Properties


def seen_resource(planner: Planner, goal: Registration, inputs: Properties) -> Seen:
    """Return a resource that is about to be made, changed or left."""
    return _seen(planner, goal, inputs)


def seen_stack(planner: Planner) -> list[tuple[Seen, str]]:
    """Return every resource of the program with the outputs that it came to, and its parent."""
    found = []
    for urn, goal in planner.goals.items():
        step = planner.registered.get(urn)
        if step is None or step.new is None or step.skipped_create:
            continue
        found.append((_seen(planner, goal, step.new.outputs), goal.parent))
    return found


def _seen(planner: Planner, goal: Registration, properties: Properties) -> Seen:
    provider = _provider(planner, goal.provider)
    return Seen(goal=goal, properties=properties, provider=provider, former_urn=planner.found_as.get(goal.urn, ""))


def _provider(planner: Planner, ref: str) -> ProviderSeen | None:
    if not ref:
        return None
    urn, _ = urns.split_reference(ref)
    step = planner.registered.get(urn)
    state = step.new if step is not None else planner.olds.get(urn)
    return None if state is None else ProviderSeen(urn=urn, inputs=state.inputs)
