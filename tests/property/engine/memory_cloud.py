"""A cloud in memory behind the provider's door, which writes down every violation of what a cloud insists on."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slipway.engine import urn as urns
from slipway.engine.providers.answers import CheckAnswer, DiffAnswer, MadeAnswer, ProviderError
from slipway.engine.providers.registry import Provider, ProviderRegistry
from slipway.engine.values import UNKNOWN, Properties, has_unknown, unwrap

REPLACING = ("kind", "fixed", "needs")
"""Properties whose change replaces a thing; that of any other one updates it."""


class KilledError(BaseException):
    """The engine's process ends here: nothing of it goes on, not even its clean-up."""


@dataclass
class Cloud:
    """What exists, by id."""

    things: dict[str, tuple[str, Properties]] = field(default_factory=dict)
    """URN and inputs."""
    regions: dict[str, Any] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, URN and id of every call that changes something."""
    asked: list[tuple[str, set[str]]] = field(default_factory=list)
    """URN and the properties that were unknown, of every Diff with some."""
    broken: set[str] = field(default_factory=set)
    """`create:NAME` and the like, which fail."""
    before_call: Callable[[int], str] = field(default=lambda _: "")
    """Says what befalls the call of a number: fail, partial, kill-before, kill-after, or nothing."""
    stable: bool = False
    """Whether what is made anew has the reference that the old one had."""
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def users_of(self, id_: str) -> list[str]:
        """Return what can't be without a thing; what only `uses` one that is deleted first is updated afterwards."""
        ref = self.ref(id_)
        others = [other for other in self.things if other != id_ and self.ref(other) == ref]
        if others:
            return []  # its successor is there
        return [other for other, (_, inputs) in self.things.items() if ref in unwrap(inputs.get("needs", []))]

    def ref(self, id_: str) -> str:
        """Return what others refer to a thing by."""
        return id_.rpartition("-")[0] if self.stable else id_

    def names(self, region: Any) -> list[Any]:
        """Return the names of a region that are taken."""
        things = self.things.items()
        return [unwrap(inputs.get("fixed")) for id_, (_, inputs) in things if self.regions[id_] == region]

    def new_id(self, name: str) -> str:
        """Return an id that nothing had."""
        return f"{name}-{next(self._ids)}"

    def begin(self, method: str, urn: str, id_: str) -> str:
        """Note a call; fail or die where that is planned, else return what is still going to befall it."""
        name = urns.name_of(urn)
        self.calls.append((method, urn, id_))
        fate = self.before_call(len(self.calls))
        if fate == "kill-before":
            raise KilledError
        if fate == "fail" or f"{method}:{name}" in self.broken:
            raise ProviderError(f"cannot {method} {name}")
        return fate


def _end(fate: str) -> tuple[str, ...]:
    """Die after the deed, or return why what was made is not fit for use."""
    if fate == "kill-after":
        raise KilledError
    return ("it does not settle",) if fate == "partial" else ()


class MemoryClient:
    """Answers as a provider process of one region does; `fixed` is a name that exists once."""

    def __init__(self, cloud: Cloud, region: Any) -> None:
        self.cloud = cloud
        self.region = region

    def check_config(self, _urn: str, _olds: Properties | None, news: Properties) -> CheckAnswer:
        return CheckAnswer(inputs=news)

    def diff_config(
        self, _urn: str, _id: str, old_inputs: Properties, _olds: Properties, news: Properties, _ignore: object = ()
    ) -> DiffAnswer:
        moved = old_inputs.get("region") != news.get("region")
        return DiffAnswer(changes="some" if moved else "none", replace_keys=("region",) if moved else ())

    def check(self, _urn: str, _olds: Properties | None, news: Properties, _seed: bytes) -> CheckAnswer:
        return CheckAnswer(inputs=news | {"color": "grey"})

    def diff(
        self, urn: str, _id: str, old_inputs: Properties, _olds: Properties, news: Properties, _ignore: object
    ) -> DiffAnswer:
        if unknown := {key for key, value in news.items() if has_unknown(value)}:
            self.cloud.asked.append((urn, unknown))
        keys = sorted(old_inputs.keys() | news.keys())
        changed = [key for key in keys if unwrap(old_inputs.get(key)) != unwrap(news.get(key))]
        replaced = tuple(key for key in changed if key in REPLACING)
        return DiffAnswer(
            changes="some" if changed else "none",
            changed_keys=tuple(changed),
            replace_keys=replaced,
            delete_before_replace="fixed" in news,
        )

    def create(self, urn: str, inputs: Properties, _timeout: float, *, preview: bool) -> MadeAnswer:
        if preview:
            return MadeAnswer(outputs=inputs | {"ref": UNKNOWN})
        fate = self.cloud.begin("create", urn, "")
        name, plain = urns.name_of(urn), unwrap(inputs)
        existing = {self.cloud.ref(id_) for id_ in self.cloud.things}
        self.cloud.violations.extend(
            f"{name} was made before {needed}"
            for needed in (*plain.get("needs", ()), *plain.get("uses", ()))
            if needed not in existing
        )
        fixed = plain.get("fixed")
        if fixed is not None and fixed in self.cloud.names(self.region):
            self.cloud.violations.append(f"{name}: the name {fixed} is taken")
        id_ = self.cloud.new_id(name)
        self.cloud.things[id_] = (urn, inputs)
        self.cloud.regions[id_] = self.region
        return MadeAnswer(id=id_, outputs=inputs | {"ref": self.cloud.ref(id_)}, init_errors=_end(fate))

    def update(
        self,
        urn: str,
        id_: str,
        _old: object,
        _olds: object,
        news: Properties,
        _time: float,
        _ignored: object,
        *,
        preview: bool,
    ) -> MadeAnswer:
        errors: tuple[str, ...] = ()
        if not preview:
            fate = self.cloud.begin("update", urn, id_)
            self._exists(id_, "updated")
            self.cloud.things[id_] = (urn, news)
            errors = _end(fate)
        return MadeAnswer(id=id_, outputs=news | {"ref": self.cloud.ref(id_)}, init_errors=errors)

    def delete(self, urn: str, id_: str, _inputs: object, _outputs: object, _timeout: float) -> None:
        fate = self.cloud.begin("delete", urn, id_)
        self.cloud.violations.extend(f"{id_} was deleted before {user}" for user in self.cloud.users_of(id_))
        self._exists(id_, "deleted")
        self.cloud.things.pop(id_, None)
        _end(fate)

    def _exists(self, id_: str, what: str) -> None:
        if id_ not in self.cloud.things:
            self.cloud.violations.append(f"{id_} was {what} and is not there")
        elif self.cloud.regions[id_] != self.region:
            self.cloud.violations.append(f"{id_} was {what} in another region")


class MemoryRegistry(ProviderRegistry):
    """Providers in this process; those of the state are configured when they are first asked for."""

    def __init__(self, cloud: Cloud, stored: Callable[[str], tuple[Properties, Properties] | None]) -> None:
        self._cloud = cloud
        self._stored = stored
        self._ready: dict[str, Provider] = {}

    def spare(self, _urn: str, inputs: Properties) -> Any:
        return MemoryClient(self._cloud, inputs.get("region"))

    def configure(self, urn: str, id_: str, inputs: Properties, outputs: Properties) -> Provider:
        client: Any = None if has_unknown(inputs) else MemoryClient(self._cloud, inputs.get("region"))
        provider = Provider(urn=urn, id=id_, client=client, inputs=inputs, outputs=outputs)
        self._ready[urns.reference(urn, id_)] = provider
        return provider

    def get(self, ref: str) -> Provider:
        if ref not in self._ready:
            stored = self._stored(ref)
            assert stored is not None, f"nobody knows the provider {ref}"
            self.configure(*urns.split_reference(ref), *stored)
        return self._ready[ref]
