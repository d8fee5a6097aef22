"""The stages of the demo, in order; each checks what it claims and fails loudly."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import boto3

from slipway import artifact as artifacts
from slipway import outputs as stack_outputs
from slipway import pulumi_cli
from slipway.demo import answers, images, lake, leftovers, model, poke, processes, sandbox, summary
from slipway.demo.check import require
from slipway.demo.deployment import Deployment
from slipway.demo.evaluation import Judged
from slipway.demo.repository import Repository
from slipway.demo.rollouts import Rollouts
from slipway.event_log import resource_type
from slipway.release.command import Order, release

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slipway.demo.console import Console
    from slipway.demo.measurements import Measurements
    from slipway.demo.run_folder import RunFolder
    from slipway.outputs import Outputs
    from slipway.train.command import Trained

STACK = "dev"
STAGES = 12
ROWS = 1000
FIRST_MONTHS, FIRST_ASKED = tuple(range(1, 7)), 7
SECOND_MONTHS, SECOND_ASKED = tuple(range(2, 8)), 8


@dataclass
class Demo:
    """One run: what it works with, and what its stages found for the summary and the report."""

    console: Console
    folder: RunFolder
    engine: pulumi_cli.Engine
    measurements: Measurements
    running: sandbox.Sandbox | None = None
    facts: summary.Facts = field(default_factory=summary.Facts)
    models: list[Judged] = field(default_factory=list)
    rollouts: Rollouts | None = None
    inventory: leftovers.Inventory | None = None

    def __post_init__(self) -> None:
        self.stack = pulumi_cli.Stack(self.engine, self.folder.project, STACK, logs=self.folder.logs)
        self.deployment = Deployment(self.stack, self.console)
        self.repository = Repository(self.folder.project)
        self.facts.engine = f"{self.engine.title} ({self.engine.reason})"

    def loop(self) -> tuple[Outputs, lake.Lake]:
        """Run the stages up to the empty preview: from nothing to a third release that was taken back."""
        with self._stage("start the sandbox and make stack dev"):
            self._start()
        with self._stage("preview and up: everything but the endpoint"):
            outputs = self._first_up()
        with self._stage("land the flights of January to July 2013 in the lake"):
            landed = lake.Lake(self.console, outputs, self.folder.root / "flights")
            landed.prepare((*FIRST_MONTHS, FIRST_ASKED, SECOND_ASKED))
            landed.land((*FIRST_MONTHS, FIRST_ASKED))
        with self._stage("train on January to June, look at July"):
            first = self._train(outputs, landed, FIRST_MONTHS, FIRST_ASKED)
        with self._stage("register, approve and release the model"):
            outputs = self._release(first)
        with self._stage(f"ask the endpoint about {ROWS:,} flights of July, as JSON and as CSV"):
            self._ask(outputs, first, landed)
        with self._stage("August lands: train on February to July, look at August"):
            landed.land((SECOND_ASKED,))
            second = self._train(outputs, landed, SECOND_MONTHS, SECOND_ASKED)
            self.facts.landed = landed.in_words()
        self.rollouts = Rollouts(self.console, self.folder, self.stack, self.deployment, self.repository, outputs)
        with self.rollouts.loaded(self.models, self._sample(landed, second)):
            with self._stage("release the new model and roll it out under constant load"):
                self.rollouts.release(second)
            with self._stage("try a release whose model cannot load"):
                self.rollouts.try_torn(second)
            with self._stage("roll back, and preview with nothing changed"):
                self.rollouts.roll_back()
                self.facts.unchanged = self.deployment.unchanged()
                self.console.say(f"the preview is empty: {self.facts.unchanged['same']} resources, all the same")
        self.rollouts.judge_load()
        return outputs, landed

    def end(self, outputs: Outputs) -> None:
        """Destroy, and prove what is left."""
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
        self.repository.begin()
        self.console.say(f"stack dev in account {account}, by {self.facts.engine}")

    def _first_up(self) -> Outputs:
        self.facts.resources = self.deployment.first()
        outputs = self._outputs()
        require(outputs.endpoint is None, f"there is no release, yet the stack exports endpoint {outputs.endpoint}")
        images.push(self.folder, (outputs.training.image, outputs.serving.image))
        self.console.say("the two images are in their repositories")
        return outputs

    def _outputs(self) -> Outputs:
        return stack_outputs.read(STACK, self.stack.outputs())

    def _train(self, outputs: Outputs, landed: lake.Lake, months: Sequence[int], asked: int) -> Trained:
        trained = model.train_model(
            self.console, outputs, stack=STACK, data=landed.data_set(months), validation=landed.data_set([asked])
        )
        rows = model.data_rows(dict(trained.manifest))
        wanted = {"train": landed.rows(months), "validation": landed.rows((asked,))}
        require(rows == wanted, f"the lake holds {wanted} rows for the model, its manifest says {rows}")
        findings, score = model.score(trained, lake.MONTHS[asked])
        for finding in findings:
            self.console.say(finding)
        self.facts.scores.append(score)
        self.facts.baseline = model.baseline_of(trained)
        self.models.append(self._unpacked(trained, months, asked))
        return trained

    def _unpacked(self, trained: Trained, months: Sequence[int], asked: int) -> Judged:
        """Keep the model as files, for the offline predictions and the report."""
        label = f"model {len(self.models) + 1}"
        place = self.folder.root / label.replace(" ", "-")
        place.mkdir()
        artifact = artifacts.fetch(boto3.client("s3"), trained.model_data, place)
        require(artifact.sha256 == trained.model_sha256, "the artifact in S3 is not the one that was registered")
        return Judged(
            label=label,
            sha256=artifact.sha256,
            folder=artifacts.unpack(artifact, place / "model"),
            trained_on=tuple(months),
            asked_about=asked,
        )

    def _release(self, trained: Trained) -> Outputs:
        self.console.say(f"registered and approved: {trained.package_arn}")
        released = release(self.stack.file, self._outputs(), Order(job=trained.job))
        require(released.changed, "the first release left the stack file as it was")
        self.repository.commit(self.stack.file, "Release model 1")
        self.console.say(
            f"slipway release: {self.stack.file.name} pins release {released.pin.digest} "
            f"(model {released.pin.model_sha256[:12]}) as current"
        )
        self.facts.released = self.deployment.release("release 1")
        outputs = self._outputs()
        require(outputs.endpoint, "the stack exports no endpoint after its release")
        endpoint = boto3.client("sagemaker").describe_endpoint(EndpointName=str(outputs.endpoint))
        status = endpoint["EndpointStatus"]
        require(status == "InService", f"endpoint {outputs.endpoint} is {status}: {endpoint.get('FailureReason')}")
        self.console.say(f"up: endpoint {outputs.endpoint} is InService")
        return outputs

    def _ask(self, outputs: Outputs, trained: Trained, landed: lake.Lake) -> None:
        manifest = dict(trained.manifest)
        features = [str(item["name"]) for item in manifest["features"]]  # type: ignore[attr-defined]
        rows, late = landed.sample(FIRST_ASKED, ROWS, features)
        expected = answers.offline(self.folder.project, self.models[0].folder, rows, self.folder.root)
        compared = answers.ask(self.console, str(outputs.endpoint), features, rows, expected, late)
        self.facts.rows = compared.rows
        self.facts.largest_json, self.facts.largest_csv = compared.largest_json, compared.largest_csv
        auc = "" if compared.auc is None else f"; AUC on these rows {compared.auc:.3f}"
        self.console.say(
            f"{compared.rows:,} answers each way in {compared.seconds:.1f} s, all within {answers.TOLERANCE} of the "
            f"model's own: at most {compared.largest_json:.1e} (JSON) and {compared.largest_csv:.1e} (CSV) apart{auc}"
        )
        poke.write_rows(self.folder.root / "rows.json", rows[:3])

    def _sample(self, landed: lake.Lake, trained: Trained) -> list[answers.Row]:
        manifest = dict(trained.manifest)
        features = [str(item["name"]) for item in manifest["features"]]  # type: ignore[attr-defined]
        return landed.sample(SECOND_ASKED, ROWS, features)[0]

    def _destroy(self, outputs: Outputs) -> None:
        resources = (self.stack.export().get("deployment") or {}).get("resources") or []
        blind = leftovers.unseen(resource_type(item["urn"]) for item in resources)
        require(not blind, f"the inventory would not see what is left of {', '.join(blind)}: teach leftovers.py")
        packages = leftovers.delete_model_packages(outputs.model_package_group)
        self.console.say(f"model packages deleted: {len(packages)} (SageMaker refuses to delete a group that has any)")
        self.facts.destroyed = self.deployment.destroy()
        made = self.facts.resources + self.facts.released
        if self.rollouts is not None:
            made += self.rollouts.created - self.rollouts.deleted
        require(self.facts.destroyed == made, f"{made} resources were there, {self.facts.destroyed} were destroyed")
        inventory = self.inventory = leftovers.take()
        left = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in inventory.left.items())
        require(not left, f"the stack is destroyed, yet the account still has {left}")
        self.console.say(f"destroyed {self.facts.destroyed}; the account has no {', no '.join(inventory.looked_at)}")
        for line in inventory.kept_in_words():
            self.console.say(f"kept, as AWS keeps it: {line}")
        self.facts.kept = [f"{kind} ({len(names)})" for kind, names in inventory.kept.items()]
