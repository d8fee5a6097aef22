"""Runs one processing job to its end: inputs down, processes, outputs up."""

import logging
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.sagemaker.containers.images import ImageNotRunnableError
from slipway.sandbox.sagemaker.containers.launcher import CommandNotStartedError
from slipway.sandbox.sagemaker.containers.s3_objects import S3SourceError
from slipway.sandbox.sagemaker.containers.workspace import Workspace
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.jobs.host import Host
from slipway.sandbox.sagemaker.jobs.kind import JobKind
from slipway.sandbox.sagemaker.jobs.mirror import Mirror, encryption
from slipway.sandbox.sagemaker.jobs.outcome import OUT_OF_TIME, Outcome, failed, failure_reason, message_in
from slipway.sandbox.sagemaker.jobs.processing.preparation import local_folder, prepare_host, processing_hosts
from slipway.sandbox.sagemaker.jobs.run import JobRun

PROCESSING = JobKind("ProcessingJob")
MESSAGE_FILE = "output/message"
"""Below /opt/ml: what the container says of its end, the job's ExitMessage."""

log = logging.getLogger(__name__)


class ProcessingRun(JobRun):
    """One processing job's life."""

    def __init__(self, context: Context, record: dict[str, Any]) -> None:
        super().__init__(PROCESSING, context, record)
        self._message = ""

    def work(self) -> Outcome:
        """Bring the inputs, run the hosts, send what they leave."""
        self.change(lambda record: record.update(ProcessingStartTime=self.context.now()))
        try:
            hosts = [
                prepare_host(self.record, name, Workspace(self.root / name), self.acting)
                for name in processing_hosts(self.record)
            ]
            continuous = self._mirrors(hosts, "Continuous")
            at_the_end = self._mirrors(hosts, "EndOfJob")
        except S3SourceError as error:
            return failed(f"ClientError: Data download failed: {error}")
        except ImageNotRunnableError as error:
            return failed(f"ClientError: {error}")
        if self.stopping.is_set():
            return self.stopped()
        try:
            for host in hosts:
                self.launch(host, lambda stream: stream)
            outcome = self.watch(
                lambda number: failed(failure_reason(hosts[number], self.processes[number], MESSAGE_FILE)),
                lambda: self._send_meanwhile(continuous),
            )
        except CommandNotStartedError as error:
            return failed(f"ClientError: {error}")
        finally:
            self.end()
        self._message = next(filter(None, (message_in(host.workspace.ml / MESSAGE_FILE) for host in hosts)), "")
        if self.abandoned.is_set():
            return self.stopped()
        if outcome == OUT_OF_TIME:
            # a processing job has no secondary status to say it with
            outcome = Outcome("Stopped", "", f"the job ran longer than its MaxRuntimeInSeconds of {self.max_runtime}")
        return self._upload(outcome, continuous, at_the_end)

    def last_fields(self) -> dict[str, Any]:
        """Return what the container said."""
        return {"ExitMessage": self._message} if self._message else {}

    def _mirrors(self, hosts: list[Host], mode: str) -> list[Mirror]:
        config = self.record.get("ProcessingOutputConfig", {})
        return [
            Mirror(
                self.s3,
                local_folder(host.workspace, each["S3Output"]),
                each["S3Output"]["S3Uri"],
                encryption(config.get("KmsKeyId")),
            )
            for host in hosts
            for each in config.get("Outputs", [])
            if not each.get("AppManaged") and each["S3Output"]["S3UploadMode"] == mode
        ]

    def _send_meanwhile(self, mirrors: list[Mirror]) -> None:
        for mirror in mirrors:
            try:
                mirror.send()
            except (ClientError, BotoCoreError, OSError) as error:
                # files come and go under a running job; the last upload, after its end, is the one that may fail it
                log.info("continuous outputs of %s are not up to date: %s", self.name, error)

    def _upload(self, outcome: Outcome, continuous: list[Mirror], at_the_end: list[Mirror]) -> Outcome:
        """Send what is continuous whatever the end, the rest of a job that completed only."""
        try:
            for mirror in [*continuous, *(at_the_end if outcome.status == "Completed" else [])]:
                mirror.send()
        except (ClientError, BotoCoreError) as error:
            return failed(f"ClientError: Output upload failed: {error}")
        return outcome
