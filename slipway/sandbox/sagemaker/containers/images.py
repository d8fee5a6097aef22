"""From an image URI to the command that runs here instead of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from slipway.sandbox.sagemaker.containers.dockerfile import ImageConfig, parse_dockerfile

PROGRAM_ROOT = "/opt/program"
"""Where an image keeps the baked code (`COPY training /opt/program/training`): the project folder, locally."""

_FOLDER = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")

Verb = Literal["train", "serve", ""]
"""What SageMaker says to an image; nothing to one that processes: its own CMD then decides."""

_OTHER_WAYS = {
    "train": ", or use script mode (hyperparameters sagemaker_program and sagemaker_submit_directory), "
    "or set AlgorithmSpecification.ContainerEntrypoint",
    "": ", or set AppSpecification.ContainerEntrypoint",
    "serve": ", or use script mode (code/inference.py in the model's archive, or SAGEMAKER_PROGRAM and "
    "SAGEMAKER_SUBMIT_DIRECTORY in the container's Environment)",
}


class ImageNotRunnableError(Exception):
    """No command is known for an image; the message says what to do and becomes a FailureReason."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to execute: argv and environment in the container's terms (/opt/ml), and the folder to start in."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: str | None


def repository_folder(image: str) -> str:
    """Return the last path segment of an image URI's repository: `HOST/team/training:1@sha256:...` is `training`."""
    repository = image.split("@", 1)[0].rsplit("/", 1)[-1]
    return repository.split(":", 1)[0]


def resolve(
    image: str, verb: Verb, project: Path, *, entrypoint: Sequence[str] = (), arguments: Sequence[str] = ()
) -> Command:
    """Return the command that stands for `docker run IMAGE train|serve`, or `docker run IMAGE` without a verb.

    An explicit entrypoint or arguments run as they stand, as SageMaker does. Otherwise the project's folder named
    like the repository must have a Dockerfile, whose ENTRYPOINT gets the verb appended. Raises ImageNotRunnableError.
    """
    config = _config(image, project)
    if entrypoint or arguments:
        own = tuple(entrypoint) if entrypoint else _entrypoint_of(config, image, project, verb)
        argv = (*own, *arguments)
    else:
        argv = (*_entrypoint_of(config, image, project, verb), *((verb,) if verb else config.command if config else ()))
    return Command(
        argv=tuple(_local(word, project) for word in argv),
        environment={name: _local(value, project) for name, value in (config.environment if config else {}).items()},
        folder=_local(config.folder, project) if config is not None and config.folder is not None else None,
    )


def image_is_of_project(image: str, project: Path) -> bool:
    """Tell whether the project has a Dockerfile for an image URI."""
    return dockerfile_of(image, project).is_file()


def dockerfile_of(image: str, project: Path) -> Path:
    """Return where the Dockerfile of an image URI would be, whether or not the project has it."""
    folder = repository_folder(image)
    return project / (folder if _FOLDER.fullmatch(folder) else "-") / "Dockerfile"


def _config(image: str, project: Path) -> ImageConfig | None:
    path = dockerfile_of(image, project)
    return parse_dockerfile(path.read_text(encoding="utf-8")) if path.is_file() else None


def _entrypoint_of(config: ImageConfig | None, image: str, project: Path, verb: Verb) -> tuple[str, ...]:
    if config is None:
        raise ImageNotRunnableError(
            f"the sandbox cannot pull {image}: it runs an image from the Dockerfile of the project's folder named like "
            f"its repository, and {dockerfile_of(image, project)} does not exist; add it{_OTHER_WAYS[verb]}"
        )
    if not config.entrypoint:
        raise ImageNotRunnableError(
            f"{dockerfile_of(image, project)} has no ENTRYPOINT, so what `{f'docker run IMAGE {verb}'.strip()}` "
            f'starts is unknown; add one, such as ENTRYPOINT ["python", "-m", "{repository_folder(image)}"]'
        )
    return config.entrypoint


def _local(text: str, project: Path) -> str:
    """Replace /opt/program, where it stands as a whole path element, by the project folder."""
    return re.sub(rf"{PROGRAM_ROOT}(?=$|[/:;\s\"'])", lambda _: str(project), text)
