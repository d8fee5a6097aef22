"""Models and endpoint configurations with a physical name of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from policy.rule import Asked, Rule
from policy.seen import at, is_given

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """Engines name by themselves: the logical name and seven hexadecimal digits. A rule sees only the name."""
    if is_given(asked.it.properties, "namePrefix"):
        return
    name = at(asked.it.properties, "name")
    if name is None or re.fullmatch(rf"{re.escape(asked.it.name)}-[0-9a-f]{{7}}", name):
        return
    yield (
        f"its name is fixed, {name!r}: the old one would be deleted before the endpoint leaves it; give no name, "
        "so that old and new exist at once"
    )


RULE = Rule(
    name="fixed-release-names",
    description="Models and endpoint configurations are named by the engine, never by the program.",
    severity="high",
    controls=(),
    link="https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming",
    looks_at=(
        "aws:sagemaker/model:Model",
        "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
    ),
    check=check,
    met_by=("slipway:serving:Endpoint",),
    remark="a stack with `pulumi:autonaming` of another form would have to configure it off",
)
