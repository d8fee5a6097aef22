"""The process of a policy pack."""

import os
from pathlib import Path

from slipway.engine.errors import EngineError
from slipway.engine.policies.pack_file import PackFile
from slipway.engine.program.process import ProgramContext, active_python
from slipway.engine.providers.process import PluginProcess

LAUNCHER = Path(__file__).with_name("launch.py")


def pack_python(file: PackFile) -> str:
    """Return the Python that runs the pack: its own virtual environment, the active one, or this one."""
    configured = file.options.get("virtualenv")
    if not configured:
        return active_python()
    python = file.folder / str(configured) / "bin" / "python"
    if not python.exists():
        raise EngineError(
            f"the virtual environment {file.folder / str(configured)} of the policy pack {file.asked} has no "
            "bin/python: make it first (python -m venv), and install the pack's requirements"
        )
    return str(python)


def start(file: PackFile, context: ProgramContext) -> PluginProcess:
    """Start a pack; it prints the port of its server."""
    argv = [pack_python(file), "-u", str(LAUNCHER), str(file.program)]
    environment = os.environ | context.environment()
    return PluginProcess(f"policy pack {file.asked}", argv, file.folder, environment)
