"""Who may do what, and with which key: roles, policies and keys go last, AWS needs them to delete the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from slipway.ephemeral.inventory.kind import DENIED, Kind, Thing, pages, tags_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.inventory.owner import Owner

_WINDOW_DAYS = 7
"""AWS deletes a key after 7 days at the earliest."""


def _roles(account: Account, owner: Owner) -> Iterator[Thing]:
    for item in pages(account, "iam", "list_roles", "Roles"):
        name = item["RoleName"]
        if item["Path"].startswith(("/aws-service-role/", "/aws-reserved/")):
            continue
        if owner.owns(name, tags_of(account, "iam", "list_role_tags", "Tags", RoleName=name)):
            command = f"aws iam delete-role --role-name {name}"
            yield Thing(kind="roles", name=name, command=command)


def _delete_role(account: Account, thing: Thing) -> None:
    iam = account.client("iam")
    for name in list(pages(account, "iam", "list_role_policies", "PolicyNames", RoleName=thing.name)):
        iam.delete_role_policy(RoleName=thing.name, PolicyName=name)
    for item in list(pages(account, "iam", "list_attached_role_policies", "AttachedPolicies", RoleName=thing.name)):
        iam.detach_role_policy(RoleName=thing.name, PolicyArn=item["PolicyArn"])
    iam.delete_role(RoleName=thing.name)


def _policies(account: Account, owner: Owner) -> Iterator[Thing]:
    for item in pages(account, "iam", "list_policies", "Policies", Scope="Local"):
        tags = tags_of(account, "iam", "list_policy_tags", "Tags", PolicyArn=item["Arn"])
        if owner.owns(item["PolicyName"], tags):
            command = f"aws iam delete-policy --policy-arn {item['Arn']}"
            yield Thing(kind="policies", name=item["Arn"], command=command)


def _delete_policy(account: Account, thing: Thing) -> None:
    iam = account.client("iam")
    for version in list(pages(account, "iam", "list_policy_versions", "Versions", PolicyArn=thing.name)):
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=thing.name, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=thing.name)


def _keys(account: Account, owner: Owner) -> Iterator[Thing]:
    kms = account.client("kms")
    for item in pages(account, "kms", "list_keys", "Keys"):
        try:
            key = kms.describe_key(KeyId=item["KeyId"])["KeyMetadata"]
            listed = kms.list_resource_tags(KeyId=item["KeyId"]).get("Tags", [])
        except ClientError as error:
            # a key's own policy may hide it; the stack's keys let their account look, so it is none of them
            if error.response["Error"]["Code"] not in DENIED:
                raise
            continue
        tags = {one["TagKey"]: one["TagValue"] for one in listed}
        if key.get("KeyManager") == "AWS" or not owner.owns(item["KeyId"], tags):
            continue
        going = key.get("KeyState") == "PendingDeletion"
        command = f"aws kms schedule-key-deletion --key-id {item['KeyId']} --pending-window-in-days {_WINDOW_DAYS}"
        yield Thing(
            kind="keys",
            name=item["KeyId"],
            command=command,
            kept=f"KMS deletes it on {key['DeletionDate']:%Y-%m-%d}" if going else "",
        )


def _delete_key(account: Account, thing: Thing) -> None:
    account.client("kms").schedule_key_deletion(KeyId=thing.name, PendingWindowInDays=_WINDOW_DAYS)


def _aliases(account: Account, owner: Owner) -> Iterator[Thing]:
    """Find aliases of the stack's keys: one that stays would point at a key that goes."""
    keys = {key.name for key in _keys(account, owner)}
    for item in pages(account, "kms", "list_aliases", "Aliases"):
        name = item["AliasName"]
        if item.get("TargetKeyId") in keys or (not name.startswith("alias/aws/") and owner.owns(name)):
            command = f"aws kms delete-alias --alias-name {name}"
            yield Thing(kind="key aliases", name=name, command=command)


def _delete_alias(account: Account, thing: Thing) -> None:
    account.client("kms").delete_alias(AliasName=thing.name)


KINDS = (
    Kind(name="roles", order=100, find=_roles, delete=_delete_role, covers=("iam:role/",)),
    Kind(name="policies", order=110, find=_policies, delete=_delete_policy, covers=("iam:policy/",)),
    Kind(name="key aliases", order=120, find=_aliases, delete=_delete_alias),
    Kind(name="keys", order=130, find=_keys, delete=_delete_key, covers=("kms:key/",)),
)
