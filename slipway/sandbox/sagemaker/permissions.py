"""What SageMaker's resources say about themselves where permissions are decided: their policies and their tags."""

from slipway.sandbox.sagemaker import kinds, registry
from slipway.sandbox.sagemaker.context import Scope
from slipway.sandbox.sagemaker.store import Store

ARN_PARTS = 6


class Permissions:
    """Reads the store by ARN."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def policies(self, arn: str) -> tuple[str, ...]:
        """Return the policy of a model package group, which its packages share; nothing else here has one."""
        scope, word, path = _taken_apart(arn)
        if word not in {"model-package-group", "model-package"}:
            return ()
        wanted = path.partition("/")[0].lower()
        return tuple(
            str(record["ResourcePolicy"])
            for name, record in self._store.items(scope, registry.POLICY)
            if name.lower() == wanted
        )

    def tags(self, arn: str) -> dict[str, str]:
        """Return the tags of a resource; ARNs spell names in lower case."""
        scope, word, path = _taken_apart(arn)
        entry = kinds.by_arn_word().get(word)
        if entry is None:
            return {}
        for name, record in self._store.items(scope, entry.noun):
            if name.lower() == path.lower() or record.get(entry.arn_member) == arn:
                return {tag["Key"]: tag["Value"] for tag in record.get("Tags", [])}
        return {}


def _taken_apart(arn: str) -> tuple[Scope, str, str]:
    parts = arn.split(":", ARN_PARTS - 1)
    parts += [""] * (ARN_PARTS - len(parts))
    word, _, path = parts[5].partition("/")
    return Scope(parts[4], parts[3]), word, path
