"""SimulatePrincipalPolicy and SimulateCustomPolicy: answered with AccessDenied, not with 501.

The sandbox does not evaluate identity policies. Amazon's own SageMaker SDK checks roles with this call, takes a
refusal for "cannot tell" and goes on, but stops at any other error.
"""

from typing import Any

from moto.iam.exceptions import IAMException
from moto.iam.responses import IamResponse

from slipway.sandbox.moto_adapter.fixes.replacing import replace


def apply() -> None:
    """Refuse both calls."""
    replace(
        IamResponse,
        simulate_principal_policy=_refusal("SimulatePrincipalPolicy"),
        simulate_custom_policy=_refusal("SimulateCustomPolicy"),
    )


def _refusal(operation: str) -> Any:
    def refuse(_: Any) -> str:
        raise IAMException("AccessDenied", f"the sandbox does not evaluate policies: iam:{operation} is not allowed")

    return refuse
