"""What MLflow may do."""

from __future__ import annotations

from infra.components.security.statements import bucket_arn, document, list_bucket, read_objects, write_objects

TRACKING_PREFIX = "mlflow/"
"""Where runs keep their artifacts in the artifacts bucket."""


def tracking_policy(region: str, artifacts_bucket: str) -> str:
    """Return the policy document of MLflow's role: its own prefix of the bucket and nothing else."""
    artifacts = bucket_arn(region, artifacts_bucket)
    return document(
        [
            list_bucket("ListArtifacts", artifacts),
            read_objects("ReadRuns", artifacts, TRACKING_PREFIX),
            write_objects("WriteRuns", artifacts, TRACKING_PREFIX),
        ]
    )
