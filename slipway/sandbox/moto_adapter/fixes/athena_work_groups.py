"""Athena's work groups: UpdateWorkGroup, which moto lacks, and errors for what is not there or not empty.

https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdateWorkGroup.html
https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteWorkGroup.html
"""

from typing import Any

from moto.athena.models import AthenaBackend
from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError

from slipway.sandbox.moto_adapter.fixes.replacing import replace


def apply() -> None:
    """Add the operation, refuse what is not there, and let tags of a resource without any be none."""
    get = AthenaBackend.get_work_group

    def get_work_group(self: Any, name: str) -> Any:
        found = get(self, name)
        if found is None:
            raise _refused(f"WorkGroup {name} is not found.")
        return found

    def list_tags_for_resource(self: Any, resource_arn: str) -> Any:
        found = self.tagger.list_tags_for_resource(resource_arn)
        return {"Tags": found["Tags"]}

    replace(AthenaBackend, get_work_group=get_work_group, list_tags_for_resource=list_tags_for_resource)
    replace(AthenaResponse, update_work_group=_update, delete_work_group=_delete)


def _refused(message: str) -> JsonRESTError:
    return JsonRESTError("InvalidRequestException", message)


def _update(response: Any) -> str:
    name = response._get_param("WorkGroup")  # noqa: SLF001  (moto's own way to read parameters)
    response.athena_backend.get_work_group(name)
    group = response.athena_backend.work_groups[name]
    group.state = response._get_param("State") or group.state  # noqa: SLF001
    description = response._get_param("Description")  # noqa: SLF001
    group.description = group.description if description is None else description
    group.configuration = _merged(group.configuration, response._get_param("ConfigurationUpdates") or {})  # noqa: SLF001
    return "{}"


def _merged(configuration: dict[str, Any], updates: dict[str, Any]) -> dict[str, Any]:
    """Give a configuration after its updates: `XUpdates` go into X, `RemoveX` takes X away, the rest is set."""
    result = dict(configuration)
    for name, value in updates.items():
        if name.endswith("Updates"):
            part = name.removesuffix("Updates")
            result[part] = _merged(result.get(part) or {}, value)
        elif not name.startswith("Remove"):
            result[name] = value
        elif value:
            result.pop(name.removeprefix("Remove"), None)
    return result


def _delete(response: Any) -> str:
    backend, name = response.athena_backend, response._get_param("WorkGroup")  # noqa: SLF001
    backend.get_work_group(name)
    inside = [key for key, query in backend.named_queries.items() if query.workgroup.name == name]
    if inside and not response._get_param("RecursiveDeleteOption"):  # noqa: SLF001
        raise _refused(f"WorkGroup {name} is not empty")
    for key in inside:
        del backend.named_queries[key]
    backend.tagger.delete_all_tags_for_resource(backend.work_groups[name].arn)
    backend.delete_work_group(name)
    return "{}"
