"""Environments of programs that others wrote and that need other versions than the project: requirements/clients/."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def environment_of(name: str) -> Path:
    """Return the Python of a client's environment, made at first use and kept until its requirements change."""
    requirements = ROOT / "requirements" / "clients" / f"{name}.txt"
    folder = ROOT / ".slipway" / "clients" / name
    python, mark = folder / "bin" / "python", folder / "installed-from.txt"
    if mark.exists() and mark.read_text() == requirements.read_text():
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"]
    subprocess.run([python, *install, requirements], check=True, timeout=600)
    mark.write_text(requirements.read_text())
    return python
