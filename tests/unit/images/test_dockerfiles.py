import fnmatch
import importlib.metadata
import re
import shlex
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
IMAGES = ("training", "serving", "monitoring")
PINNED = re.compile(r"^([a-z0-9-]+)==([^ ;]+)(?: ; (.+?))? \\$")


def _instructions(image: str) -> list[tuple[str, str]]:
    text = (ROOT / image / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def _of(image: str, word: str) -> list[str]:
    return [rest for found, rest in _instructions(image) if found == word]


def _pinned(image: str) -> dict[str, tuple[str, str]]:
    lines = (ROOT / "requirements" / f"{image}.txt").read_text().splitlines()
    found = [match.groups() for match in map(PINNED.match, lines) if match]
    # other lines of a name are for other Pythons than the image's and ours, both 3.11
    return {name: (version, marker or "") for name, version, marker in found if ">= '3.12'" not in (marker or "")}


@pytest.mark.parametrize("image", IMAGES)
def test_the_base_is_pinned_by_digest(image: str) -> None:
    bases = _of(image, "FROM")

    assert bases
    assert all(re.search(r"@sha256:[0-9a-f]{64}$", base) for base in bases)


@pytest.mark.parametrize("image", IMAGES)
def test_everything_that_is_copied_exists_and_reaches_the_builder(image: str) -> None:
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    sources = [word for rest in _of(image, "COPY") for word in shlex.split(rest)[:-1]]

    assert sorted(sources) == sorted([image, f"requirements/{image}.txt"])
    for source in sources:
        assert (ROOT / source).exists()
        assert any(fnmatch.fnmatch(source, pattern) for pattern in let_in), source


@pytest.mark.parametrize("image", IMAGES)
def test_packages_are_installed_by_hash_and_nothing_else_is(image: str) -> None:
    installs = [rest for rest in _of(image, "RUN") if "pip install" in rest]

    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert "--no-deps" in installs[0]


@pytest.mark.parametrize("image", IMAGES)
def test_the_container_does_not_run_as_root_by_default(image: str) -> None:
    arguments = dict(rest.split("=", 1) for rest in _of(image, "ARG"))

    assert [arguments[user.strip("${}")] for user in _of(image, "USER")] == ["10001"]


@pytest.mark.parametrize(
    ("image", "path"),
    [
        ("training", "/opt/ml/code:/opt/program"),
        ("monitoring", "/opt/ml/code:/opt/program"),
        ("serving", "/opt/ml/additional-model-data-sources/code:/opt/program"),
    ],
)
def test_deployed_code_shadows_the_code_in_the_image(image: str, path: str) -> None:
    environment = dict(word.split("=", 1) for rest in _of(image, "ENV") for word in shlex.split(rest))

    assert environment["PYTHONPATH"] == path
    assert environment["PYTHONSAFEPATH"] == "1"  # otherwise the current folder would come first
    assert _of(image, "ENTRYPOINT") == [f'["python", "-m", "{image}"]']


@pytest.mark.parametrize("image", IMAGES)
def test_the_image_has_the_versions_that_run_here(image: str) -> None:
    pinned = _pinned(image)

    assert pinned
    assert {name: version for name, (version, _) in pinned.items()} == {
        name: importlib.metadata.version(name) for name in pinned
    }


@pytest.mark.parametrize("image", IMAGES)
def test_every_direct_requirement_is_pinned(image: str) -> None:
    wanted = [
        line for line in (ROOT / "requirements" / f"{image}.in").read_text().split("\n") if re.match("[a-z]", line)
    ]

    assert wanted
    assert set(wanted) <= set(_pinned(image))


@pytest.mark.parametrize("image", IMAGES)
def test_every_package_that_the_code_imports_is_a_direct_requirement(image: str) -> None:
    wanted = set((ROOT / "requirements" / f"{image}.in").read_text().split())
    found = re.compile(
        r"^\s*(?:import|from) (boto3|granian|lightgbm|numpy|onnxruntime|onnx|orjson|pyarrow)\b", re.MULTILINE
    )
    imported = {name for path in (ROOT / image).rglob("*.py") for name in found.findall(path.read_text())}

    assert imported == wanted & {"boto3", "granian", "lightgbm", "numpy", "onnxruntime", "onnx", "orjson", "pyarrow"}


def test_the_workflow_builds_every_image() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/images.yml").read_text())
    assert workflow["jobs"]["push"]["strategy"]["matrix"]["image"] == list(IMAGES)
