"""What a training job leaves in S3: the model, the other output and the checkpoints."""

import tempfile
from pathlib import Path
from typing import Any

from slipway.sandbox.sagemaker.containers.archives import has_files, pack
from slipway.sandbox.sagemaker.containers.s3_objects import (
    S3SourceError,
    fetch_all,
    join_uri,
    list_keys,
    parse_uri,
    relative_target,
    send_folder,
)
from slipway.sandbox.sagemaker.containers.workspace import Workspace
from slipway.sandbox.sagemaker.jobs.mirror import Mirror, encryption
from slipway.sandbox.sagemaker.jobs.training.record import artifact_uri

ML_PREFIX = "/opt/ml/"


def send_model(s3: Any, record: dict[str, Any], workspace: Workspace) -> str:
    """Upload /opt/ml/model and return its location."""
    uri = artifact_uri(record)
    if uri.endswith("/"):
        send_folder(s3, workspace.ml / "model", uri)
    else:
        _send_archive(s3, workspace.ml / "model", uri, record)
    return uri


def send_output(s3: Any, record: dict[str, Any], workspace: Workspace) -> str | None:
    """Upload /opt/ml/output/data as output.tar.gz if there is anything in it, and return its location."""
    if not has_files(workspace.ml / "output/data"):
        return None
    uri = join_uri(record["OutputDataConfig"]["S3OutputPath"], record["TrainingJobName"], "output/output.tar.gz")
    _send_archive(s3, workspace.ml / "output/data", uri, record)
    return uri


def _send_archive(s3: Any, folder: Path, uri: str, record: dict[str, Any]) -> None:
    bucket, key = parse_uri(uri)
    with tempfile.TemporaryFile() as archive:
        pack(folder, archive)
        archive.seek(0)
        s3.put_object(Bucket=bucket, Key=key, Body=archive, **encryption(record["OutputDataConfig"].get("KmsKeyId")))


def gather(workspaces: list[Workspace]) -> None:
    """Put the other hosts' model and output beside the first host's: SageMaker packs one archive for all."""
    first = workspaces[0].ml
    for other in workspaces[1:]:
        for folder in ("model", "output/data"):
            for path in sorted((other.ml / folder).rglob("*")):
                target = first / path.relative_to(other.ml)
                if path.is_file() and not target.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    path.replace(target)


class Checkpoints:
    """Keeps a job's checkpoint folder and its S3 location alike; nothing happens without a CheckpointConfig."""

    def __init__(self, s3: Any, record: dict[str, Any], workspace: Workspace) -> None:
        config = record.get("CheckpointConfig")
        self._s3 = s3
        self._uri: str | None = config["S3Uri"] if config else None
        local = (config or {}).get("LocalPath", "/opt/ml/checkpoints")
        if not local.startswith(ML_PREFIX) or ".." in local:
            raise S3SourceError(
                f"CheckpointConfig.LocalPath is {local}: the sandbox keeps checkpoints below {ML_PREFIX}"
            )
        self._folder = workspace.ml / local.removeprefix(ML_PREFIX)
        self._mirror = None if self._uri is None else Mirror(s3, self._folder, self._uri)

    def fetch(self) -> None:
        """Bring what an earlier job left. Raises S3SourceError."""
        if self._uri is None or self._mirror is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        bucket, prefix = parse_uri(self._uri.rstrip("/") + "/")
        found = [(key, relative_target(key, prefix)) for key in list_keys(self._s3, bucket, prefix)]
        fetch_all(self._s3, ((bucket, key, self._folder / target) for key, target in found if target is not None))
        self._mirror.take_as_sent()

    def send(self) -> None:
        """Upload what changed since the last time."""
        if self._mirror is not None:
            self._mirror.send()
