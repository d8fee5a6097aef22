"""Runs one transform job to its end: the model's containers started, every object sent through, results written."""

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.sagemaker.containers.launcher import CommandNotStartedError
from slipway.sandbox.sagemaker.containers.log_stream import CloudWatchStream
from slipway.sandbox.sagemaker.containers.s3_objects import S3SourceError
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints.container import (
    ContainerBrokeError,
    ContainerGoneError,
    ContainerNotHealthyError,
    ServingContainer,
)
from slipway.sandbox.sagemaker.endpoints.model_files import ContainerPlan, ModelNotDeployableError, plan_containers
from slipway.sandbox.sagemaker.endpoints.record import MODEL_KIND
from slipway.sandbox.sagemaker.endpoints.serving import launch_container
from slipway.sandbox.sagemaker.jobs.channels import ChannelObject, objects_of_channel
from slipway.sandbox.sagemaker.jobs.kind import JobKind
from slipway.sandbox.sagemaker.jobs.outcome import COMPLETED, Outcome, failed
from slipway.sandbox.sagemaker.jobs.run import JobRun
from slipway.sandbox.sagemaker.jobs.transform import settings
from slipway.sandbox.sagemaker.jobs.transform.objects import ObjectFailedError, Transformer

TRANSFORM = JobKind("TransformJob")
HEALTH_SECONDS = 480
"""What a container gets to pass /ping, as behind an endpoint."""
_SUGGESTION_SECONDS = 5.0


class TransformRun(JobRun):
    """One transform job's life."""

    def __init__(self, context: Context, record: dict[str, Any]) -> None:
        super().__init__(TRANSFORM, context, record)
        self._containers: list[ServingContainer] = []

    def work(self) -> Outcome:
        """Start the model, send the objects, stop the model."""
        self.change(lambda record: record.update(TransformStartTime=self.context.now()))
        model = self.context.store.get(self.context.scope, MODEL_KIND, self.record["ModelName"])
        if model is None:
            return failed(f"ClientError: the model {self.record['ModelName']} was deleted before the job began")
        try:
            objects = objects_of_channel(self.s3, {"ChannelName": "TransformInput", **self.record["TransformInput"]})
            self._start(plan_containers(model, self.root, self.acting))
            if self.stopping.is_set():
                return self.stopped()
            return self._transform(objects)
        except (S3SourceError, CommandNotStartedError, ModelNotDeployableError) as error:
            return failed(f"ClientError: {error}")
        except ContainerNotHealthyError as error:
            return self.stopped() if self.stopping.is_set() else failed(f"AlgorithmError: {error}")
        finally:
            self.end()
            for container in self._containers:
                container.stop(0)  # its connections; the process is gone

    def stop(self) -> None:
        """Ask for the end that Stop asks for: requests that are on their way are not waited for."""
        super().stop()
        threading.Thread(target=self.end, name=f"end-{self.name}", daemon=True).start()

    def _start(self, plans: list[ContainerPlan]) -> None:
        host = f"{self.name}/i-{uuid.uuid4().hex[:17]}-{time.time_ns() // 1_000_000_000}"
        variables = settings.environment(self.record)
        for plan in plans:
            stream_name = host if len(plans) == 1 else f"{host}/{plan.name}"
            stream = CloudWatchStream(self.acting.aws.client("logs"), self.kind.log_group, stream_name)
            label = f"the {plan.name} container of transform job {self.name}"
            container = launch_container(plan, self.acting, stream, label, self.wake.set, variables)
            self._containers.append(container)
            self.processes.append(container.process)
        for container in self._containers:
            container.wait_until_healthy(HEALTH_SECONDS, self.stopping)

    def _transform(self, objects: list[ChannelObject]) -> Outcome:
        """Send objects until all are done, the container is gone, or the job is stopped.

        An object that the model refuses leaves no output and fails the job, but the others are still done.
        """
        transformer = Transformer(self.s3, self.record, self._containers, self._settings(), self.stopping)
        problems: list[str] = []
        try:
            with ThreadPoolExecutor(transformer.settings.concurrent) as pool:
                for item in objects:
                    try:
                        transformer.transform(item, pool)
                    except ObjectFailedError as error:
                        problems.append(f"s3://{item.bucket}/{item.key}: {error}")
                    if self.stopping.is_set():
                        return self.stopped()
        except ContainerGoneError as error:
            return self.stopped() if self.stopping.is_set() else failed(f"AlgorithmError: {error}{self._log()}")
        except (ClientError, BotoCoreError) as error:
            return failed(f"ClientError: Output upload failed: {error}")
        if not problems:
            return COMPLETED
        more = f" ({len(problems) - 1} more objects failed)" if len(problems) > 1 else ""
        return failed(f"AlgorithmError: {problems[0]}{more}")

    def _settings(self) -> settings.Settings:
        suggested: dict[str, Any] = {}
        if not self.record.get("MaxConcurrentTransforms"):
            try:
                reply = self._containers[0].request("GET", "/execution-parameters", b"", {}, _SUGGESTION_SECONDS)
                suggested = settings.suggestions(reply.body) if reply.status == 200 else {}  # noqa: PLR2004
            except (ContainerBrokeError, ContainerGoneError):
                suggested = {}
        return settings.settings_of(self.record, suggested)

    def _log(self) -> str:
        lines = [line for container in self._containers for line in container.process.last_lines()]
        return "; the log ends with:\n" + "\n".join(lines) if lines else ""
