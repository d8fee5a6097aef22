"""The only reader of Pulumi's configuration."""

from __future__ import annotations

import json

import pulumi
from pulumi.runtime import config as runtime_config

from infra.naming import Names
from infra.settings import Settings, SettingsError, load_stack_settings
from infra.settings_report import NAMESPACE


def read_settings() -> Settings:
    """Return the settings of the stack that is running; every problem of its file comes in one RunError."""
    file = f"Pulumi.{pulumi.get_stack()}.yaml"
    try:
        return load_stack_settings(read_sections(), file=file)
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from error


def read_names() -> Names:
    """Return the physical names of the stack that is running."""
    try:
        return Names(project=pulumi.get_project(), stack=pulumi.get_stack())
    except ValueError as error:
        raise pulumi.RunError(str(error)) from error


def read_sections() -> dict[str, object]:
    """Return every section of ours by its key, structured values as they were in the file."""
    # pulumi.Config answers for keys that one asks for; a misspelt section is found only among all keys.
    # They come from the language host, or, when a process is started without one, from the environment.
    everything = {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}
    return {key: _parsed(value) for key, value in everything.items() if key.startswith(NAMESPACE)}


def _parsed(value: object) -> object:
    """Return a structured value as it was in the stack file: the engine hands it over as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
