"""Whose account the credentials at hand open: another one's answers would be about other things of the same names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.failure import Failure

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

    from slipway.outputs import Outputs


def require_account(sts: STSClient, outputs: Outputs) -> None:
    """Raise Failure when the credentials belong to another account than the stack."""
    got, wanted = sts.get_caller_identity()["Account"], outputs.account
    if got != wanted:
        raise Failure(
            f"the credentials at hand open account {got}, this stack is of account {wanted}: "
            "log in to that one, or set AWS_PROFILE"
        )
