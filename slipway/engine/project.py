"""Pulumi.yaml: the project's name, its runtime, its provider folders and its configuration defaults."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slipway.engine.documents import load_document
from slipway.engine.errors import EngineError, UnsupportedError

PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml")
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, kw_only=True)
class Project:
    """What Pulumi.yaml says."""

    name: str
    root: Path
    """The folder of Pulumi.yaml."""
    file: Path
    description: str = ""
    runtime: str = "python"
    runtime_options: Mapping[str, Any] = field(default_factory=dict)
    main: str | None = None
    """Folder or file of the program, relative to `root`; None is `root` itself."""
    plugin_providers: Mapping[str, Path] = field(default_factory=dict)
    """Provider name to the folder that holds `pulumi-resource-NAME`, absolute."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """The `config:` block as written."""
    backend_url: str | None = None
    stack_config_dir: Path | None = None

    def stack_file(self, stack: str) -> Path:
        """Return the path of Pulumi.STACK.yaml."""
        return (self.stack_config_dir or self.root) / f"Pulumi.{stack}{self.file.suffix}"


def find_project_file(start: Path) -> Path | None:
    """Return the nearest Pulumi.yaml from `start` upwards, as the real command line looks for it."""
    for folder in (start, *start.parents):
        for name in PROJECT_FILES:
            if (folder / name).is_file():
                return folder / name
    return None


def load_project(start: Path) -> Project:
    """Read the project that `start` lies in."""
    file = find_project_file(start.resolve())
    if file is None:
        raise EngineError(
            f"no Pulumi.yaml project file found (searching upwards from {start}). "
            "Go to the project's folder or name it with --cwd"
        )
    document = load_document(file)
    if not isinstance(document, dict):
        raise EngineError(f"{file}: a project file is a mapping with `name` and `runtime`")
    name = document.get("name")
    if not isinstance(name, str) or not name:
        raise EngineError(f"{file}: project is missing a 'name' attribute")
    if not _NAME.fullmatch(name):
        raise EngineError(
            f"{file}: '{name}' can't be the name of a project: it is 1 to 100 letters, digits, hyphens, underscores or "
            "periods, the first of them no period"
        )
    runtime, options = _runtime(file, document.get("runtime"))
    config_dir = document.get("stackConfigDir")
    backend, config = document.get("backend"), document.get("config")
    return Project(
        name=name,
        root=file.parent,
        file=file,
        description=str(document.get("description") or ""),
        runtime=runtime,
        runtime_options=options,
        main=document.get("main"),
        plugin_providers=_plugin_providers(file, document.get("plugins") or {}),
        config=config if isinstance(config, dict) else {},
        backend_url=backend.get("url") if isinstance(backend, dict) else None,
        stack_config_dir=file.parent / config_dir if isinstance(config_dir, str) else None,
    )


def _runtime(file: Path, value: object) -> tuple[str, Mapping[str, Any]]:
    name, options = (value, {}) if not isinstance(value, dict) else (value.get("name"), value.get("options") or {})
    if not isinstance(name, str) or not name:
        raise EngineError(f"{file}: project is missing a 'runtime' attribute")
    if name != "python":
        raise UnsupportedError(f"{file}: runtime '{name}'")
    return name, options


def _plugin_providers(file: Path, plugins: Mapping[str, Any]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for entry in plugins.get("providers") or []:
        if not isinstance(entry, dict) or not entry.get("name") or not entry.get("path"):
            raise EngineError(f"{file}: each of plugins.providers needs `name` and `path`; got {entry!r}")
        found[str(entry["name"])] = (file.parent / str(entry["path"])).resolve()
    return found
