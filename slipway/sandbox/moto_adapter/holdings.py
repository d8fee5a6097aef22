"""What bears on permissions, read out of moto and of SageMaker's own store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.sandbox.iam.holdings import Grant, Guarded, Identity
from slipway.sandbox.moto_adapter.guarded import ARN_PARTS, grants_of, guarded_by_moto
from slipway.sandbox.moto_adapter.identities import identity_of, principal_of
from slipway.sandbox.moto_adapter.names import default_encryption, is_absent, looked_up, stored_encryption

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slipway.sandbox.iam.dependents import Encryption
    from slipway.sandbox.iam.resources import Place
    from slipway.sandbox.moto_adapter.mount import Moto


class MotoHoldings:
    """Holdings of moto; what SageMaker keeps is asked for by ARN, through two functions."""

    def __init__(
        self,
        moto: Moto,
        sagemaker_policies: Callable[[str], tuple[str, ...]],
        sagemaker_tags: Callable[[str], Mapping[str, str]],
    ) -> None:
        self._moto = moto
        self._sagemaker_policies = sagemaker_policies
        self._sagemaker_tags = sagemaker_tags

    def identity(self, access_key: str, account: str) -> Identity:
        """Return whose key it is."""
        self._moto.load()
        return identity_of(access_key, account)

    def principal(self, arn: str) -> Identity | None:
        """Return a user, group or role by ARN."""
        self._moto.load()
        return principal_of(arn)

    def guarded(self, action: str, resource: str, place: Place) -> Guarded:
        """Return the policies of a resource for an action."""
        if resource.split(":", 3)[2:3] == ["sagemaker"]:
            return Guarded(resource.split(":")[4], self._sagemaker_policies(resource))
        self._moto.load()
        return guarded_by_moto(action, resource, place.account)

    def grants(self, key: str) -> tuple[Grant, ...]:
        """Return the grants of a key of KMS by ARN."""
        self._moto.load()
        return grants_of(key)

    def tags(self, arn: str) -> Mapping[str, str]:
        """Return a resource's tags."""
        if arn.split(":", 3)[2:3] == ["sagemaker"]:
            return self._sagemaker_tags(arn)
        return _tags_of_moto(arn)

    def lookup(self, rule: str, value: str, place: Place) -> str | None:
        """Return what stands in ARNs for a name."""
        self._moto.load()
        return looked_up(rule, value, place)

    def absent(self, bucket: str, key: str) -> bool:
        """Tell whether a bucket that is there has no such object."""
        self._moto.load()
        return is_absent(bucket, key)

    def stored(self, bucket: str, key: str) -> Encryption | None:
        """Return the key under which an object is encrypted."""
        self._moto.load()
        return stored_encryption(bucket, key)

    def default(self, bucket: str, key: str, named: str, place: Place) -> Encryption | None:
        """Return the key under which a new object will be encrypted."""
        self._moto.load()
        key_id = looked_up("key", named, place) if named and not named.startswith("arn:") else named
        return default_encryption(bucket, key, key_id or named, bool(named))


def _tags_of_moto(arn: str) -> Mapping[str, str]:
    """Return the tags of roles and users, and of what moto's own tagger keeps by ARN."""
    from moto.backends import get_backend  # noqa: PLC0415

    found = principal_of(arn)
    if found is not None:
        return found.tags
    parts = arn.split(":", ARN_PARTS - 1)
    names: Any = {"lambda": "awslambda"}
    try:
        backend = get_backend(names.get(parts[2], parts[2]))[parts[4]][parts[3]]
    except (ImportError, KeyError, IndexError, ValueError):
        return {}
    tagger = getattr(backend, "tagger", None)
    if tagger is None:
        return {}
    for name in (arn, parts[5].rpartition("/")[2]):
        tags: Mapping[str, str] = tagger.get_tag_dict_for_resource(name)
        if tags:
            return tags
    return {}
