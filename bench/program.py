"""What the program costs: beside the same resources as bare calls, beside `terraform plan`, and in a preview of prod.

`python -m bench.program [--rounds 5] [--plugins DIR]` in the project's folder. The sides of a comparison take turns;
what is compared are CPU seconds of whole processes, imports included. `terraform plan` is measured where Terraform is
on PATH and DIR is a folder of its providers (`terraform init -plugin-dir`); it plans the export of dev, asks nobody and
refreshes nothing. The preview runs the embedded engine in a sandbox of its own. Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from bench.bare_program import bare_program
from bench.goals import Goal, ratios
from bench.machine import machine
from slipway.terraform.document import document
from slipway.terraform.recording import Recording, record

PROJECT = Path(__file__).resolve().parent.parent
BARE, TERRAFORM, PREVIEW_SECONDS = 1.15, 0.25, 6.0
STACK, SMALL = "prod", "dev"
UNKNOWN_TO_5 = ("resource_arn",)
"""What version 6 of the provider added: an older one does not know it, and a plan costs the same without."""


def cpu_of(argv: list[str], folder: Path, environment: dict[str, str] | None = None) -> tuple[float, str]:
    """Run a command; return its CPU seconds, children included, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(argv)} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, done.stdout


def mocked(file: Path, stack: str) -> tuple[float, int]:
    """Run a program under mocks; return its CPU seconds and how many resources it registered."""
    seconds, said = cpu_of(
        [sys.executable, "-m", "bench.mocked", str(file), stack], PROJECT, {**os.environ, "PYTHONPATH": str(PROJECT)}
    )
    return seconds, int(said)


def recorded(stack: str) -> Recording:
    """Record a stack of the project as its file stands."""
    config = yaml.safe_load((PROJECT / f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"]
    return record(PROJECT, name="slipway", stack=stack, config=config)


def beside_bare(rounds: int, folder: Path) -> Goal:
    """Measure the program and bare calls in turns."""
    bare = folder / "bare.py"
    bare.write_text(bare_program(recorded(STACK)), encoding="utf-8")
    sides: dict[Path, list[float]] = {PROJECT / "__main__.py": [], bare: []}
    counts = {file: mocked(file, STACK)[1] for file in sides}  # also compiles what is new
    if len(set(counts.values())) != 1:
        raise SystemExit(f"the two programs register different numbers of resources: {counts}")
    for _ in range(rounds):
        for file, found in sides.items():
            found.append(mocked(file, STACK)[0])
    ours, theirs = sides.values()
    shown = f"{statistics.median(ours):.2f} s and {statistics.median(theirs):.2f} s"
    text = f"CPU of the program of {STACK} under mocks to {counts[bare]} bare calls ({shown})"
    return Goal(text=text, values=ratios(ours, theirs), bound=BARE, at_least=False)


def beside_terraform(rounds: int, folder: Path, plugins: Path) -> Goal:
    """Measure the program without a network and `terraform plan` of its export in turns."""
    content = document(recorded(SMALL)).content
    offline = {
        f"skip_{what}": True for what in ("credentials_validation", "metadata_api_check", "requesting_account_id")
    }
    content["provider"]["aws"][0] |= {**offline, "access_key": "none", "secret_key": "none"}
    content["provider"]["aws"][0].pop("allowed_account_ids")  # it would ask who it is
    for made in content["resource"].values():
        for one in made.values():
            for name in UNKNOWN_TO_5:
                one.pop(name, None)
    (folder / "main.tf.json").write_text(json.dumps(content), encoding="utf-8")
    quiet = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    quiet.pop("TF_CLI_CONFIG_FILE", None)
    cpu_of(["terraform", "init", "-no-color", f"-plugin-dir={plugins}"], folder, quiet)
    plan = ["terraform", "plan", "-no-color", "-input=false", "-refresh=false", "-lock=false"]
    _, said = cpu_of(plan, folder, quiet)
    planned = next(line for line in said.splitlines() if line.startswith("Plan:"))
    ours, theirs, count = [], [], 0
    for _ in range(rounds):
        seconds, count = mocked(PROJECT / "__main__.py", SMALL)
        ours.append(seconds)
        theirs.append(cpu_of(plan, folder, quiet)[0])
    if f"Plan: {count} to add" not in planned:
        raise SystemExit(f"the program registers {count} resources, Terraform says {planned!r}")
    shown = f"{statistics.median(ours):.2f} s and {statistics.median(theirs):.2f} s"
    text = f"CPU of the program of {SMALL} under mocks to `terraform plan` of its {count} resources ({shown})"
    return Goal(text=text, values=ratios(ours, theirs), bound=TERRAFORM, at_least=False)


def preview(rounds: int, folder: Path) -> Goal:
    """Measure the embedded engine's preview of an empty prod in a sandbox."""
    state = ["--state", str(folder / "sandbox")]
    sandbox = [sys.executable, "-m", "slipway.sandbox"]
    cpu_of([*sandbox, "up", "--port", "0", *state], PROJECT)
    try:
        told = json.loads(cpu_of([*sandbox, "env", "--json", *state], PROJECT)[1])
        config = yaml.safe_load((PROJECT / f"Pulumi.{STACK}.yaml").read_text("utf-8"))["config"]
        account = config["slipway:stack"]["account"]
        backend = folder / "backend"
        backend.mkdir()
        environment = {**os.environ, **told, "AWS_ACCESS_KEY_ID": account, "PULUMI_BACKEND_URL": f"file://{backend}"}
        copied = folder / "project"
        wanted = ["__main__.py", "Pulumi.yaml", f"Pulumi.{STACK}.yaml"]
        copied.mkdir()
        for name in wanted:
            shutil.copy(PROJECT / name, copied / name)
        for name in ("infra", "training", "serving"):
            shutil.copytree(PROJECT / name, copied / name, ignore=shutil.ignore_patterns("__pycache__"))
        (copied / ".venv").symlink_to(Path(sys.prefix), target_is_directory=True)
        engine = [sys.executable, "-m", "slipway.engine"]
        cpu_of([*engine, "stack", "init", STACK], copied, environment)
        words = [*engine, "preview", "--stack", STACK, "--non-interactive"]
        cpu_of(words, copied, environment)
        walls, cpus = [], []
        for _ in range(rounds):
            started = time.monotonic()
            cpus.append(cpu_of(words, copied, environment)[0])
            walls.append(time.monotonic() - started)
    finally:
        cpu_of([*sandbox, "down", *state], PROJECT)
    text = f"wall time of a preview of {STACK} by the embedded engine (CPU {statistics.median(cpus):.2f} s)"
    return Goal(text=text, values=walls, bound=PREVIEW_SECONDS, at_least=False, unit=" s")


def main() -> int:
    """Measure, print, and return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each side is measured (default: 5)")
    parser.add_argument("--plugins", type=Path, metavar="DIR", help="where Terraform finds its providers")
    asked = parser.parse_args()
    os.chdir(PROJECT)
    print(machine(), flush=True)
    held = []
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        held.append(beside_bare(asked.rounds, folder))
        print(held[-1].line(), flush=True)
        held.append(preview(asked.rounds, folder))
        print(held[-1].line(), flush=True)
        if shutil.which("terraform") is None or asked.plugins is None:
            print("not measured: `terraform plan` (needs terraform on PATH and --plugins)")
        else:
            there = folder / "terraform"
            there.mkdir()
            held.append(beside_terraform(asked.rounds, there, asked.plugins))
            print(held[-1].line(), flush=True)
    return 0 if all(goal.met for goal in held) else 1


if __name__ == "__main__":
    sys.exit(main())
