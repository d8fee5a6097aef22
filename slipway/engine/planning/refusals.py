"""What is said where the program asks for something that can't be done."""

from slipway.engine.planning.questions import PlanError
from slipway.engine.planning.registration import Registration
from slipway.engine.providers.answers import CheckFailure
from slipway.engine.state.resource import ResourceState
from slipway.engine.values import UNKNOWN, Properties, Secret


def duplicate(urn: str) -> PlanError:
    """Say that two resources of the program have the same URN."""
    return PlanError(f"Duplicate resource URN '{urn}'; try giving it a unique name", urn)


def duplicate_alias(urn: str, alias: str, other: str) -> PlanError:
    """Say that two resources of the program were the same one before."""
    return PlanError(
        f"Duplicate resource alias '{alias}' applied to resource with URN '{urn}' "
        f"conflicting with resource with URN '{other}'",
        urn,
    )


def taken_by_alias(urn: str, other: str) -> PlanError:
    """Say that a resource has the name under which another one was found."""
    return PlanError(f"Duplicate resource URN '{urn}' conflicting with alias on resource with URN '{other}'", urn)


def protected(urn: str) -> PlanError:
    """Say that a protected resource would have to be replaced."""
    return PlanError(
        f'unable to replace resource "{urn}"\nas it is currently marked for protection. '
        "To unprotect the resource, remove the `protect` flag from the resource in your Pulumi "
        "program and run `pulumi up`",
        urn,
    )


def protected_dependent(dependent: str, urn: str) -> PlanError:
    """Say that a protected resource would have to be deleted first, because what it needs is."""
    return PlanError(
        f'unable to replace resource "{dependent}" as part of replacing "{urn}" as it is currently marked for '
        "protection. To unprotect the resource, remove the `protect` flag from the resource in your Pulumi "
        f"program and run `pulumi up`, or use the command:\n`pulumi state unprotect '{dependent}'`",
        urn,
    )


def imported_and_replaced(
    urn: str, old: ResourceState, new: ResourceState, keys: tuple[str, ...], *, show_secrets: bool
) -> PlanError:
    """Say that a resource which was taken over by its id would have to become another one."""
    lines = (f"{key}: {{{_shown(old, key, show_secrets)}}} => {{{_shown(new, key, show_secrets)}}}" for key in keys)
    return PlanError(
        "previously-imported resources that still specify an ID may not be replaced; "
        "please remove the `import` declaration from your program;\n" + "\n".join(lines),
        urn,
    )


def unmade_dependency(urn: str, needed: str) -> PlanError:
    """Say that something is to be made whose dependency is not, because nobody asked for it."""
    return PlanError(f"Resource '{urn}' depends on '{needed}' which was was not specified in --target list.", urn)


def untargeted_deletion(urn: str) -> PlanError:
    """Say that something else would have to be deleted with a target."""
    return PlanError(
        f"Resource '{urn}' will be destroyed but was not specified in --target list.\n"
        "Either include resource in --target list or pass --target-dependents to proceed.",
        urn,
    )


def other_provider(urn: str, provider: str) -> PlanError:
    """Say that what a targeted operation leaves alone needs a provider resource that the program gave up."""
    return PlanError(
        f"provider {provider} for resource {urn} has not been registered yet, this is due to a change of providers "
        "mixed with --target. Change your program back to the original providers",
        urn,
    )


def missing_target(urn: str) -> str:
    """Return what is said of a target that names nothing; `$` stands in the URNs of children."""
    hint = "" if "$" in urn else " Did you forget to escape $ in your shell?"
    return f"Target '{urn}' could not be found in the stack.{hint}"


def refused_inputs(goal: Registration, inputs: Properties, failures: tuple[CheckFailure, ...]) -> PlanError:
    """Say why the provider refuses the inputs."""
    return PlanError("\n".join(_failure_text(goal, inputs, failure) for failure in failures), goal.urn)


def _failure_text(goal: Registration, inputs: Properties, failure: CheckFailure) -> str:
    if not failure.property:
        return f"{goal.type} resource '{goal.name}' has a problem: {failure.reason}"
    value = inputs.get(failure.property)
    return (
        f"{goal.type} resource '{goal.name}': property {failure.property} value {{{_go_text(value)}}} "
        f"has a problem: {failure.reason}"
    )


def _shown(state: ResourceState, key: str, show_secrets: bool) -> str:  # noqa: FBT001 - a private half of a line
    value = state.inputs.get(key)
    return _go_text(value.value if show_secrets and isinstance(value, Secret) else value)


def _go_text(value: object) -> str:  # noqa: PLR0911 - one return a kind of value
    """Return a value as the real engine's messages show it."""
    if value is None:
        return "<nil>"
    if isinstance(value, Secret):
        return "[secret]"
    if value is UNKNOWN:
        return "output<string>{}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + " ".join(f"{{{_go_text(item)}}}" for item in value) + "]"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{{{_go_text(value[key])}}}" for key in sorted(value)) + "]"
    return str(value)
