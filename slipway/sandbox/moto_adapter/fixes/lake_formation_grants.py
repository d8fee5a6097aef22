"""GrantPermissions to who has some already: moto loses sight of the grant and can't revoke it any more.

https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_GrantPermissions.html
"""

from typing import Any

from moto.lakeformation.models import Permission, PermissionCatalog

from slipway.sandbox.moto_adapter.fixes.replacing import replace


def apply() -> None:
    """Take a grant out of the set before it is changed: its place there is that of what it says."""

    def add_permission(self: Any, permission: Permission) -> None:
        for one in list(self.permissions):
            if permission.equal_principal_and_resouce(one):
                self.permissions.remove(one)
                permission.merge(one)
        self.permissions.add(permission)

    replace(PermissionCatalog, add_permission=add_permission)
