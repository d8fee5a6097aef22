"""What the sorts of job have in common: how each is spelled, and how its record in the store begins and ends."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway.sandbox.sagemaker.announcements import announce, milliseconds
from slipway.sandbox.sagemaker.context import Context, Scope
from slipway.sandbox.sagemaker.endpoints.record import MODEL_KIND
from slipway.sandbox.sagemaker.jobs.outcome import Outcome

TERMINAL = frozenset({"Completed", "Failed", "Stopped"})
REASON_LIMIT = 1024
_UNTOLD = frozenset({"Environment", "Tags"})
"""Not in the event: the environment may hold what only the job should see; tags have a form of their own there."""


@dataclass(frozen=True)
class JobKind:
    """One sort of job; the store keeps a job in the shape of its Describe."""

    noun: str
    """`ProcessingJob`, as in CreateProcessingJob."""

    @property
    def sort(self) -> str:
        """`Processing`: what its members start with, as in ProcessingStartTime."""
        return self.noun.removesuffix("Job")

    @property
    def name_member(self) -> str:
        """`ProcessingJobName`."""
        return f"{self.noun}Name"

    @property
    def arn_member(self) -> str:
        """`ProcessingJobArn`."""
        return f"{self.noun}Arn"

    @property
    def status_member(self) -> str:
        """`ProcessingJobStatus`."""
        return f"{self.noun}Status"

    @property
    def words(self) -> str:
        """`Processing job`, for messages."""
        return f"{self.sort} job"

    @property
    def log_group(self) -> str:
        """`/aws/sagemaker/ProcessingJobs`."""
        return f"/aws/sagemaker/{self.noun}s"

    @property
    def event(self) -> str:
        """`SageMaker Processing Job State Change`."""
        return f"SageMaker {self.sort} Job State Change"

    def new_record(self, params: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Return the record of a job that was just created."""
        now = context.now()
        resource = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", self.noun).lower()
        return {
            **params,
            self.arn_member: context.scope.arn(f"{resource}/{params[self.name_member].lower()}"),
            self.status_member: "InProgress",
            "CreationTime": now,
            "LastModifiedTime": now,
        }

    def role_of(self, record: Mapping[str, Any], context: Context) -> str | None:
        """Return the execution role: the job's own, or that of the model that it runs."""
        if "ModelName" in record:
            model = context.store.get(context.scope, MODEL_KIND, record["ModelName"]) or {}
            return model.get("ExecutionRoleArn")
        return record.get("RoleArn")

    def volume_key_of(self, record: Mapping[str, Any]) -> str | None:
        """Return the key that the volumes of the job's instances are encrypted with, None where it names none."""
        resources = record.get("ProcessingResources", {}).get("ClusterConfig")
        resources = resources or record.get("ResourceConfig") or record.get("TransformResources") or {}
        return resources.get("VolumeKmsKeyId")

    def ended(self, record: Mapping[str, Any]) -> bool:
        """Tell whether nothing will change any more."""
        return record[self.status_member] in TERMINAL

    def mark_stopping(self, record: dict[str, Any], now: float) -> None:
        """Enter the status between a stop request and the end."""
        record[self.status_member] = "Stopping"
        record["LastModifiedTime"] = now

    def mark_ended(self, record: dict[str, Any], outcome: Outcome, now: float) -> None:
        """Enter the last status."""
        record[self.status_member] = outcome.status
        record["LastModifiedTime"] = record[f"{self.sort}EndTime"] = now
        if outcome.reason:
            record["FailureReason"] = outcome.reason[:REASON_LIMIT]

    def described(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return Describe's answer: no tags, and nothing empty (strict clients refuse empty structures)."""
        return {name: value for name, value in record.items() if name != "Tags" and value not in ({}, [], None)}

    def tell(self, context: Context, record: Mapping[str, Any]) -> None:
        """Announce the job's state on EventBridge."""
        detail = milliseconds({name: value for name, value in record.items() if name not in _UNTOLD})
        detail["Tags"] = {tag["Key"]: tag["Value"] for tag in record.get("Tags", [])}
        announce(context, self.event, record[self.arn_member], detail)

    def workspace_root(self, state_dir: Path, scope: Scope, name: str) -> Path:
        """Return the folder that holds a job's files while it runs."""
        return state_dir / "work" / self.sort.lower() / scope.account / scope.region / name
