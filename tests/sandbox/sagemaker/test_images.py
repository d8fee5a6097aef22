"""From an image URI to the command that runs instead."""

from pathlib import Path

import pytest

from slipway.sandbox.sagemaker.containers.dockerfile import parse_dockerfile
from slipway.sandbox.sagemaker.containers.images import ImageNotRunnableError, repository_folder, resolve

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "training").mkdir()
    (tmp_path / "training/Dockerfile").write_text(
        "FROM python:3.11-slim@sha256:00 AS base\n"
        "ENV PYTHONPATH=/opt/ml/code:/opt/program\n"
        "COPY training /opt/program/training\n"
        'ENTRYPOINT ["python", "-m", "training"]\n',
        encoding="utf-8",
    )
    return tmp_path


@pytest.mark.parametrize(
    ("image", "folder"),
    [
        (f"{REGISTRY}/slipway-dev/training:1", "training"),
        (f"{REGISTRY}/training@sha256:{'0' * 64}", "training"),
        (f"{REGISTRY}/a/b/serving:1.2@sha256:{'0' * 64}", "serving"),
        ("localhost:5000/training", "training"),
        ("training", "training"),
    ],
)
def test_a_repository_names_the_projects_folder_by_its_last_segment(image: str, folder: str) -> None:
    assert repository_folder(image) == folder


def test_the_entrypoint_gets_the_verb_as_docker_run_would_give_it(project: Path) -> None:
    command = resolve(f"{REGISTRY}/slipway-dev/training:1", "train", project)
    assert command.argv == ("python", "-m", "training", "train")


def test_baked_code_means_the_project_folder_and_the_workspace_stays(project: Path) -> None:
    command = resolve(f"{REGISTRY}/slipway-dev/training:1", "train", project)
    assert command.environment == {"PYTHONPATH": f"/opt/ml/code:{project}"}


def test_an_explicit_entrypoint_runs_as_it_stands_without_any_verb(project: Path) -> None:
    command = resolve(
        f"{REGISTRY}/slipway-dev/training:1",
        "train",
        project,
        entrypoint=["/bin/sh", "-c"],
        arguments=["exec python -m training train"],
    )
    assert command.argv == ("/bin/sh", "-c", "exec python -m training train")


def test_arguments_alone_follow_the_images_entrypoint(project: Path) -> None:
    command = resolve(f"{REGISTRY}/training:1", "train", project, arguments=["evaluate"])
    assert command.argv == ("python", "-m", "training", "evaluate")


def test_an_unknown_image_is_refused_with_the_way_out(project: Path) -> None:
    with pytest.raises(ImageNotRunnableError, match=r"xgboost/Dockerfile does not exist; add it, or use script mode"):
        resolve(f"{REGISTRY}/xgboost:1", "train", project)


def test_an_unknown_image_runs_when_its_entrypoint_is_given(project: Path) -> None:
    assert resolve("elsewhere/x:1", "train", project, entrypoint=["/bin/true"]).argv == ("/bin/true",)


def test_no_repository_leads_out_of_the_project(project: Path) -> None:
    with pytest.raises(ImageNotRunnableError):
        resolve(f"{REGISTRY}/team/..", "serve", project / "training")


def test_an_image_without_entrypoint_is_refused(project: Path) -> None:
    (project / "training/Dockerfile").write_text('FROM x\nCMD ["python"]\n', encoding="utf-8")
    with pytest.raises(ImageNotRunnableError, match="no ENTRYPOINT"):
        resolve("training:1", "train", project)


def test_a_dockerfiles_last_stage_decides() -> None:
    config = parse_dockerfile('FROM a AS build\nENTRYPOINT ["build"]\nFROM b\nENV A=1\nENTRYPOINT ["run"]\nCMD ["x"]\n')
    assert (config.entrypoint, config.command, config.environment) == (("run",), ("x",), {"A": "1"})


def test_a_stage_built_from_another_inherits_its_settings() -> None:
    config = parse_dockerfile('FROM a AS base\nENV A=1\nENTRYPOINT ["run"]\nFROM base\nENV B=2\n')
    assert (config.entrypoint, config.environment) == (("run",), {"A": "1", "B": "2"})


def test_environment_takes_every_form_that_docker_takes() -> None:
    config = parse_dockerfile(
        "FROM a\n"
        "ARG VERSION=3\n"
        "# a comment\n"
        'ENV A=1 B="two words" \\\n'
        "    # a comment inside\n"
        "    C='it is'\n"
        "ENV OLD the old form\n"
        "ENV D=${A}-$B-${MISSING:-none}-$VERSION\n"
    )
    assert config.environment == {
        "A": "1",
        "B": "two words",
        "C": "it is",
        "OLD": "the old form",
        "D": "1-two words-none-3",
    }


def test_a_shell_form_entrypoint_runs_in_a_shell() -> None:
    assert parse_dockerfile("FROM a\nENTRYPOINT exec top -b\n").entrypoint == ("/bin/sh", "-c", "exec top -b")


def test_relative_work_folders_add_up() -> None:
    assert parse_dockerfile("FROM a\nWORKDIR /opt\nWORKDIR program\n").folder == "/opt/program"
