"""A pipeline's definition, read and checked as a whole: steps, what each needs, and that it can run; pure."""

import json
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from slipway.sandbox.sagemaker.pipelines.caching import expiry_of
from slipway.sandbox.sagemaker.pipelines.conditions import check_condition
from slipway.sandbox.sagemaker.pipelines.errors import DefinitionError
from slipway.sandbox.sagemaker.pipelines.parameters import Parameter, declared
from slipway.sandbox.sagemaker.pipelines.references import Path, paths_in
from slipway.sandbox.sagemaker.pipelines.retrying import RetryPolicy, policies_of

VERSION = "2020-12-01"
SERVED = ("Processing", "Training", "Transform", "Tuning", "Condition", "Fail", "Model", "RegisterModel")
EXECUTION_MEMBERS = (
    "PipelineExecutionId",
    "PipelineExecutionArn",
    "PipelineName",
    "PipelineArn",
    "StartDateTime",
    "CurrentDateTime",
)
_NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")


@dataclass(frozen=True, kw_only=True)
class PropertyFile:
    """A JSON document that a processing step leaves in one of its outputs."""

    output: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step, those inside of a Condition included."""

    name: str
    type: str
    document: dict[str, Any]
    needs: frozenset[str]
    """Steps that must be done before: those it refers to, its DependsOn, and the Condition that it is inside of."""
    inside: tuple[str, bool] | None
    """The Condition step that decides about it, and the outcome with which it runs."""
    property_files: dict[str, PropertyFile]
    retry: tuple[RetryPolicy, ...]
    cache_seconds: float | None

    @property
    def arguments(self) -> dict[str, Any]:
        """What the step is asked to do, references unresolved; without the steps inside of a Condition."""
        given: dict[str, Any] = self.document.get("Arguments") or {}
        return {name: value for name, value in given.items() if name not in {"IfSteps", "ElseSteps"}}


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A definition that can run."""

    parameters: dict[str, Parameter]
    steps: dict[str, Step]
    """In the order of the definition."""


def parse_definition(text: str) -> Definition:
    """Read and check a definition. Raises DefinitionError, naming the step."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise DefinitionError(f"not JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("Steps"), list) or not document["Steps"]:
        raise DefinitionError("at least one step is required.")
    if document.get("Version") != VERSION:
        raise DefinitionError(f"Version must be {VERSION!r}, got {document.get('Version')!r}")
    parameters = declared(document.get("Parameters") or [])
    steps: dict[str, Step] = {}
    for each, inside in _flat(document["Steps"], None):
        step = _step(each, inside)
        if step.name in steps:
            raise DefinitionError(f"step names must be unique, got {step.name} more than once")
        steps[step.name] = step
    for step in steps.values():
        for path in _paths(step):
            _check_path(step, path, parameters, steps)
        unknown = sorted(step.needs - set(steps))
        if unknown:
            raise DefinitionError(f"step {step.name} depends on {', '.join(unknown)}, which the pipeline does not have")
    try:
        TopologicalSorter({name: step.needs for name, step in steps.items()}).prepare()
    except CycleError as error:
        raise DefinitionError(f"steps depend on each other in a circle: {' -> '.join(error.args[1])}") from error
    return Definition(parameters=parameters, steps=steps)


def _flat(documents: Any, inside: tuple[str, bool] | None) -> Iterator[tuple[Any, tuple[str, bool] | None]]:
    """Return every step with the Condition that it is inside of, outer ones first."""
    for document in documents:
        yield document, inside
        if isinstance(document, dict) and document.get("Type") == "Condition":
            arguments = document.get("Arguments") or {}
            yield from _flat(arguments.get("IfSteps") or [], (str(document.get("Name")), True))
            yield from _flat(arguments.get("ElseSteps") or [], (str(document.get("Name")), False))


def _step(document: Any, inside: tuple[str, bool] | None) -> Step:
    name = document.get("Name") if isinstance(document, dict) else None
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise DefinitionError(f"a step needs a Name of 1 to 64 letters, digits, - and _, got {name!r}")
    kind = document.get("Type")
    if kind not in SERVED:
        raise DefinitionError(f"step {name} has Type {kind!r}, which is not in the sandbox; {', '.join(SERVED)} are")
    try:
        _check_arguments(kind, document.get("Arguments") or {})
        files = {each["PropertyFileName"]: _property_file(kind, each) for each in document.get("PropertyFiles") or []}
        step = Step(
            name=name,
            type=kind,
            document=document,
            needs=frozenset(),
            inside=inside,
            property_files=files,
            retry=policies_of(document.get("RetryPolicies")),
            cache_seconds=expiry_of(document),
        )
        used = {str(path[1]) for path in _paths(step) if path[0] == "Steps" and len(path) > 1}
    except (DefinitionError, KeyError) as error:
        missing = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise DefinitionError(f"step {name}: {missing}") from error
    needs = {*used, *document.get("DependsOn", ()), *((inside[0],) if inside is not None else ())}
    return replace(step, needs=frozenset(needs))


def _check_arguments(kind: str, arguments: dict[str, Any]) -> None:
    if kind == "Condition":
        if not arguments.get("Conditions"):
            raise DefinitionError("a Condition needs at least one of Conditions")
        for condition in arguments["Conditions"]:
            check_condition(condition)
    if kind == "Fail" and "ErrorMessage" not in arguments:
        raise DefinitionError("a Fail step needs an ErrorMessage")


def _property_file(kind: str, document: dict[str, str]) -> PropertyFile:
    if kind != "Processing":
        raise DefinitionError(f"PropertyFiles are for Processing steps, this one is {kind}")
    return PropertyFile(output=document["OutputName"], path=document["FilePath"])


def _paths(step: Step) -> Iterator[Path]:
    return paths_in(step.arguments)


def _check_path(step: Step, path: Path, parameters: dict[str, Parameter], steps: dict[str, Step]) -> None:
    root, rest = path[0], path[1:]
    roots: dict[str, Container[object]] = {
        "Parameters": parameters,
        "Steps": steps,
        "Execution": EXECUTION_MEMBERS,
    }
    known = roots.get(str(root))
    if known is None or not rest:
        raise DefinitionError(
            f"step {step.name} refers to {_shown(path)}; references start with Parameters, Steps or Execution"
        )
    if rest[0] not in known:
        raise DefinitionError(f"step {step.name} refers to {_shown(path)}, which the pipeline does not have")
    if root == "Steps" and len(rest) > 1 and rest[1] == "PropertyFiles":
        files = steps[str(rest[0])].property_files
        if len(rest) != 3 or rest[2] not in files:  # noqa: PLR2004 - Steps.NAME.PropertyFiles.FILE
            raise DefinitionError(f"step {step.name} refers to {_shown(path)}, which step {rest[0]} does not declare")


def _shown(path: Path) -> str:
    return ".".join(map(str, path))
