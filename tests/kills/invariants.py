"""What is true of a state at every moment, read by rules of its own and not by the engine's."""

import re
from collections.abc import Iterator
from typing import Any

Deployment = dict[str, Any]
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NUMBERED = re.compile(r"(arn:\w+:\w+/\w+)-\d+")
_CLOCK = ("created", "modified", "time")


def name_of(urn: str) -> str:
    """Return the name at the end of a URN."""
    return urn.rpartition("::")[2]


def needs(resource: Deployment) -> set[str]:
    """Return the URNs that a resource refers to."""
    found = {*resource.get("dependencies", []), resource.get("parent"), resource.get("deletedWith")}
    for urns in resource.get("propertyDependencies", {}).values():
        found.update(urns)
    if resource.get("provider"):
        found.add(resource["provider"].rpartition("::")[0])
    return {urn for urn in found if urn}


def pending(deployment: Deployment, kind: str) -> set[str]:
    """Return the URNs of the pending operations of a kind."""
    found = deployment.get("pending_operations", [])
    return {operation["resource"]["urn"] for operation in found if operation["type"] == kind}


def problems_of_the_form(checkpoint: dict[str, Any]) -> list[str]:
    """Return what is wrong with a checkpoint as such."""
    if checkpoint["version"] != 3 or checkpoint["checkpoint"]["stack"] != "organization/app/dev":
        return [f"head: {checkpoint['version']}, {checkpoint['checkpoint']['stack']}"]
    deployment = checkpoint["checkpoint"].get("latest")
    if deployment is None:
        return []
    found = [f"no {key}" for key in ("manifest", "secrets_providers", "metadata") if key not in deployment]
    return [*found, *_problems_of_the_order(deployment), *_problems_of_what_is_pending(deployment)]


def _problems_of_the_order(deployment: Deployment) -> Iterator[str]:
    stood: set[str] = set()
    live: set[str] = set()
    for resource in deployment.get("resources", []):
        urn = resource["urn"]
        if missing := needs(resource) - stood:
            yield f"{name_of(urn)} stands before what it needs: {sorted(map(name_of, missing))}"
        if urn in live and not resource.get("delete"):
            yield f"{name_of(urn)} is there twice"
        if not resource.get("delete"):
            live.add(urn)
        stood.add(urn)
        if resource["custom"] and not resource.get("id"):
            yield f"{name_of(urn)} has no id"


def _problems_of_what_is_pending(deployment: Deployment) -> Iterator[str]:
    stored = {resource["urn"] for resource in deployment.get("resources", [])}
    for operation in deployment.get("pending_operations", []):
        urn = operation["resource"]["urn"]
        if operation["type"] in ("updating", "deleting") and urn not in stored:
            yield f"{operation['type']} {name_of(urn)}, which is not there"
        if operation["type"] == "creating" and operation["resource"].get("id"):
            yield f"creating {name_of(urn)}, which has an id"


def managed(deployment: Deployment) -> dict[str, Deployment]:
    """Return the things of the lab in a state, by id."""
    return {item["id"]: item for item in deployment.get("resources", []) if item["type"].startswith("lab:index:")}


def unaccounted(deployment: Deployment, cloud: dict[str, Any]) -> set[str]:
    """Return the ids that exist and are not in the state."""
    return set(cloud["things"]) - set(managed(deployment))


def problems_of_the_cloud(deployment: Deployment, cloud: dict[str, Any]) -> list[str]:
    """Return what exists and is not told by the state, and what the state tells and is not there."""
    creating = {name_of(urn) for urn in pending(deployment, "creating")}
    found = []
    for id_ in unaccounted(deployment, cloud):
        name = cloud["things"][id_]["inputs"].get("fixedName") or id_.rpartition("-")[0]
        if name not in creating:
            found.append(f"{id_} was made and the state has nothing of it")
    deleting = pending(deployment, "deleting")
    for id_, resource in managed(deployment).items():
        gone = resource["urn"] in deleting or resource.get("pendingReplacement")
        if id_ not in cloud["things"] and not gone:
            found.append(f"{id_} is in the state and not in the cloud")
    return found


def differences(deployment: Deployment, cloud: dict[str, Any]) -> list[str]:
    """Return where cloud and state differ when nothing is in flight."""
    found = problems_of_the_cloud(deployment, cloud)
    for id_, resource in managed(deployment).items():
        exists = cloud["things"].get(id_, {}).get("inputs", {})
        for key, value in resource["inputs"].items():
            secret = isinstance(value, dict) and "ciphertext" in value
            if not secret and exists.get(key) != value:
                found.append(f"{id_}.{key}: {value!r} in the state, {exists.get(key)!r} in the cloud")
    return found


def graph(deployment: Deployment) -> dict[str, Any]:
    """Return what a program made: resources with their inputs, whatever ids they were given."""
    return {
        resource["urn"]: (resource.get("delete", False), _plain(resource.get("inputs")), sorted(needs(resource)))
        for resource in deployment.get("resources", [])
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return "secret" if "ciphertext" in value else {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return _NUMBERED.sub(r"\1", value) if isinstance(value, str) else value


def fingerprint(deployment: Deployment) -> str:
    """Return a text that is the same for states that differ in times, random ids and ciphertexts only."""
    numbers: dict[str, int] = {}

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            kept = {key: plain(item) for key, item in sorted(value.items()) if key not in _CLOCK}
            return kept if "ciphertext" not in kept else "secret"
        if isinstance(value, list):
            return [plain(item) for item in value]
        if isinstance(value, str):
            return _UUID.sub(lambda found: f"<{numbers.setdefault(found[0], len(numbers))}>", value)
        return value

    return repr(plain({key: value for key, value in deployment.items() if key != "secrets_providers"}))
