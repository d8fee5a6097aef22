"""Resources that nobody answers for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_policy.proxy import UnknownValueError

from policy.rule import Asked, Rule
from policy.seen import at
from policy.taggable import TAGGABLE

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """TagsAll has the provider's default tags as well; before a resource is made an engine may not show them yet."""
    given = {*asked.it.default_tags, *_keys(asked.it.properties, "tags"), *_keys(asked.it.properties, "tagsAll")}
    missing = [tag for tag in asked.settings["tags"] if tag not in given]
    if missing:
        yield f"it has no tag {', '.join(missing)}: set them in the provider's default_tags, for everything at once"


def _keys(properties: Any, path: str) -> set[str]:
    try:
        return set(at(properties, path) or ())
    except UnknownValueError:
        if path == "tagsAll":
            return set()  # computed by the provider from the other two
        raise


RULE = Rule(
    name="untagged-resources",
    description="Everything says which project, stack, environment and owner it belongs to.",
    severity="low",
    controls=("SageMaker.6", "SageMaker.7"),
    link="https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html",
    looks_at=TAGGABLE,
    check=check,
    settings={"tags": ["project", "stack", "environment", "owner"]},
    remark="met by the stack's provider, `infra/provider.py`",
)
