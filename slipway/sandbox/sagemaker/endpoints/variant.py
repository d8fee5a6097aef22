"""One production variant's instances: started, chosen between, and replaced when they die."""

import logging
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slipway.sandbox.sagemaker.containers.launcher import CommandNotStartedError
from slipway.sandbox.sagemaker.containers.log_stream import CloudWatchStream
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints.container import ContainerNotHealthyError, ServingContainer
from slipway.sandbox.sagemaker.endpoints.model_files import ContainerPlan, ModelNotDeployableError, plan_containers
from slipway.sandbox.sagemaker.endpoints.serving import launch_container
from slipway.sandbox.sagemaker.execution_roles import RoleNotAssumableError, as_role

MAX_INSTANCES = 2
"""Processes of one variant that this machine plays, however large its instance count is."""
HEALTH_TIMEOUT = 480
"""ContainerStartupHealthCheckTimeoutInSeconds when it is not given: SageMaker's 8 minutes."""
NOT_STARTED = (CommandNotStartedError, ContainerNotHealthyError, ModelNotDeployableError, OSError)
"""What starting a variant may raise."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Instance:
    """The containers that one request passes in turn, and how many requests are on their way through them."""

    containers: list[ServingContainer]
    started: float = field(default_factory=time.monotonic)
    outstanding: int = 0

    def stop(self, grace_seconds: float) -> None:
        """End all containers together."""
        threads = [threading.Thread(target=each.stop, args=(grace_seconds,)) for each in self.containers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


class Variant:
    """A variant of one fleet. `start` raises; afterwards instances that die are replaced until `stop`."""

    def __init__(
        self, context: Context, endpoint: str, config: dict[str, Any], model: dict[str, Any], root: Path
    ) -> None:
        self.name: str = config["VariantName"]
        self.weight: float = float(config.get("InitialVariantWeight", 1.0))
        self.desired: int = int(config.get("InitialInstanceCount", 1))
        self.config = config
        self._context = self._acting = context
        self._endpoint = endpoint
        self._model = model
        self._root = root
        self._plans: list[ContainerPlan] = []
        self._instances: list[Instance] = []
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._failures = 0

    @property
    def images(self) -> list[str]:
        """The images that run."""
        return [plan.image for plan in self._plans]

    def start(self) -> None:
        """Bring the model and start every instance; return when all are healthy.

        Raises ModelNotDeployableError, CommandNotStartedError or ContainerNotHealthyError; `stop` cleans up.
        """
        try:
            self._acting = as_role(self._context, self._model.get("ExecutionRoleArn"), self._model["ModelArn"])
        except RoleNotAssumableError as error:
            raise ModelNotDeployableError(str(error)) from error
        self._plans = plan_containers(self._model, self._root, self._acting)
        self._grow()

    def scale(self, desired: int) -> None:
        """Change the number of instances; returns when it is reached. Raises as `start` does."""
        self.desired = desired
        self._grow()
        with self._changed:
            keep = _played(desired)
            spare, self._instances = self._instances[keep:], self._instances[:keep]
        for instance in spare:
            self._wait_until_idle(instance)
            instance.stop(0)

    def _grow(self) -> None:
        failures: list[Exception] = []
        added: list[int] = []
        missing = _played(self.desired) - len(self._instances)
        threads = [threading.Thread(target=self._try_add, args=(each, added, failures)) for each in range(missing)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        if len(added) < missing:
            raise CommandNotStartedError(f"an instance of variant {self.name} broke: the sandbox's log has the error")

    def _try_add(self, number: int, added: list[int], failures: list[Exception]) -> None:
        try:
            self._add()
            added.append(number)
        except NOT_STARTED as error:
            failures.append(error)

    def _add(self) -> None:
        instance = Instance([])
        try:
            for plan in self._plans:
                instance.containers.append(self._launch(plan, instance))
            timeout = float(self.config.get("ContainerStartupHealthCheckTimeoutInSeconds", HEALTH_TIMEOUT))
            for container in instance.containers:
                container.wait_until_healthy(timeout, self._stopping)
        except NOT_STARTED:
            instance.stop(0)
            raise
        with self._changed:
            if not self._stopping.is_set():
                self._instances.append(instance)
                self._changed.notify_all()
        if self._stopping.is_set():
            instance.stop(0)
        elif any(container.process.ended.is_set() for container in instance.containers):
            self._lost(instance)

    def _launch(self, plan: ContainerPlan, instance: Instance) -> ServingContainer:
        stream_name = f"{self.name}/i-{uuid.uuid4().hex[:17]}"
        if len(self._plans) > 1:
            stream_name += f"/{plan.name}"
        stream = CloudWatchStream(
            self._acting.aws.client("logs"), f"/aws/sagemaker/Endpoints/{self._endpoint}", stream_name
        )
        label = f"the {plan.name} container for production variant {self.name}"
        return launch_container(plan, self._acting, stream, label, lambda: self._lost(instance))

    def _lost(self, instance: Instance) -> None:
        """Replace an instance that is no more, as SageMaker replaces instances; once, whoever notices first."""
        with self._changed:
            if self._stopping.is_set() or instance not in self._instances:
                return
            self._instances.remove(instance)
        threading.Thread(target=self._replace, args=(instance,), name=f"replace-{self._endpoint}", daemon=True).start()

    def _replace(self, instance: Instance) -> None:
        instance.stop(0)
        # a container that lived a while starts the count of failures anew
        if time.monotonic() - instance.started > _LONGEST_PAUSE * 2:
            self._failures = 0
        while not self._stopping.wait(self._pause()):
            try:
                self._add()
            except NOT_STARTED as error:
                log.info("endpoint %s: a replacement did not start: %s", self._endpoint, error)
            else:
                return

    def _pause(self) -> float:
        self._failures += 1
        return 0.0 if self._failures == 1 else min(_FIRST_PAUSE * 2 ** (self._failures - 2), _LONGEST_PAUSE)

    def acquire(self, timeout: float) -> Instance | None:
        """Return the least busy instance and count the request as its; None when none is healthy in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._instances or self._stopping.is_set(), timeout):
                return None
            if not self._instances:
                return None
            instance = min(self._instances, key=lambda each: each.outstanding)
            instance.outstanding += 1
            return instance

    def release(self, instance: Instance) -> None:
        """Count a request as done."""
        with self._changed:
            instance.outstanding -= 1
            self._changed.notify_all()

    def give_up_on(self, instance: Instance) -> None:
        """Replace an instance that refused a connection: nobody listens there, whether or not its process lingers."""
        self._lost(instance)

    def count(self) -> int:
        """Return how many instances the API shows: what was asked for, once the machine plays its share."""
        with self._changed:
            return self.desired if len(self._instances) >= _played(self.desired) else len(self._instances)

    def _wait_until_idle(self, instance: Instance, timeout: float = 65.0) -> None:
        with self._changed:
            self._changed.wait_for(lambda: instance.outstanding == 0, timeout)

    def cancel(self) -> None:
        """Let a start that still waits give up."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()

    def stop(self, grace_seconds: float) -> None:
        """End every instance and remove the files."""
        self.cancel()
        with self._changed:
            instances, self._instances = self._instances, []
        threads = [threading.Thread(target=instance.stop, args=(grace_seconds,)) for instance in instances]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for plan in self._plans:
            plan.workspace.remove()


def _played(count: int) -> int:
    return min(max(count, 0), MAX_INSTANCES)
