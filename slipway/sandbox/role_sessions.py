"""Sessions of execution roles: a service takes a role if its trust policy lets it, then acts with the role's keys."""

import threading
from collections.abc import Callable, Mapping

from slipway.sandbox.gateway.clients import AwsClients
from slipway.sandbox.iam.authority import Authority
from slipway.sandbox.iam.dependents import Dependent
from slipway.sandbox.iam.resources import Need, Place
from slipway.sandbox.sagemaker.context import Scope, partition
from slipway.sandbox.sagemaker.execution_roles import SAGEMAKER, RoleNotAssumableError

Issue = Callable[[str, str, str], tuple[str, str, str]]
"""(role, session's name, region) -> (access key, secret, token)."""
Connect = Callable[[Scope, tuple[str, str, str]], AwsClients]
"""Clients of a scope that sign with the keys of a session."""


class RoleSessions:
    """One session a role, scope and name, given out again as long as the service may take the role."""

    def __init__(self, authority: Authority, issue: Issue, connect: Connect) -> None:
        self._authority = authority
        self._issue = issue
        self._connect = connect
        self._lock = threading.Lock()
        self._held: dict[tuple[Scope, str, str], AwsClients] = {}

    def clients(self, scope: Scope, role: str, source: str, service: str) -> AwsClients:
        """Return clients that act as a role; raises RoleNotAssumableError."""
        if not self._authority.service_may(service, Need("sts:AssumeRole", role), _place(scope), source):
            raise RoleNotAssumableError(
                f"Could not assume role {role}. Please ensure that the role exists and allows principal "
                f"'{service}' to assume the role."
            )
        with self._lock:
            # Lambda names its sessions by the function
            session = "SageMaker" if service == SAGEMAKER else source.rpartition(":")[2]
            key = (scope, role, session)
            if key not in self._held:
                self._held[key] = self._connect(scope, self._issue(role, session, scope.region))
            return self._held[key]

    def refusal(
        self, clients: AwsClients, scope: Scope, action: str, resource: str, keys: Mapping[str, str]
    ) -> str | None:
        """Return AWS's words where the clients' role may not do something, None where it may."""
        dependent = Dependent(Need(action, resource), {name: (value,) for name, value in keys.items()})
        return self._authority.refusal(clients.credentials.access_key, dependent, _place(scope))


def _place(scope: Scope) -> Place:
    return Place(partition(scope.region), scope.region, scope.account)
