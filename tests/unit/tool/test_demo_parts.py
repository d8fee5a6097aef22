"""Pieces of the demo that can be wrong on their own."""

from __future__ import annotations

import io
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from slipway.demo import answers, leftovers, processes, run_folder
from slipway.demo.check import Broken
from slipway.demo.console import Console
from slipway.failure import Misuse


def test_the_area_under_the_curve_is_the_share_of_pairs_in_order() -> None:
    assert answers.area_under_curve([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == 0.75
    assert answers.area_under_curve([0.5, 0.5], [True, False]) == 0.5
    assert answers.area_under_curve([0.5, 0.6], [True, True]) is None


def test_an_answer_that_differs_is_found_and_a_nan_does_not_slip_through() -> None:
    rows = [{"carrier": "AA"}]
    assert answers._largest("JSON", rows, [0.5], [0.5 + 5e-7]) == pytest.approx(5e-7)
    for wrong in (0.5 + 2e-6, math.nan):
        with pytest.raises(Broken, match="the endpoint answers"):
            answers._largest("JSON", rows, [wrong], [0.5])
    with pytest.raises(Broken, match="1 rows were asked as JSON, 0 answers"):
        answers._largest("JSON", rows, [], [0.5])


def test_a_csv_line_leaves_missing_values_empty_and_keeps_every_digit() -> None:
    row = {"temp": None, "carrier": "AA", "dewp": 0.1 + 0.2}
    assert answers.csv_line(row, ["dewp", "temp", "carrier"]) == "0.30000000000000004,,AA\n"


def test_a_resource_type_that_no_inventory_shows_is_named() -> None:
    assert leftovers.unseen(["aws:s3/bucket:Bucket", "aws:rds/cluster:Cluster", "pulumi:pulumi:Stack"]) == [
        "aws:rds/cluster:Cluster"
    ]


def test_a_plain_log_has_no_control_characters_and_no_passing_words() -> None:
    stream = io.StringIO()
    console = Console(stream, stages=2)
    with console.stage("first"):
        console.now("passing")
        console.say("found")
    assert stream.getvalue().startswith("[1/2] first\n      found\n      done in ")
    assert "passing" not in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def project(folder: Path) -> Path:
    for name in (
        "Pulumi.yaml",
        "infra/program.py",
        "infra/__pycache__/x.pyc",
        ".git/config",
        "slipway/cli.py",
        "tests/a.py",
    ):
        path = folder / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return folder / "project"


def test_the_copy_has_what_a_stack_needs_and_this_pythons_environment(tmp_path: Path) -> None:
    made = run_folder.make(project(tmp_path), tmp_path / "runs")
    found = {str(path.relative_to(made.project)) for path in made.project.rglob("*") if path.is_file()}
    copied = {name for name in found if not name.startswith(".venv")}
    assert copied == {"Pulumi.yaml", "infra/program.py"}
    assert (made.project / ".venv").resolve() == Path(sys.prefix).resolve()


def test_in_a_repository_what_git_ignores_is_not_copied(tmp_path: Path) -> None:
    source = project(tmp_path)
    (source / ".git" / "config").unlink()
    (source / ".git").rmdir()
    subprocess.run(["git", "init", "-q"], cwd=source, check=True)
    (source / ".gitignore").write_text("*.csv\nruns/\n")
    (source / "infra" / "huge.csv").write_text("1")
    (source / "prices").mkdir()
    (source / "prices" / "new.json").write_text("{}")
    made = run_folder.make(source, source / "runs")
    copied = {str(path.relative_to(made.project)) for path in made.project.rglob("*") if path.is_file()}
    names = {name for name in copied if not name.startswith(".venv")}
    assert names == {"Pulumi.yaml", "infra/program.py", "infra/__pycache__/x.pyc", "prices/new.json"}


def test_a_folder_that_is_no_project_is_misuse(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match=r"no Pulumi\.yaml"):
        run_folder.make(tmp_path, tmp_path / "runs")


def test_a_runs_folder_that_cannot_be_made_is_misuse(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(Misuse, match="--folder"):
        run_folder.make(project(tmp_path), tmp_path / "runs")


@pytest.mark.skipif(not processes.LINUX, reason="reads /proc")
def test_a_killed_runs_processes_are_ended_and_a_kept_runs_are_not(tmp_path: Path) -> None:
    made = run_folder.make(project(tmp_path), tmp_path / "runs")
    environment = {**os.environ, processes.MARK: str(made.root)}
    with subprocess.Popen(["sleep", "60"], env=environment) as child, subprocess.Popen(["sleep", "60"]) as foreign:
        try:
            assert processes.of_run(made.root) == [child.pid]
            assert run_folder.end_stale(tmp_path / "runs") == []  # this process is the run, and alive
            made.note(kept=True, pid=2**22)
            assert run_folder.end_stale(tmp_path / "runs") == []
            made.note(pid=2**22)
            assert [stale.ended for stale in run_folder.end_stale(tmp_path / "runs")] == [[child.pid]]
            assert child.wait(5) < 0
            assert foreign.poll() is None
        finally:
            child.kill()
            foreign.kill()


@pytest.mark.skipif(not processes.LINUX, reason="reads /proc")
def test_a_process_that_lost_its_parent_is_still_known_and_missed_when_it_is_gone() -> None:
    script = "sleep 60 & echo $!; wait"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        orphan = int(parent.stdout.readline())
        seen = set(processes.descendants({parent.pid}))
        assert {pid for pid, _ in seen} == {parent.pid, orphan}
        parent.kill()
    assert processes.still_alive(seen) == [orphan]
    os.kill(orphan, signal.SIGKILL)
    assert processes.wait_ended(seen, 5) == []


def test_only_the_newest_runs_are_kept(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    for number in range(run_folder.KEPT_RUNS + 2):
        (runs / f"2026-{number}").mkdir(parents=True)
        run_folder.RunFolder(runs / f"2026-{number}").note(pid=2**22)
    (runs / "mine").mkdir()
    run_folder.prune(runs)
    assert sorted(path.name for path in runs.iterdir()) == [*(f"2026-{number}" for number in range(2, 7)), "mine"]
