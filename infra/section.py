"""What the sections of a stack file have in common."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

# CloudWatch accepts these retention periods and no other (PutRetentionPolicy, retentionInDays).
LogRetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]  # fmt: skip
Days = Annotated[int, Field(ge=1, le=3650)]
Arn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:\S+$", max_length=2048)]


class Section(BaseModel):
    """A section of a stack file: nothing can be added to it or changed in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
