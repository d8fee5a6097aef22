"""What an image is made from: equal content is an equal image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slipway.sandbox.sagemaker.containers.build_context import BuildContextError, read_context
from slipway.sandbox.sagemaker.containers.dockerfile import copied_sources

if TYPE_CHECKING:
    from pathlib import Path

DOCKERFILE = "FROM scratch\nCOPY requirements/serving.txt /opt/requirements.txt\nCOPY serving /opt/program/serving\n"
FILES = {
    "requirements/serving.txt": "granian==2",
    "serving/__main__.py": "print('serving')",
    "serving/tabular/forms.py": "",
    "training/__main__.py": "print('training')",
}


def project(root: Path, files: dict[str, str] | None = None, *, dockerfile: str = DOCKERFILE, ignore: str = "") -> Path:
    for name, content in {"serving/Dockerfile": dockerfile, ".dockerignore": ignore, **FILES, **(files or {})}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    return root


def digest(root: Path) -> str:
    return read_context(root / "serving/Dockerfile", root).digest


def test_equal_content_is_equal_wherever_it_lies(tmp_path: Path) -> None:
    one, other = project(tmp_path / "one"), project(tmp_path / "other")
    assert digest(one) == digest(other)
    assert len(digest(one)) == 64


@pytest.mark.parametrize(
    ("files", "same"),
    [
        ({"serving/__main__.py": "print('other')"}, False),
        ({"serving/new.py": ""}, False),
        ({"requirements/serving.txt": "granian==3"}, False),
        ({"serving/Dockerfile": DOCKERFILE + "# a comment\n"}, False),
        ({"training/__main__.py": "print('other')"}, True),
        ({"requirements/training.txt": "x"}, True),
    ],
)
def test_what_the_dockerfile_copies_makes_the_image_and_nothing_else_does(
    tmp_path: Path, files: dict[str, str], *, same: bool
) -> None:
    assert (digest(project(tmp_path / "a")) == digest(project(tmp_path / "b", files))) is same


def test_a_file_that_moves_into_another_is_another_content(tmp_path: Path) -> None:
    one = project(tmp_path / "one", {"serving/a.py": "", "serving/b.py": "x"})
    other = project(tmp_path / "other", {"serving/a.py": "x", "serving/b.py": ""})
    swallowed = project(tmp_path / "swallowed", {"serving/a.py": "12 serving/b.py\nx"})
    assert len({digest(one), digest(other), digest(swallowed)}) == 3


def test_a_digest_is_the_same_in_every_process_and_version(tmp_path: Path) -> None:
    expected = "8994263c94e64ebed0e2e760117c9d9e6b31f96a666f8aa50c8505482c0cec13"
    assert digest(project(tmp_path)) == expected


@pytest.mark.parametrize(
    ("ignore", "file", "counts"),
    [
        ("", "serving/__pycache__/a.pyc", True),
        ("**/__pycache__", "serving/__pycache__/a.pyc", False),
        ("**/__pycache__", "serving/tabular/__pycache__/a.pyc", False),
        ("serving/*.md", "serving/notes.md", False),
        ("serving/*.md", "serving/tabular/notes.md", True),
        ("# serving/notes.md\n*.md", "serving/notes.md", True),
        ("*\n!requirements/serving.txt\n!serving", "serving/new.py", True),
        ("*\n!requirements/serving.txt\n!serving\nserving/tmp", "serving/tmp/new.py", False),
        ("serving/tmp\n!serving/tmp/kept.py", "serving/tmp/kept.py", True),
        ("serving/?.py", "serving/x.py", False),
    ],
)
def test_what_dockerignore_leaves_out_does_not_count(tmp_path: Path, ignore: str, file: str, *, counts: bool) -> None:
    without, with_it = project(tmp_path / "a", ignore=ignore), project(tmp_path / "b", {file: "x"}, ignore=ignore)
    assert (digest(without) != digest(with_it)) is counts


@pytest.mark.parametrize("ignore", ["requirements", "requirements/*", "*"])
def test_a_copy_of_what_is_not_there_is_refused(tmp_path: Path, ignore: str) -> None:
    with pytest.raises(BuildContextError, match=r"copies requirements/serving.txt, which is not in"):
        digest(project(tmp_path / "ignored", ignore=ignore))
    missing = project(tmp_path / "missing", dockerfile="FROM a\nCOPY nothing /opt\n")
    with pytest.raises(BuildContextError, match="copies nothing, which is not in"):
        digest(missing)


def test_nothing_outside_of_the_project_is_read(tmp_path: Path) -> None:
    root = project(tmp_path / "project")
    (tmp_path / "secret.txt").write_text("outside", encoding="utf-8")
    before = digest(root)
    (root / "serving/link.txt").symlink_to(tmp_path / "secret.txt")
    assert digest(root) == before


def test_the_size_is_that_of_the_copied_files(tmp_path: Path) -> None:
    root = project(tmp_path, ignore="**/Dockerfile")
    assert read_context(root / "serving/Dockerfile", root).size == len("granian==2" + "print('serving')")


@pytest.mark.parametrize(
    ("line", "sources"),
    [
        ("COPY a b /opt/", ["a", "b"]),
        ('COPY ["with space", "/opt/"]', ["with space"]),
        ("COPY --chown=1:1 --link a /opt/", ["a"]),
        ('COPY --chown=1:1 ["a", "/opt/"]', ["a"]),
        ("COPY --from=build /usr/bin/x /usr/bin/x", []),
        ("ADD https://example.com/x.tar.gz /opt/", []),
        ("ADD archive.tar.gz /opt/", ["archive.tar.gz"]),
        ("COPY requirements/*.txt \\\n  more /opt/", ["requirements/*.txt", "more"]),
        ("RUN cp a b", []),
    ],
)
def test_copy_lines_are_read_in_every_form(line: str, sources: list[str]) -> None:
    assert copied_sources(f"FROM scratch\n{line}\n") == sources
