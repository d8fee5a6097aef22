"""Lake Formation's registered locations: UpdateResource, which moto lacks, and all that was asked for read back.

https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_RegisterResource.html
https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_UpdateResource.html
"""

from typing import Any, Final

from moto.core.utils import unix_time
from moto.lakeformation import urls
from moto.lakeformation.exceptions import InvalidInput
from moto.lakeformation.models import Resource
from moto.lakeformation.responses import LakeFormationResponse

from slipway.sandbox.moto_adapter.fixes.replacing import replace

FLAGS: Final = ("WithFederation", "HybridAccessEnabled", "WithPrivilegedAccess")
LINKED: Final = "role/aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess"


def apply() -> None:
    """Add the operation; keep the flags, the role and the time of the last change."""
    told = Resource.to_dict

    def to_dict(self: Any) -> dict[str, Any]:
        return {**told(self), **getattr(self, "asked", {})}

    replace(Resource, to_dict=to_dict)
    replace(LakeFormationResponse, register_resource=_register, update_resource=_update)
    urls.url_paths["{0}/UpdateResource$"] = urls.response.dispatch


def _register(response: Any) -> str:
    arn, role = response._get_param("ResourceArn"), response._get_param("RoleArn")  # noqa: SLF001  (moto's own way)
    if role is None:
        if not response._get_param("UseServiceLinkedRole"):  # noqa: SLF001
            raise InvalidInput("Either RoleArn or UseServiceLinkedRole must be given.")
        role = f"arn:{response.partition}:iam::{response.current_account}:{LINKED}"
    response.lakeformation_backend.register_resource(resource_arn=arn, role_arn=role)
    _remember(response, response.lakeformation_backend.resources[arn])
    return "{}"


def _update(response: Any) -> str:
    found = response.lakeformation_backend.describe_resource(response._get_param("ResourceArn"))  # noqa: SLF001
    found.role_arn = response._get_param("RoleArn")  # noqa: SLF001
    _remember(response, found)
    return "{}"


def _remember(response: Any, resource: Any) -> None:
    given = {name: response._get_param(name) for name in FLAGS}  # noqa: SLF001
    asked = {name: bool(value) for name, value in given.items() if value is not None}
    resource.asked = {**getattr(resource, "asked", {}), **asked, "LastModified": unix_time()}
