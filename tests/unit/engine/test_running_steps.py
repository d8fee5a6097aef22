"""What a step leaves in the state and says, with a provider that answers from this process."""

import json
from typing import Any

import pytest

from slipway.engine.codec.state import StateCodec, masked
from slipway.engine.events.stream import EventStream
from slipway.engine.execution.refreshing import Refresher
from slipway.engine.execution.runner import StepFailedError, StepRunner
from slipway.engine.planning.steps import Op, Step
from slipway.engine.providers.answers import DiffAnswer, MadeAnswer, ProviderError
from slipway.engine.providers.registry import Provider, ProviderRegistry
from slipway.engine.state.resource import ResourceState
from slipway.engine.state.snapshot import Snapshot
from slipway.engine.state.writer import SnapshotWriter
from slipway.engine.values import Properties, Secret, mark_secrets_like

PROVIDER = "urn:pulumi:dev::p::pulumi:providers:t::default::id"
URN = "urn:pulumi:dev::p::t:index:T::a"


class Sealed:
    """A secrets manager whose ciphertexts say nothing."""

    def encrypt(self, text: str) -> str:
        return f"sealed {len(text)}"

    def decrypt(self, text: str) -> str:
        raise AssertionError(text)

    def state(self) -> dict[str, Any]:
        return {"type": "sealed"}


class Answering:
    """A provider that finds and makes everything."""

    def __init__(self, answer: MadeAnswer | ProviderError) -> None:
        self._answer = answer

    def _give(self) -> MadeAnswer:
        if isinstance(self._answer, ProviderError):
            raise self._answer
        return self._answer

    def read(self, *_: object) -> MadeAnswer:
        return self._give()

    def create(self, *_: object, preview: bool) -> MadeAnswer:
        assert not preview
        return self._give()


class ReadingSome(Answering):
    """A provider that cannot read one of its resources, and finds the others unchanged."""

    def read(self, urn: str, id_: str, inputs: Properties, *_: object) -> MadeAnswer:  # type: ignore[override]
        if urn.endswith("::b"):
            raise ProviderError("cannot read b")
        return MadeAnswer(id=id_ + "-moved", inputs=inputs)

    def diff(self, *_: object) -> DiffAnswer:
        return DiffAnswer(changes="none")


class OneProvider(ProviderRegistry):
    def __init__(self, client: Any) -> None:
        self._client = client

    def get(self, ref: str) -> Provider:
        return Provider(urn=ref.rpartition("::")[0], id="id", client=self._client, inputs={}, outputs={})


class Bench:
    """Runs steps on a state."""

    def __init__(self, *olds: ResourceState, answer: MadeAnswer | ProviderError) -> None:
        secrets: Any = Sealed()
        codec = StateCodec(secrets.encrypt, secrets.decrypt)
        self.texts: list[bytes] = []
        self.events: list[dict[str, Any]] = []
        self.writer = SnapshotWriter(Snapshot(list(olds)), secrets, codec, self.texts.append)
        self.stream = EventStream(self.events.append, preview=False, show_secrets=False)
        self.runner = StepRunner(
            registry=OneProvider(Answering(answer)),
            writer=self.writer,
            events=self.stream,
            preview=False,
            read_stack=None,
        )

    def stored(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.texts[-1])["resources"]
        return found


def state(urn: str = URN, **fields: Any) -> ResourceState:
    return ResourceState(urn=urn, type="t:index:T", custom=True, provider=PROVIDER, **fields)


@pytest.mark.parametrize("op", [Op.READ_REPLACEMENT, Op.IMPORT_REPLACEMENT, Op.CREATE_REPLACEMENT])
@pytest.mark.parametrize("problems", [(), ("not ready",)])
def test_what_is_replaced_stays_until_it_is_deleted(op: Op, problems: tuple[str, ...]) -> None:
    old = state(id="old")
    bench = Bench(old, answer=MadeAnswer(id="new", inputs={}, init_errors=problems))
    step = Step(op=op, urn=URN, type="t:index:T", old=old, new=state(id="new"), pending_delete=True)
    if problems and op is not Op.IMPORT_REPLACEMENT:  # what is taken over was half made by somebody else
        with pytest.raises(StepFailedError):
            bench.runner.run(step)
    else:
        bench.runner.run(step)
    assert [(raw["id"], raw.get("delete", False)) for raw in bench.stored()] == [("new", False), ("old", True)]


@pytest.mark.parametrize(
    ("told", "answered"),
    [
        ({"env": {"TOKEN": Secret("hunter22")}}, {"env": {"TOKEN": "hunter22"}}),
        ({"env": [Secret("hunter22")]}, {"env": ["more", "hunter22"]}),
        ({"env": {"TOKEN": Secret("hunter22")}}, {"env": '{"TOKEN": "hunter22"}'}),
    ],
)
def test_what_a_provider_answers_that_knows_no_secrets_is_secret_where_it_was_told_one(
    told: Properties, answered: Properties
) -> None:
    assert "hunter22" not in json.dumps(masked(mark_secrets_like(answered, told)))


def test_a_secret_that_a_provider_quotes_in_its_refusal_is_not_repeated() -> None:
    bench = Bench(answer=ProviderError("the password 'hunter22' is too short"))
    new = state(inputs={"login": {"password": Secret("hunter22")}})
    with pytest.raises(StepFailedError):
        bench.runner.run(Step(op=Op.CREATE, urn=URN, type="t:index:T", new=new))
    assert "hunter22" not in json.dumps(bench.events) + str(bench.stream.errors)
    assert "the password '[secret]' is too short" in bench.stream.errors


def test_a_refresh_reads_on_after_a_failure_and_leaves_what_waits_for_its_replacement() -> None:
    names = {name: URN.removesuffix("a") + name for name in "abcd"}
    olds = [state(id=name, urn=urn, parent=names["c"] if name == "d" else "") for name, urn in names.items()]
    olds[0].pending_replacement = True
    events = EventStream(lambda _: None, preview=False, show_secrets=False)
    refresher = Refresher(registry=OneProvider(ReadingSome(MadeAnswer())), events=events, count=True)
    found = refresher.run(Snapshot(olds), olds, parallel=1, stopped=lambda: False)
    assert [item.id for item in found.resources] == ["a", "b", "c-moved", "d-moved"]
    assert (refresher.failed, events.errors) == (True, ["cannot read b"])


def test_children_of_what_a_refresh_finds_gone_go_to_the_next_ancestor() -> None:
    top, middle = state(id="top", urn=URN.removesuffix("a") + "top"), state(id="middle", urn=URN)
    middle.parent = top.urn
    child = state(id="child", urn=URN.removesuffix("a") + "child", parent=middle.urn)
    bench = OneProvider(Answering(MadeAnswer()))
    events = EventStream(lambda _: None, preview=False, show_secrets=False)
    found = Refresher(registry=bench, events=events, count=True).run(
        Snapshot([top, middle, child]), [middle], parallel=1, stopped=lambda: False
    )
    assert [(item.id, item.parent) for item in found.resources] == [("top", ""), ("child", top.urn)]
