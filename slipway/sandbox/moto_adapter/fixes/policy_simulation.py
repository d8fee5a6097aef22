"""SimulatePrincipalPolicy and SimulateCustomPolicy: answered with AccessDenied, not with 501.

The sandbox does not evaluate identity policies. Amazon's own SageMaker SDK checks roles with this call, takes a
refusal for "cannot tell" and goes on, but stops at any other error.
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.responses import IamResponse


def apply() -> None:
    """Refuse both calls."""
    for operation in ("SimulatePrincipalPolicy", "SimulateCustomPolicy"):
        name = "simulate_principal_policy" if "Principal" in operation else "simulate_custom_policy"
        setattr(IamResponse, name, _refusal(operation))


def _refusal(operation: str) -> Any:
    def refuse(_: Any) -> str:
        raise ServiceException("AccessDenied", f"the sandbox does not evaluate policies: iam:{operation} is not allowed")

    return refuse
