"""Key rotation has a period, 365 days unless EnableKeyRotation says otherwise; moto forgets it.

https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
"""

import json
from typing import Any

from moto.kms.responses import KmsResponse

from slipway.sandbox.moto_adapter.fixes.replacing import replace

DEFAULT_DAYS = 365


def apply() -> None:
    """Remember the period with the key, and answer it."""
    enable = KmsResponse.enable_key_rotation
    status = KmsResponse.get_key_rotation_status

    def enable_key_rotation(self: Any) -> str:
        answer: str = enable(self)
        key = self.kms_backend.describe_key(self._get_param("KeyId"))
        key.rotation_period_in_days = self._get_param("RotationPeriodInDays") or DEFAULT_DAYS
        return answer

    def get_key_rotation_status(self: Any) -> str:
        answer = json.loads(status(self))
        key = self.kms_backend.describe_key(self._get_param("KeyId"))
        answer["KeyId"] = key.arn
        if answer["KeyRotationEnabled"]:
            answer["RotationPeriodInDays"] = getattr(key, "rotation_period_in_days", DEFAULT_DAYS)
        return json.dumps(answer)

    replace(KmsResponse, enable_key_rotation=enable_key_rotation, get_key_rotation_status=get_key_rotation_status)
