"""What a step takes from encryption, retention, protection and watching."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from slipway.preview.finding import Finding, Rank
from slipway.preview.paths import parse
from slipway.preview.saying import Name, Said
from slipway.preview.values import ABSENT, Mark

if TYPE_CHECKING:
    from slipway.preview.plan import Change, Step

_ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
_KEYS = frozenset(
    {
        "kmsKeyId", "kmsKeyArn", "kmsKey", "kmsMasterKeyId", "kmsMasterKeyArn", "volumeKmsKeyId",
        "kmsEncryptionKey", "s3KmsKeyId", "securityKmsKeyId", "sseAwsKmsKeyId",
    }
)  # fmt: skip
_ON = {
    "enableKeyRotation": "the key is no longer rotated",
    "encrypted": "no longer encrypted",
    "storageEncrypted": "no longer encrypted",
    "encryptAtRest": "no longer encrypted",
    "enableInterContainerTrafficEncryption": "containers talk to each other in the clear",
    "deletionProtection": "may be deleted at AWS",
    "enableDeletionProtection": "may be deleted at AWS",
    "enableLogging": "nothing is logged",
    "enableLogFileValidation": "its files are no longer proven",
    "actionsEnabled": "the alarm tells nobody",
    "scanOnPush": "images are no longer scanned",
    "bucketKeyEnabled": "",
    "objectLockEnabled": "objects may be deleted before their time",
    "pointInTimeRecovery": "no way back to a moment",
    "enforceWorkgroupConfiguration": "queries may set aside what the workgroup asks",
}
"""Switches that guard something while they are on, and what is so when they are off."""
_OFF = {
    "forceDestroy": "a destroy deletes what is in it",
    "forceDelete": "a destroy deletes what is in it",
    "skipFinalSnapshot": "a destroy keeps no snapshot",
}
_FEWER = {
    "retentionInDays": "logs are kept",
    "noncurrentDays": "old versions are kept",
    "days": "objects are kept",
    "expirationInDays": "kept",
    "deletionWindowInDays": "a deleted key may be called back for",
    "recoveryWindowInDays": "a deleted secret may be called back for",
    "backupRetentionPeriod": "backups are kept",
    "messageRetentionSeconds": "messages are kept",
    "retentionDays": "kept",
}
"""Numbers that guard by being large."""
_WORSE = {
    ("sseAlgorithm", "AES256"): "encrypted with S3's own key instead of yours",
    ("status", "Suspended"): "old versions are no longer kept",
    ("imageTagMutability", "MUTABLE"): "a tag may come to mean another image",
}
_GUARDS = {
    "aws:s3/bucketVersioning:BucketVersioning": "old versions of its bucket's objects are no longer kept",
    _ENCRYPTION: "its bucket no longer encrypts with your key",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": "objects may be deleted before their time",
    "aws:s3/bucketLogging:BucketLogging": "nobody writes down who reads its bucket",
    "aws:cloudtrail/trail:Trail": "nobody writes down who does what",
    "aws:ec2/flowLog:FlowLog": "nobody writes down who talks to whom",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "nobody is told any more",
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": "nobody is told any more",
    "aws:sagemaker/monitoringSchedule:MonitoringSchedule": "nothing is monitored any more",
    "aws:budgets/budget:Budget": "nobody is told of costs any more",
}
"""Types that guard something by being there."""


def weakened(step: Step) -> Iterator[Finding]:
    """Return what a step makes weaker."""
    if step.operation == "delete" and step.type in _GUARDS:
        yield Finding(rank=Rank.WEAKENED, why=(_GUARDS[step.type],))
    if step.old is not None and step.new is not None and step.operation in ("update", "replace", "same"):
        if step.old.protect and not step.new.protect and step.operation != "replace":
            yield Finding(rank=Rank.WEAKENED, why=("its protection is taken off",), weight=20)
        for change in step.changes:
            for said in _worse(change):
                yield Finding(rank=Rank.WEAKENED, why=said)


def _worse(change: Change) -> Iterator[Said]:
    keys = parse(change.path)
    name = next((key for key in reversed(keys) if isinstance(key, str)), "")
    old, new = change.old, change.new
    if isinstance(old, Mapping) or isinstance(new, Mapping):
        yield from _blocks(keys[-1], old, new)
    elif name in _KEYS and _given(old) and not _given(new):
        yield ("no longer encrypted with your key (", Name(change.path), ")")
    elif _ON.get(name) and old is True and new is not True and not isinstance(new, Mark | str):
        yield (_ON[name], " (", Name(change.path), ")")
    elif name in _OFF and new is True and old is not True:
        yield (_OFF[name], " (", Name(change.path), ")")
    elif name in _FEWER and _number(old) is not None and _number(new) is not None:
        yield from _fewer(name, old, new)
    elif isinstance(new, str) and (name, new) in _WORSE and old != new:
        yield (_WORSE[name, new], " (", Name(change.path), ")")
    elif keys[0] == "alarmActions" and _given(old) and not _given(new):
        yield ("an alarm tells nobody, or fewer (", Name(change.path), ")")


def _blocks(name: str | int, old: Any, new: Any) -> Iterator[Said]:
    if name == "autoRollbackConfiguration" and isinstance(old, Mapping) and new is ABSENT:
        yield ("an update that fails its alarms is no longer taken back",)
    elif isinstance(name, str) and "ncryption" in name and isinstance(old, Mapping) and new is ABSENT:
        yield ("encryption is no longer set (", Name(name), ")")


def _fewer(name: str, old: float, new: float) -> Iterator[Said]:
    # 0 days of a log group are for ever
    forever = name == "retentionInDays"
    was, now = (float("inf") if forever and value == 0 else value for value in (old, new))
    if now < was:
        unit = "seconds" if name.endswith("Seconds") else "days"
        before = "for ever" if was == float("inf") else f"{was:g}"
        yield (f"{_FEWER[name]} {now:g} {unit} instead of {before}",)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _given(value: Any) -> bool:
    return value not in (ABSENT, None, "", [])
