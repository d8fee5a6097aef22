"""Which resources hold what can't be made again, and which steps put that at risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.preview.finding import Finding, Rank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.preview.plan import Step

HOLDS = {
    "aws:s3/bucket:Bucket": "objects",
    "aws:s3/bucketV2:BucketV2": "objects",
    "aws:kms/key:Key": "the key, without which what it encrypted can't be read",
    "aws:ecr/repository:Repository": "images",
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": "model versions with their approval",
    "aws:sagemaker/featureGroup:FeatureGroup": "features",
    "aws:sagemaker/domain:Domain": "home folders",
    "aws:sagemaker/mlflowTrackingServer:MlflowTrackingServer": "experiments",
    "aws:sagemaker/mlflowApp:MlflowApp": "experiments",
    "aws:sagemaker/notebookInstance:NotebookInstance": "a disk",
    "aws:dynamodb/table:Table": "a table",
    "aws:rds/instance:Instance": "a database",
    "aws:rds/cluster:Cluster": "a database",
    "aws:efs/fileSystem:FileSystem": "files",
    "aws:ebs/volume:Volume": "a disk",
    "aws:secretsmanager/secret:Secret": "a secret",
    "aws:ssm/parameter:Parameter": "a parameter",
    "aws:cloudwatch/logGroup:LogGroup": "logs",
    "aws:glue/catalogDatabase:CatalogDatabase": "tables of the catalogue",
    "aws:glue/catalogTable:CatalogTable": "a table of the catalogue",
    "aws:sqs/queue:Queue": "messages",
    "aws:kinesis/stream:Stream": "records",
    "aws:cognito/userPool:UserPool": "users",
}
"""Stateful types, and what each holds."""
_HEAVIEST = frozenset(
    {
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketV2:BucketV2",
        "aws:kms/key:Key",
        "aws:rds/instance:Instance",
        "aws:rds/cluster:Cluster",
    }
)


def at_risk(step: Step, *, outside: bool) -> Iterator[Finding]:
    """Return why a replacement or deletion puts data or what is protected at risk; `outside`: it happened already."""
    old = step.old
    if step.operation not in ("replace", "delete") or old is None:
        return
    holds = HOLDS.get(step.type)
    if outside:
        if holds is not None or old.protect:
            held = "" if holds is None else f", with {holds}"
            yield Finding(rank=Rank.DATA, why=(f"{'protected here, ' if old.protect else ''}gone from AWS{held}",))
        return
    verb = "replaced" if step.operation == "replace" else "deleted"
    if old.leaving:
        if holds is not None:
            yield Finding(rank=Rank.DATA, why=(f"left by an earlier replacement, it is deleted now; it holds {holds}",))
        return
    weight = 10 if step.type in _HEAVIEST else 0
    if old.protect and (step.operation == "delete" or step.state.protect):
        why = f"protected, and would be {verb}: the engine refuses" + ("" if holds is None else f"; it holds {holds}")
        yield Finding(rank=Rank.DATA, why=(why,), weight=100 + weight)
    elif old.protect:
        held = "" if holds is None else f"; it holds {holds}"
        yield Finding(rank=Rank.DATA, why=(f"its protection is taken off, and it is {verb}{held}",), weight=50 + weight)
    elif holds is not None:
        kept = "; AWS keeps it (retain_on_delete), the stack forgets it" if old.retain else ""
        yield Finding(
            rank=Rank.DATA, why=(f"{verb}, and it holds {holds}{kept}",), weight=weight - (5 if old.retain else 0)
        )
