"""PulumiPolicy.yaml: what a policy pack runs with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slipway.engine.documents import load_document
from slipway.engine.errors import EngineError, UnsupportedError

NAMES = ("PulumiPolicy.yaml", "PulumiPolicy.yml")


@dataclass(frozen=True, kw_only=True)
class PackFile:
    """What PulumiPolicy.yaml says."""

    folder: Path
    asked: str
    """The folder as it was asked for: events name the pack by it."""
    program: Path
    """File or folder that is run."""
    version: str
    """Empty when the file names none: then the pack's own word counts."""
    options: Mapping[str, Any] = field(default_factory=dict)


def read(asked: str, base: Path) -> PackFile:
    """Read the file of the pack in a folder, relative to `base`."""
    folder = (base / asked).resolve()
    file = next((folder / name for name in NAMES if (folder / name).is_file()), None)
    if file is None:
        there = "has no PulumiPolicy.yaml" if folder.is_dir() else "is no folder"
        raise EngineError(
            f"--policy-pack {asked}: {folder} {there}; name the folder of a policy pack, which holds PulumiPolicy.yaml "
            "and the program with its rules"
        )
    document = load_document(file)
    if not isinstance(document, dict):
        raise EngineError(f"{file} is no mapping; it needs at least `runtime: python`")
    runtime = document.get("runtime")
    name, options = (runtime, {}) if not isinstance(runtime, dict) else (runtime.get("name"), runtime.get("options"))
    if not isinstance(name, str) or not name:
        raise EngineError(f"{file} names no runtime; it needs `runtime: python`")
    if name != "python":
        raise UnsupportedError(f"{file}: runtime '{name}' of a policy pack")
    program = folder / str(document.get("main") or ".")
    if not program.exists():
        raise EngineError(f"{file}: main is {document.get('main')!r}, and there is no {program}")
    version = document.get("version")
    return PackFile(
        folder=folder,
        asked=asked,
        program=program,
        version="" if version is None else str(version),
        options=options if isinstance(options, dict) else {},
    )
