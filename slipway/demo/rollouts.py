"""The stages that roll releases out under a constant load: a good one, one that cannot load, and the way back."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3

from slipway import child
from slipway.demo import answers, loading, torn, traffic
from slipway.demo.check import require
from slipway.history.command import history
from slipway.history.states import states
from slipway.history.words import lines as history_lines
from slipway.outputs import read as read_outputs
from slipway.release.command import Order, release
from slipway.release.rollback import rollback
from slipway.report.findings import Attempt
from slipway.verdict.command import verdict
from slipway.verdict.words import lines as verdict_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slipway.demo.console import Console
    from slipway.demo.deployment import Deployment
    from slipway.demo.evaluation import Judged
    from slipway.demo.repository import Repository
    from slipway.demo.run_folder import RunFolder
    from slipway.load.samples import Sample
    from slipway.outputs import Outputs
    from slipway.pulumi_cli import Stack
    from slipway.report.findings import Traffic
    from slipway.train.command import Trained

TELLING_ROWS = 60
APART = 1e-4
"""How far the models' answers to a row must be apart to tell which of them gave one; far above the tolerance."""


@dataclass
class Rollouts:
    """Everything between the first release and the empty preview."""

    console: Console
    folder: RunFolder
    stack: Stack
    deployment: Deployment
    repository: Repository
    outputs: Outputs
    created: int = 0
    deleted: int = 0
    attempt: Attempt | None = None
    traffic: Traffic | None = None
    _expected: list[dict[str, float]] = field(default_factory=list)
    _labels: dict[str, str] = field(default_factory=dict)
    _samples: list[Sample] = field(default_factory=list)
    _began: float = 0.0

    @contextmanager
    def loaded(self, models: Sequence[Judged], rows: Sequence[answers.Row]) -> Iterator[None]:
        """Keep the endpoint under load, with rows that tell by their answers which model gave them."""
        own = {one.label: answers.offline(self.folder.project, one.folder, rows, self.folder.root) for one in models}
        places = traffic.telling_rows(own, TELLING_ROWS)
        self._expected = [{label: found[place] for label, found in own.items()} for place in places]
        for wanted in self._expected:
            values = sorted(wanted.values())
            require(values[-1] - values[0] > APART, f"the models answer alike, nobody can tell them apart: {wanted}")
        self._labels[self._serves()] = models[0].label
        load = loading.start(self.outputs.serving.endpoint_name, [rows[place] for place in places], self.folder.root)
        self._began = load.began
        try:
            yield
        finally:
            self._samples = load.stop()

    def release(self, trained: Trained) -> None:
        """Pin, preview and roll out a good model."""
        released = release(self.stack.file, self.outputs, Order(job=trained.job))
        require(released.changed, "a release of another model left the stack file as it was")
        self.repository.commit(self.stack.file, "Release model 2")
        self.console.say(f"slipway release: {self.stack.file.name} pins release {released.pin.digest} as current")
        for line in released.difference:
            if line.startswith(("model_sha256", "data.", "metrics.validation:auc")):
                self.console.say(f"  {line}")
        for line in released.warnings:
            self.console.say(f"  warning: {line}")
        created, _ = self._roll("release 2", preview=True)
        require(created == len(("model", "configuration")), f"{created} resources were created")
        self._labels[self._serves()] = "model 2"
        self._say_verdict()

    def try_torn(self, trained: Trained) -> None:
        """Pin and roll out a model that cannot load: `up` ends well, the endpoint goes on, the verdict tells."""
        package = torn.register_torn(trained, self.outputs)
        released = release(self.stack.file, self.outputs, Order(arn=package))
        self.repository.commit(self.stack.file, "Release model 3")
        name = package.partition("model-package/")[2]
        self.console.say(f"model package {name} is approved: its metrics are fine, its file is torn")
        serves = self._serves()
        self._roll("torn release", preview=False)
        self.console.say("up ended well, as with the real provider: SageMaker takes an update back without an error")
        require(self._serves() == serves, f"{serves} served before the torn release, {self._serves()} does after it")
        self._require_declared(serves)
        words = [sys.executable, "-m", "slipway", "verdict", "-s", self.stack.name, "--engine", self.stack.engine.name]
        finished = child.run(words, cwd=self.folder.project)
        require(finished.code == 1, f"the verdict on a release that was taken back has exit code {finished.code}")
        self.console.say(f"slipway verdict -s {self.stack.name}: exit code {finished.code}")
        said = finished.stderr.strip().splitlines()
        for line in said:
            self.console.say(f"  {line}")
        self._remember(released.pin.digest, said, finished.code)

    def roll_back(self) -> None:
        """Swap the pins and bring the stack there: nothing has to be made."""
        swapped = rollback(self.stack.file)
        self.repository.commit(self.stack.file, "Roll back")
        self.console.say(f"slipway rollback: {self.stack.file.name} pins release {swapped.current['digest']} again")
        self.deployment.rollback("rollback")
        self.console.say("up: no resource of AWS was made, changed or deleted")
        self._say_verdict()
        for line in history_lines(history(self.stack.file, self.outputs)):
            self.console.say(line)

    def judge_load(self) -> None:
        """Say what the load saw; a single failed request breaks the demo's claim."""
        logs = boto3.client("logs")
        kept = states(logs, self.outputs.serving.events_log_group) or []
        self.traffic = traffic.traffic(
            self._samples,
            self._expected,
            rate=loading.RATE,
            clients=loading.CLIENTS,
            moments=traffic.moments_of(kept, self._began, self._labels),
        )
        failed = traffic.problems(self._samples, self._expected)
        require(
            not failed, f"{len(failed)} of {len(self._samples)} requests failed under load: {'; '.join(failed[:3])}"
        )
        self.console.say(
            f"under load all the while: {self.traffic.requests:,} requests, {self.traffic.failed} failed"
            + ("" if self.traffic.caveat is None else f"; {self.traffic.caveat}")
        )
        for one in self.traffic.latencies:
            times = f"half within {one.p50:.1f} ms, 99 % within {one.p99:.1f} ms"
            self.console.say(f"  {one.version} gave {one.requests:,} answers: {times}")

    def _roll(self, name: str, *, preview: bool) -> tuple[int, int]:
        created, deleted = self.deployment.roll(name, preview=preview)
        self.created += created
        self.deleted += deleted
        return created, deleted

    def _serves(self) -> str:
        found = boto3.client("sagemaker").describe_endpoint(EndpointName=self.outputs.serving.endpoint_name)
        require(found["EndpointStatus"] == "InService", f"the endpoint is {found['EndpointStatus']}")
        return str(found["EndpointConfigName"])

    def _require_declared(self, config: str) -> None:
        """Hold that what serves could be started again: its configuration and its model are still there."""
        sagemaker = boto3.client("sagemaker")
        variants = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
        for variant in variants:
            sagemaker.describe_model(ModelName=variant["ModelName"])
        self.console.say(f"the endpoint stays InService with {config}; it and its model are still there")

    def _say_verdict(self) -> None:
        """Give the verdict, which must be a good one."""
        found = verdict(self.stack.file, read_outputs(self.stack.name, self.stack.outputs()))
        said = verdict_lines(found, self.stack.name)
        require(found.good, "\n".join(said))
        for line in said:
            self.console.say(line)

    def _remember(self, digest: str, said: list[str], code: int) -> None:
        found: dict[str, Any] = dict(
            boto3.client("sagemaker").describe_endpoint(EndpointName=self.outputs.serving.endpoint_name)
        )
        reason = str(found.get("FailureReason", ""))
        pending = [state.pending for state in states(boto3.client("logs"), self.outputs.serving.events_log_group) or []]
        tried = next((config for config in pending if digest in config), digest)
        self._labels[tried] = "the torn release"
        self.attempt = Attempt(
            wanted=f"release {digest}, a model whose file was cut in half",
            serves=f"{self._labels[found['EndpointConfigName']]}, as before",
            why=reason,
            verdict=tuple(said),
            exit_code=code,
        )
