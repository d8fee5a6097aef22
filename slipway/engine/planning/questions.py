"""What the planner asks of providers; the driver answers."""

from dataclasses import dataclass

from slipway.engine.planning.registration import Registration
from slipway.engine.providers.answers import CheckAnswer, DiffAnswer
from slipway.engine.values import Properties


@dataclass(frozen=True, kw_only=True)
class Check:
    """Ask for inputs to be checked and completed; `provider` is empty for a provider resource itself."""

    urn: str
    provider: str
    olds: Properties | None
    news: Properties


@dataclass(frozen=True, kw_only=True)
class Diff:
    """Ask what differs between what is there and these inputs."""

    urn: str
    provider: str
    id: str
    old_inputs: Properties
    old_outputs: Properties
    news: Properties
    ignore_changes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DiffProvider:
    """Ask whether a resource that moves to another provider resource has to be replaced."""

    provider: str
    old_inputs: Properties
    old_outputs: Properties


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Ask the policy packs about a resource whose inputs were checked."""

    goal: Registration
    inputs: Properties


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The inputs, put right where a rule does so, and whether no mandatory rule objects."""

    inputs: Properties
    allowed: bool = True


Question = Check | Diff | DiffProvider | Judge
Answer = CheckAnswer | DiffAnswer | Judgement


class PlanError(Exception):
    """The program asks for something that can't be done; nothing was done about it."""

    def __init__(self, message: str, urn: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.urn = urn


class ForbiddenError(PlanError):
    """A mandatory rule of a policy pack forbids it, and has said so itself."""
