"""The file:// backend: stacks as checkpoint files in the real engine's layout."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from slipway.engine.backend.checkpoint import Checkpoint, read_checkpoint
from slipway.engine.backend.durable import explain, make_folder, read_bytes, write_durably
from slipway.engine.errors import EngineError, UnsupportedError

ORGANIZATION = "organization"
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}")
"""A period in front would name a hidden file, or a folder above."""


@dataclass(frozen=True)
class StackRef:
    """A stack of a project in this backend."""

    project: str
    name: str

    @property
    def qualified(self) -> str:
        """The name as states and StackReferences write it."""
        return f"{ORGANIZATION}/{self.project}/{self.name}"


class FileBackend:
    """Stacks in a folder: .pulumi/stacks/PROJECT/STACK.json and what belongs to them."""

    def __init__(self, root: Path, url: str) -> None:
        self.url = url
        self.root = root
        self.base = root / ".pulumi"

    def reference(self, text: str, project: str | None) -> StackRef:
        """Read `stack`, `project/stack` or `organization/project/stack`."""
        parts = text.split("/")
        if len(parts) == 3 and parts[0] != ORGANIZATION:  # noqa: PLR2004 - organization, project, stack
            raise EngineError(f"organization name must be '{ORGANIZATION}' in stack name '{text}' on a file backend")
        if len(parts) > 3 or not all(map(_NAME.fullmatch, parts)):  # noqa: PLR2004
            raise EngineError(
                f"invalid stack name '{text}': a stack name is 1 to 100 letters, digits, hyphens, underscores or "
                "periods, the first of them no period; optionally as organization/PROJECT/STACK"
            )
        owner = parts[-2] if len(parts) > 1 else project
        if owner is None:
            raise EngineError(f"stack '{text}': outside a project name it organization/PROJECT/STACK")
        return StackRef(owner, parts[-1])

    def checkpoint_file(self, ref: StackRef) -> Path:
        """Return the path of the stack's checkpoint."""
        return self.base / "stacks" / ref.project / f"{ref.name}.json"

    def prepare(self) -> None:
        """Write meta.yaml on first use; refuse a layout that this engine does not know."""
        meta = self.base / "meta.yaml"
        found = read_bytes(meta)
        if found is None:
            legacy = self.base / "stacks"
            if legacy.is_dir() and any(legacy.glob("*.json")):
                raise UnsupportedError(
                    f"{self.root}: the layout without projects (before version 3.61)",
                    "run `pulumi state upgrade` with the real `pulumi` once",
                )
            make_folder(self.base)
            write_durably(meta, b"version: 1\n")
        elif not re.search(rb"^version:\s*1\s*$", found, re.MULTILINE):
            raise UnsupportedError(f"{meta}: state layout {found.decode(errors='replace').strip()!r}")

    def exists(self, ref: StackRef) -> bool:
        """Say whether the stack exists."""
        for ending in (".gz", ".zst"):
            packed = self.checkpoint_file(ref).with_name(f"{ref.name}.json{ending}")
            if packed.is_file():
                raise UnsupportedError(
                    f"{packed}: a compressed state",
                    "unset PULUMI_DIY_BACKEND_GZIP and run any update with the real `pulumi` once",
                )
        return self.checkpoint_file(ref).is_file()

    def stacks(self) -> Iterator[StackRef]:
        """Yield every stack, by project and name."""
        for file in sorted((self.base / "stacks").glob("*/*.json")):
            if not file.name.startswith("."):
                yield StackRef(file.parent.name, file.stem)

    def create(self, ref: StackRef) -> None:
        """Make an empty stack."""
        self.prepare()
        if self.exists(ref):
            raise EngineError(f"stack '{ref.qualified}' already exists")
        body = {"version": 3, "checkpoint": {"stack": ref.qualified}}
        write_durably(self.checkpoint_file(ref), json.dumps(body, separators=(",", ":")).encode())

    def load(self, ref: StackRef) -> Checkpoint:
        """Read the stack's checkpoint."""
        file = self.checkpoint_file(ref)
        data = read_bytes(file) if self.exists(ref) else None
        if data is None:
            raise EngineError(f"no stack named '{ref.name}' found")
        return read_checkpoint(file, data, ref.qualified)

    def save(self, ref: StackRef, deployment: bytes, *, features: tuple[str, ...] = ()) -> None:
        """Write a deployment (JSON) as the stack's checkpoint, the one before it as .bak."""
        file = self.checkpoint_file(ref)
        # Version 4 is version 3 with a list of features that a reader must know.
        version = b"4" if features else b"3"
        listed = b'"features":' + json.dumps(list(features)).encode() + b"," if features else b""
        head = b'{"version":%s,%s"checkpoint":{"stack":%s,"latest":' % (
            version,
            listed,
            json.dumps(ref.qualified).encode(),
        )
        write_durably(file, head + deployment + b"}}", backup=file.with_name(file.name + ".bak"))
        # The real engine keeps size and digest of what it wrote beside it; they no longer hold.
        file.with_name(file.name + ".attrs").unlink(missing_ok=True)

    def back_up(self, ref: StackRef) -> None:
        """Keep a copy of the checkpoint under backups/, as the real engine does after an update."""
        data = read_bytes(self.checkpoint_file(ref))
        if data is not None:
            folder = self.base / "backups" / ref.project / ref.name
            write_durably(folder / f"{ref.name}.{time.time_ns()}.json", data)

    def remove(self, ref: StackRef, *, backups: bool = False) -> None:
        """Remove a stack with its tags and history; its last state stays as .bak, and backups stay unless asked."""
        file = self.checkpoint_file(ref)
        gone = [file.with_name(file.name + ".attrs"), file.with_name(f"{ref.name}.pulumi-tags")]
        folders = [self.base / "history" / ref.project / ref.name]
        try:
            file.replace(file.with_name(file.name + ".bak"))
            if backups:
                gone.append(file.with_name(file.name + ".bak"))
                folders.append(self.base / "backups" / ref.project / ref.name)
            for path in gone:
                path.unlink(missing_ok=True)
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=False) if folder.is_dir() else None
        except OSError as error:
            raise explain(error, "remove the stack at", file) from error
