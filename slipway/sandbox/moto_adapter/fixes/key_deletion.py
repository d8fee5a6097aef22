"""ScheduleKeyDeletion: AWS answers the key's ARN, its new state and the window, and refuses a window outside 7 to 30.

https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
"""

import json
from typing import Any

from moto.kms.exceptions import ValidationException
from moto.kms.responses import KmsResponse

from slipway.sandbox.moto_adapter.fixes.replacing import replace

SHORTEST, LONGEST = 7, 30


def apply() -> None:
    """Complete the answer."""
    original = KmsResponse.schedule_key_deletion

    def schedule_key_deletion(self: Any) -> str:
        days = self._get_param("PendingWindowInDays")
        if days is not None and not SHORTEST <= days <= LONGEST:
            raise ValidationException(
                f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: "
                f"Member must have value between {SHORTEST} and {LONGEST}"
            )
        answer = json.loads(original(self))
        key = self.kms_backend.describe_key(answer["KeyId"])
        return json.dumps(
            answer | {"KeyId": key.arn, "KeyState": "PendingDeletion", "PendingWindowInDays": days or LONGEST}
        )

    replace(KmsResponse, schedule_key_deletion=schedule_key_deletion)
