"""What moto keeps for its own tests without end: every object it ever made, and every message that topics ever sent.

Nobody can ask AWS for either; a sandbox that runs for weeks would hold all of it in memory.
"""

from typing import Any

from moto.core.common_models import BaseModel
from moto.sns.models import Topic

from slipway.sandbox.moto_adapter.fixes.replacing import replace

SENT = 1_000
"""Messages of a topic that are kept: moto answers nothing by them."""


def apply() -> None:
    """Forget what nobody can ask for."""
    publish = Topic.publish

    def published(self: Any, *given: Any, **named: Any) -> str:
        identity = publish(self, *given, **named)
        del self.sent_notifications[:-SENT]
        return identity

    replace(Topic, publish=published)
    replace(BaseModel, __new__=_untracked)


def _untracked(cls: type, *_: Any, **__: Any) -> Any:
    return object.__new__(cls)
