"""The nine stages of the demo, in order; each checks what it claims and fails loudly."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from slipway import artifact as artifacts
from slipway import outputs as stack_outputs
from slipway import pulumi_cli
from slipway.demo import answers, lake, leftovers, model, poke, processes, sandbox, summary
from slipway.demo.check import require
from slipway.demo.deployment import Deployment
from slipway.event_log import resource_type
from slipway.release.command import Order, release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.demo.console import Console
    from slipway.demo.measurements import Measurements
    from slipway.demo.run_folder import RunFolder
    from slipway.outputs import Outputs
    from slipway.train.command import Trained

STACK = "dev"
STAGES = 9
ROWS = 1000
TRAINED_ON = tuple(range(1, 7))
ASKED_ABOUT = 7


@dataclass
class Demo:
    """One run: what it works with, and what its stages found for the summary."""

    console: Console
    folder: RunFolder
    engine: pulumi_cli.Engine
    measurements: Measurements
    running: sandbox.Sandbox | None = None
    facts: summary.Facts = field(default_factory=summary.Facts)

    def __post_init__(self) -> None:
        self.stack = pulumi_cli.Stack(self.engine, self.folder.project, STACK, logs=self.folder.logs)
        self.deployment = Deployment(self.stack, self.console)
        self.facts.engine = f"{self.engine.title} ({self.engine.reason})"

    def loop(self) -> tuple[Outputs, lake.Landed]:
        """Run stages 1 to 7: from nothing to an endpoint that serves what was trained."""
        with self._stage("start the sandbox and make stack dev"):
            self._start()
        with self._stage("preview and up: everything but the endpoint"):
            self.facts.resources = self.deployment.first()
            outputs = self._outputs()
            require(outputs.endpoint is None, f"there is no release, yet the stack exports endpoint {outputs.endpoint}")
        with self._stage("land the flights of January to July 2013 in the lake"):
            landed = lake.land(self.console, outputs, (*TRAINED_ON, ASKED_ABOUT))
            self.facts.landed = landed.in_words()
        with self._stage("train on January to June, look at July"):
            trained = self._train(outputs, landed)
        with self._stage("register, approve and release the model"):
            outputs = self._release(trained)
        with self._stage(f"ask the endpoint about {ROWS:,} flights of July, as JSON and as CSV"):
            self._ask(outputs, trained, landed)
        with self._stage("preview again with nothing changed"):
            self.facts.unchanged = self.deployment.unchanged()
            self.console.say(f"the preview is empty: {self.facts.unchanged['same']} resources, all the same")
        return outputs, landed

    def end(self, outputs: Outputs) -> None:
        """Run stages 8 and 9: destroy, prove what is left, sum up."""
        with self._stage("destroy, and prove what is left"):
            self._destroy(outputs)
            self.stop()

    def stop(self) -> None:
        """End the sandbox and prove that nothing of this run is alive."""
        if self.running is None:
            return
        running, self.running = self.running, None
        self.measurements.look()
        running.down()
        gone = processes.wait_gone(self.folder.root, processes.GRACE_SECONDS)
        left = processes.wait_ended(self.measurements.seen, processes.GRACE_SECONDS) or processes.of_run(
            self.folder.root
        )
        alive = ", ".join(f"{pid} ({processes.command_line(pid)})" for pid in left)
        require(gone and not left, f"processes of this run are still alive: {alive}")
        require(processes.port_is_free(running.port), f"port {running.port} is still open after `sandbox down`")
        self.console.say(f"sandbox down: no process of this run is alive, port {running.port} is closed")

    @contextmanager
    def _stage(self, title: str) -> Iterator[None]:
        with self.console.stage(title), self.measurements.stage(title):
            yield

    def _start(self) -> None:
        self.running = sandbox.up(self.folder)
        self.measurements.roots.add(self.running.pid)
        moved = f" (port {sandbox.DEFAULT_PORT} is taken)" if self.running.moved else ""
        self.console.say(f"sandbox: {self.running.endpoint}{moved}, its state in {self.folder.state}")
        sandbox.adopt(self.folder)
        account = boto3.client("sts").get_caller_identity()["Account"]
        self.stack.init()
        self.console.say(f"stack dev in account {account}, by {self.facts.engine}")

    def _outputs(self) -> Outputs:
        return stack_outputs.read(STACK, self.stack.outputs())

    def _train(self, outputs: Outputs, landed: lake.Landed) -> Trained:
        trained = model.train_model(
            self.console, outputs, stack=STACK, data=landed.train_uri, validation=landed.validation_uri
        )
        rows = model.data_rows(dict(trained.manifest))
        wanted = {"train": landed.rows(TRAINED_ON), "validation": landed.rows((ASKED_ABOUT,))}
        require(rows == wanted, f"the lake holds {wanted} rows for the model, its manifest says {rows}")
        findings, self.facts.score = model.score(trained, "July")
        for finding in findings:
            self.console.say(finding)
        return trained

    def _release(self, trained: Trained) -> Outputs:
        self.console.say(f"registered and approved: {trained.package_arn}")
        released = release(self.stack.file, self._outputs(), Order(job=trained.job))
        require(released.changed, "the first release left the stack file as it was")
        self.console.say(
            f"slipway release: {self.stack.file.name} pins model {released.pin.model_sha256[:12]} as current"
        )
        self.facts.released = len(self.deployment.release())
        outputs = self._outputs()
        require(outputs.endpoint, "the stack exports no endpoint after its release")
        endpoint = boto3.client("sagemaker").describe_endpoint(EndpointName=str(outputs.endpoint))
        status = endpoint["EndpointStatus"]
        require(status == "InService", f"endpoint {outputs.endpoint} is {status}: {endpoint.get('FailureReason')}")
        self.console.say(f"up: endpoint {outputs.endpoint} is InService")
        self.facts.release = f"{trained.package_arn.split(':')[-1]} on endpoint {outputs.endpoint}"
        return outputs

    def _ask(self, outputs: Outputs, trained: Trained, landed: lake.Landed) -> None:
        manifest = dict(trained.manifest)
        features = [str(item["name"]) for item in manifest["features"]]  # type: ignore[attr-defined]
        rows, late = landed.sample(ASKED_ABOUT, ROWS, features)
        with tempfile.TemporaryDirectory(prefix="slipway-demo-") as place:
            artifact = artifacts.fetch(boto3.client("s3"), trained.model_data, Path(place))
            require(artifact.sha256 == trained.model_sha256, "the artifact in S3 is not the one that was registered")
            expected = answers.offline(self.folder.project, artifact, rows, Path(place))
        compared = answers.ask(self.console, str(outputs.endpoint), features, rows, expected, late)
        self.facts.rows = compared.rows
        self.facts.largest_json, self.facts.largest_csv = compared.largest_json, compared.largest_csv
        auc = "" if compared.auc is None else f"; AUC on these rows {compared.auc:.3f}"
        self.console.say(
            f"{compared.rows:,} answers each way in {compared.seconds:.1f} s, all within {answers.TOLERANCE} of the "
            f"model's own: at most {compared.largest_json:.1e} (JSON) and {compared.largest_csv:.1e} (CSV) apart{auc}"
        )
        poke.write_rows(self.folder.root / "rows.json", rows[:3])

    def _destroy(self, outputs: Outputs) -> None:
        resources = (self.stack.export().get("deployment") or {}).get("resources") or []
        blind = leftovers.unseen(resource_type(item["urn"]) for item in resources)
        require(not blind, f"the inventory would not see what is left of {', '.join(blind)}: teach leftovers.py")
        packages = leftovers.delete_model_packages(outputs.model_package_group)
        self.console.say(f"model packages deleted: {len(packages)} (SageMaker refuses to delete a group that has any)")
        self.facts.destroyed = self.deployment.destroy()
        made = self.facts.resources + self.facts.released
        require(self.facts.destroyed == made, f"{made} resources were made, {self.facts.destroyed} destroyed")
        inventory = leftovers.take()
        left = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in inventory.left.items())
        require(not left, f"the stack is destroyed, yet the account still has {left}")
        self.console.say(f"destroyed {self.facts.destroyed}; the account has no {', no '.join(inventory.looked_at)}")
        for line in inventory.kept_in_words():
            self.console.say(f"kept, as AWS keeps it: {line}")
        self.facts.kept = [f"{kind} ({len(names)})" for kind, names in inventory.kept.items()]
