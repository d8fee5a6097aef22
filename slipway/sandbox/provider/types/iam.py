"""IAM roles and policies. Documents come back decoded or encoded, so they are compared by value."""

import json
from typing import Any, Final
from urllib.parse import unquote

from slipway.sandbox.provider.declaration import Call, Change, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope

ROLE_TAGS: Final = Tags(read="list_role_tags", add="tag_role", remove="untag_role", by="name", parameter="RoleName")
POLICY_TAGS: Final = Tags(
    read="list_policy_tags", add="tag_policy", remove="untag_policy", by="id", parameter="PolicyArn"
)
INLINE: Final = {"role": "RoleName", "name": "PolicyName"}
KEPT_VERSIONS: Final = 5


def document(value: Any) -> str:
    """IAM's document as text: botocore decodes some, others arrive URL-encoded."""
    return json.dumps(value) if isinstance(value, dict) else unquote(str(value))


def _set_boundary(scope: Scope, change: Change) -> None:
    client = scope.client("iam")
    if change.news.get("permissionsBoundary"):
        client.put_role_permissions_boundary(RoleName=change.id, PermissionsBoundary=change.news["permissionsBoundary"])
    else:
        client.delete_role_permissions_boundary(RoleName=change.id)


def _read_role(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    role = scope.client("iam").get_role(RoleName=resource_id)["Role"]
    return {
        "name": role["RoleName"],
        "path": role.get("Path", "/"),
        "arn": role["Arn"],
        "uniqueId": role["RoleId"],
        "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "assumeRolePolicy": document(role["AssumeRolePolicyDocument"]),
        "description": role.get("Description") or None,
        "maxSessionDuration": role.get("MaxSessionDuration"),
        "permissionsBoundary": (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
        "tagsAll": {tag["Key"]: tag["Value"] for tag in role.get("Tags", [])},
    }


def _finish_role(scope: Scope, resource_id: str, inputs: Properties) -> None:
    client = scope.client("iam")
    for arn in inputs.get("managedPolicyArns", []):
        client.attach_role_policy(RoleName=resource_id, PolicyArn=arn)
    for policy in inputs.get("inlinePolicies", []):
        client.put_role_policy(RoleName=resource_id, PolicyName=policy["name"], PolicyDocument=policy["policy"])


def _update_attached(scope: Scope, change: Change) -> None:
    client = scope.client("iam")
    old, new = set(change.olds.get("managedPolicyArns", [])), set(change.news.get("managedPolicyArns", []))
    for arn in sorted(old - new):
        client.detach_role_policy(RoleName=change.id, PolicyArn=arn)
    names = {policy["name"] for policy in change.news.get("inlinePolicies", [])}
    for policy in change.olds.get("inlinePolicies", []):
        if policy["name"] not in names:
            client.delete_role_policy(RoleName=change.id, PolicyName=policy["name"])
    _finish_role(scope, change.id, change.news)


def _delete_role(scope: Scope, resource_id: str, inputs: Properties) -> None:
    client = scope.client("iam")
    own = {policy["name"] for policy in inputs.get("inlinePolicies", [])}
    attached = set(inputs.get("managedPolicyArns", []))
    if inputs.get("forceDetachPolicies"):
        pages = client.get_paginator("list_attached_role_policies").paginate(RoleName=resource_id)
        attached |= {policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]}
        for page in client.get_paginator("list_role_policies").paginate(RoleName=resource_id):
            own |= set(page["PolicyNames"])
    for arn in sorted(attached):
        client.detach_role_policy(RoleName=resource_id, PolicyArn=arn)
    for name in sorted(own):
        client.delete_role_policy(RoleName=resource_id, PolicyName=name)
    client.delete_role(RoleName=resource_id)


def _read_inline(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    role, name = resource_id.split(":", 1)
    found = scope.client("iam").get_role_policy(RoleName=role, PolicyName=name)
    return {"role": found["RoleName"], "name": found["PolicyName"], "policy": document(found["PolicyDocument"])}


def _read_policy(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    client = scope.client("iam")
    policy = client.get_policy(PolicyArn=resource_id)["Policy"]
    version = client.get_policy_version(PolicyArn=resource_id, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    return {
        "arn": policy["Arn"],
        "name": policy["PolicyName"],
        "path": policy.get("Path", "/"),
        "policyId": policy["PolicyId"],
        "attachmentCount": policy.get("AttachmentCount", 0),
        "description": policy.get("Description") or None,
        "policy": document(version["Document"]),
        "tagsAll": {tag["Key"]: tag["Value"] for tag in policy.get("Tags", [])},
    }


def _new_version(scope: Scope, change: Change) -> None:
    client = scope.client("iam")
    versions = client.list_policy_versions(PolicyArn=change.id)["Versions"]
    older = sorted((v for v in versions if not v["IsDefaultVersion"]), key=lambda v: v["CreateDate"])
    if len(versions) >= KEPT_VERSIONS:  # IAM keeps five
        client.delete_policy_version(PolicyArn=change.id, VersionId=older[0]["VersionId"])
    client.create_policy_version(PolicyArn=change.id, PolicyDocument=change.news["policy"], SetAsDefault=True)


def _delete_policy(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    client = scope.client("iam")
    for version in client.list_policy_versions(PolicyArn=resource_id)["Versions"]:
        if not version["IsDefaultVersion"]:
            client.delete_policy_version(PolicyArn=resource_id, VersionId=version["VersionId"])
    client.delete_policy(PolicyArn=resource_id)


def _read_attachment(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    role, arn = resource_id.split("/", 1)
    for page in scope.client("iam").get_paginator("list_attached_role_policies").paginate(RoleName=role):
        if any(policy["PolicyArn"] == arn for policy in page["AttachedPolicies"]):
            return {"role": role, "policyArn": arn}
    raise Gone


PUT_INLINE: Final = Call(operation="put_role_policy")

TYPES = (
    ResourceType(
        type="aws:iam/role:Role",
        service="iam",
        global_service=True,
        identity={"name": "RoleName"},
        id="{name}",
        name=AutoName(limit=64),
        create=Call(operation="create_role", at="Role"),
        finish=_finish_role,
        read=_read_role,
        update=(
            Update(
                how=Call(operation="update_assume_role_policy", only=frozenset({"assumeRolePolicy"})),
                props=frozenset({"assumeRolePolicy"}),
            ),
            Update(how=Call(operation="update_role"), props=frozenset({"description", "maxSessionDuration"})),
            Update(how=_set_boundary, props=frozenset({"permissionsBoundary"})),
            Update(how=_update_attached, props=frozenset({"managedPolicyArns", "inlinePolicies"})),
        ),
        delete=_delete_role,
        outputs={"arn": "@Arn", "uniqueId": "@RoleId", "createDate": "@CreateDate"},
        renames={"assumeRolePolicy": "AssumeRolePolicyDocument"},
        tags=ROLE_TAGS,
        documents=frozenset({"assumeRolePolicy"}),
        local=frozenset({"forceDetachPolicies"}),
        write_only=frozenset({"managedPolicyArns", "inlinePolicies"}),
    ),
    ResourceType(
        type="aws:iam/rolePolicy:RolePolicy",
        service="iam",
        global_service=True,
        identity=INLINE,
        id="{role}:{name}",
        name=AutoName(limit=128),
        create=PUT_INLINE,
        read=_read_inline,
        update=(Update(how=PUT_INLINE),),
        delete=Call(operation="delete_role_policy"),
        renames={"policy": "PolicyDocument"},
        documents=frozenset({"policy"}),
    ),
    ResourceType(
        type="aws:iam/policy:Policy",
        service="iam",
        global_service=True,
        identity={"id": "PolicyArn"},
        id="@Arn",
        name=AutoName(limit=128),
        create=Call(operation="create_policy", at="Policy", by={"name": "PolicyName"}),
        read=_read_policy,
        update=(Update(how=_new_version, props=frozenset({"policy"})),),
        delete=_delete_policy,
        outputs={"arn": "@Arn", "policyId": "@PolicyId", "attachmentCount": "@AttachmentCount"},
        renames={"policy": "PolicyDocument"},
        tags=POLICY_TAGS,
        documents=frozenset({"policy"}),
        local=frozenset({"delayAfterPolicyCreationInMs"}),
    ),
    ResourceType(
        type="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        service="iam",
        global_service=True,
        identity={"role": "RoleName", "policyArn": "PolicyArn"},
        id="{role}/{policyArn}",
        create=Call(operation="attach_role_policy"),
        read=_read_attachment,
        delete=Call(operation="detach_role_policy"),
    ),
)
