"""A made-up account with a stack in it: the ARNs on which permissions are asked for.

What the stack has, a neighbour of each that it does not have, and what belongs to another account.
"""

from __future__ import annotations

from infra.surroundings import ROLE_NAMES

REGION = "us-east-1"
OTHER = "999999999999"
"""Account of somebody else."""
STATE_BUCKET = "acme-state"
SCALING = "application-autoscaling.amazonaws.com"


def places(stack: str, account: str) -> list[str]:
    """Return the ARNs that everything is asked about: the stack's own, their neighbours, and another account's."""
    own, databases = f"slipway-{stack}", f"slipway_{stack}"
    inside = {
        "artifacts": [
            "code/training/c.tar.gz", "code/serving/c.tar.gz", "datasets/d.manifest", "models/j/output/model.tar.gz",
            "checkpoints/j/c", "pipelines/p/x", "athena/q.csv", "mlflow/1/a", "else/x",
        ],
        "captures": ["endpoints/e/c.jsonl", "async/requests/r", "async/answers/a", "async/failures/f", "else/x"],
        "curated": ["train/f.parquet"],
        "features": ["f.parquet"],
        "logs": ["access/a", "trail/t"],
        "raw": ["flights/f.parquet"],
    }  # fmt: skip
    buckets = {f"lake-{zone}-0000000": keys for zone, keys in inside.items()}
    buckets |= {STATE_BUCKET: [".pulumi/stacks/s.json"], "somebody-elses-bucket": ["theirs"]}
    found = [f"arn:aws:s3:::{bucket}" for bucket in buckets]
    found += [f"arn:aws:s3:::{bucket}/{key}" for bucket, keys in buckets.items() for key in keys]
    rest = {
        "application-autoscaling": ["scalable-target/t"],
        "athena": [f"workgroup/{own}", "workgroup/primary"],
        "cloudtrail": [f"trail/{own}", "trail/organization"],
        "cloudwatch": [
            *(f"alarm:alarms-{name}-0000000" for name in ("server-errors", "model-errors", "latency", "no-traffic")),
            "alarm:of-others",
        ],
        "ec2": ["vpc/vpc-1", "subnet/subnet-1", "security-group/sg-1", "network-interface/eni-1", "instance/i-1"],
        "ecr": [*(f"repository/{own}/{image}" for image in ("training", "serving", "monitoring")), "repository/others"],
        "events": ["rule/events-0000000", "rule/others"],
        "glue": ["catalog", f"database/{databases}_raw", f"table/{databases}_raw/t", "database/others"],
        "kms": ["key/key-0000000", "key/of-the-state", "key/of-others", "alias/a"],
        "lambda": ["function:others"],
        "logs": [
            f"log-group:{group}{part}"
            for group in (
                "/aws/sagemaker/TrainingJobs", "/aws/sagemaker/ProcessingJobs", f"/aws/sagemaker/Endpoints/{own}",
                f"/aws/events/{own}", f"/aws/vpc/{own}", "/aws/lambda/others",
            )
            for part in (":log-stream:", ":log-stream:s")
        ],
        "sagemaker": [
            f"endpoint/{own}", "endpoint/others", "endpoint-config/endpoint-1234abcd", "endpoint-config/others",
            "model/endpoint-1234abcd", "model/others", "training-job/pipelines-e-train", "training-job/others",
            "processing-job/pipelines-e-split", "processing-job/others", f"pipeline/{own}", "pipeline/others",
            f"model-package-group/{own}", "model-package-group/others", f"model-package/{own}/1",
            "model-package/others/1", f"mlflow-app/{own}", "notebook-instance/n", "domain/d",
        ],
        "scheduler": [f"schedule-group/{own}", f"schedule/{own}/s", "schedule/default/s"],
        "secretsmanager": ["secret:others"],
        "sns": ["notifications-0000000", "others"],
        "sqs": ["others"],
        "ssm": ["parameter/others"],
    }  # fmt: skip
    found += [f"arn:aws:{service}:{REGION}:{account}:{one}" for service, several in rest.items() for one in several]
    found += [f"arn:aws:cloudwatch::{account}:dashboard/{name}" for name in (own, "others")]
    found += [f"arn:aws:budgets::{account}:budget/{name}" for name in (own, "others")]
    roles = [f"role/{name}-0000000" for name in ROLE_NAMES]
    roles += [f"role/{own}-preview", f"role/{own}-deploy", "role/administrator"]
    roles += [f"role/aws-service-role/sagemaker.{SCALING}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"]
    policies = [f"policy/{own}-{part}" for part in ("boundary", "read", "roles", "data", "operations")]
    provider = "oidc-provider/token.actions.githubusercontent.com"
    found += [f"arn:aws:iam::{account}:{one}" for one in (*roles, *policies, "policy/others", provider, "user/ann")]
    foreign = [f"kms:{REGION}:{OTHER}:key/k", f"iam::{OTHER}:role/theirs", f"sagemaker:{REGION}:{OTHER}:endpoint/{own}"]
    return [*found, *(f"arn:aws:{one}" for one in foreign), "*"]
