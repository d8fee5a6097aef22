"""`slipway settings`: what a stack file comes to, defaults included, or every problem in it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from infra.settings import SettingsError, load_stack_settings
from slipway import stack_file
from slipway.failure import Failure

if TYPE_CHECKING:
    from pathlib import Path


def effective(file: Path) -> str:
    """Return the effective settings of a stack file as YAML; Failure with every problem of a wrong one."""
    stack_file.require(file)
    try:
        text = file.read_text("utf-8")
        settings = load_stack_settings(stack_file.settings(text, name=file.name), file=file.name)
    except (SettingsError, UnicodeDecodeError) as error:
        raise Failure(str(error)) from error
    stream = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 1 << 16
    yaml.dump({f"slipway:{name}": value for name, value in settings.model_dump(mode="json").items()}, stream)
    return stream.getvalue().rstrip()
