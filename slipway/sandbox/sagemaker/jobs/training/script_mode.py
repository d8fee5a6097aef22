"""Script mode: what the sagemaker-training toolkit of AWS's images does with `sagemaker_program`, without the image.

Source of names and order: sagemaker-training-toolkit 5.1.4, params.py, environment.py, mapping.py, entry_point.py.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slipway.sandbox.sagemaker.containers.images import Command

CODE = "/opt/ml/code"
_RESERVED = "sagemaker_"


@dataclass(frozen=True, kw_only=True)
class Script:
    """A user's script: where its archive is, what to run, with which hyperparameters."""

    program: str
    submit_directory: str | None
    hyperparameters: Mapping[str, Any]


def script_of(hyperparameters: Mapping[str, str], environment: Mapping[str, str]) -> Script | None:
    """Return the script that a job's hyperparameters or environment name, None when there is none."""
    values = {name: decode(value) for name, value in hyperparameters.items()}
    program = values.get("sagemaker_program") or environment.get("SAGEMAKER_PROGRAM")
    if not program:
        return None
    submitted = values.get("sagemaker_submit_directory") or environment.get("SAGEMAKER_SUBMIT_DIRECTORY")
    return Script(
        program=str(program),
        submit_directory=None if submitted is None else str(submitted),
        hyperparameters={name: value for name, value in values.items() if not name.startswith(_RESERVED)},
    )


def decode(value: str) -> Any:
    """Read a hyperparameter as the toolkit does: JSON where it is JSON (a quoted "train.py"), else the text."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def arguments(hyperparameters: Mapping[str, Any]) -> list[str]:
    """Return `--name value` sorted by name, `-n value` for one-letter names, mappings as k=v,k=v."""
    words: list[str] = []
    for name in sorted(hyperparameters):
        value = hyperparameters[name]
        if isinstance(value, dict):
            value = ",".join(f"{key}={item}" for key, item in sorted(value.items()))
        words += [f"--{name}" if len(name) > 1 else f"-{name}", str(value)]
    return words


def command(script: Script) -> Command:
    """Return how to run the script in /opt/ml/code: Python files by this Python, others by the shell."""
    runner = ("python", script.program) if script.program.endswith(".py") else ("/bin/sh", f"./{script.program}")
    return Command(argv=(*runner, *arguments(script.hyperparameters)), environment={"PYTHONPATH": CODE}, folder=CODE)


def environment(
    script: Script,
    resources: Mapping[str, Any],
    inputs: Mapping[str, Mapping[str, str]],
    reserved: Mapping[str, str],
) -> dict[str, str]:
    """Return the SM_* variables of one host."""
    channels = {name: f"/opt/ml/input/data/{name}" for name in sorted(inputs)}
    words = arguments(script.hyperparameters)
    framework = {name: decode(value) for name, value in reserved.items() if name.startswith(_RESERVED)}
    described: dict[str, Any] = {
        "SM_HOSTS": resources["hosts"],
        "SM_CURRENT_HOST": resources["current_host"],
        "SM_CURRENT_INSTANCE_TYPE": resources["current_instance_type"],
        "SM_CURRENT_INSTANCE_GROUP": resources["current_group_name"],
        "SM_NETWORK_INTERFACE_NAME": resources["network_interface_name"],
        "SM_RESOURCE_CONFIG": dict(resources),
        "SM_INPUT_DATA_CONFIG": dict(inputs),
        "SM_HPS": dict(script.hyperparameters),
        "SM_USER_ARGS": words,
        "SM_FRAMEWORK_PARAMS": framework,
        "SM_CHANNELS": list(channels),
        "SM_USER_ENTRY_POINT": script.program,
        "SM_MODULE_NAME": script.program.removesuffix(".py"),
        "SM_MODULE_DIR": script.submit_directory or CODE,
        "SM_MODEL_DIR": "/opt/ml/model",
        "SM_INPUT_DIR": "/opt/ml/input",
        "SM_INPUT_CONFIG_DIR": "/opt/ml/input/config",
        "SM_OUTPUT_DIR": "/opt/ml/output",
        "SM_OUTPUT_DATA_DIR": "/opt/ml/output/data",
        "SM_OUTPUT_INTERMEDIATE_DIR": "/opt/ml/output/intermediate",
        "SM_LOG_LEVEL": framework.get("sagemaker_container_log_level", 20),
        "SM_NUM_CPUS": os.cpu_count() or 1,
        "SM_NUM_GPUS": 0,
        "SM_NUM_NEURONS": 0,
        **{f"SM_CHANNEL_{name.upper()}": path for name, path in channels.items()},
        **{f"SM_HP_{name.upper()}": value for name, value in script.hyperparameters.items()},
    }
    described["SM_TRAINING_ENV"] = {name.removeprefix("SM_").lower(): value for name, value in described.items()}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in described.items()}
