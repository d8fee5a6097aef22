"""Stacks as checkpoints in the real engine's layout, on whatever storage."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

from slipway.engine.backend.checkpoint import Checkpoint, read_checkpoint
from slipway.engine.backend.storage import Storage
from slipway.engine.errors import EngineError, UnsupportedError

ORGANIZATION = "organization"
BOOKKEEPING = ".pulumi"
_META = f"{BOOKKEEPING}/meta.yaml"
_STACKS = f"{BOOKKEEPING}/stacks"
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


class Backend:
    """Stacks on a storage: .pulumi/stacks/PROJECT/STACK.json and what belongs to them."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    @property
    def url(self) -> str:
        """Where the stacks are, as it was asked for."""
        return self.storage.url

    def reference(self, text: str, project: str | None) -> StackRef:
        """Read `stack`, `project/stack` or `organization/project/stack`."""
        parts = text.split("/")
        if len(parts) == 3 and parts[0] != ORGANIZATION:  # noqa: PLR2004 - organization, project, stack
            raise EngineError(
                f"organization name must be '{ORGANIZATION}' in stack name '{text}' on a file or bucket backend"
            )
        if len(parts) > 3 or not all(map(_NAME.fullmatch, parts)):  # noqa: PLR2004
            raise EngineError(
                f"invalid stack name '{text}': a stack name is 1 to 100 letters, digits, hyphens, underscores or "
                "periods, the first of them no period; optionally as organization/PROJECT/STACK"
            )
        owner = parts[-2] if len(parts) > 1 else project
        if owner is None:
            raise EngineError(f"stack '{text}': outside a project name it organization/PROJECT/STACK")
        return StackRef(owner, parts[-1])

    def checkpoint_key(self, ref: StackRef) -> str:
        """Return the key of the stack's checkpoint."""
        return f"{_STACKS}/{ref.project}/{ref.name}.json"

    def tags_key(self, ref: StackRef) -> str:
        """Return the key of the stack's tags."""
        return f"{_STACKS}/{ref.project}/{ref.name}.pulumi-tags"

    def folder(self, kind: str, ref: StackRef) -> str:
        """Return the folder of a stack's history, backups or locks."""
        owner = f"{ORGANIZATION}/" if kind == "locks" else ""
        return f"{BOOKKEEPING}/{kind}/{owner}{ref.project}/{ref.name}"

    def check_layout(self) -> bool:
        """Say whether stacks were ever kept here; refuse a layout that this engine does not know."""
        found = self.storage.read(_META)
        if found is None:
            if any(_is_checkpoint(name) for name in self._below_stacks() if "/" not in name):
                raise UnsupportedError(
                    f"{self.url}: the layout without projects (before version 3.61)",
                    "run `pulumi state upgrade` with the real `pulumi` once",
                )
            return False
        if not re.search(rb"^version:\s*1\s*$", found, re.MULTILINE):
            raise UnsupportedError(
                f"{self.storage.place(_META)}: state layout {found.decode(errors='replace').strip()!r}"
            )
        return True

    def prepare(self) -> None:
        """Write meta.yaml on first use."""
        if not self.check_layout():
            self.storage.write(_META, b"version: 1\n")

    def exists(self, ref: StackRef) -> bool:
        """Say whether the stack exists."""
        key = self.checkpoint_key(ref)
        found = self.storage.keys(key)
        for ending in (".gz", ".zst"):
            if key + ending in found:
                raise UnsupportedError(
                    f"{self.storage.place(key + ending)}: a compressed state",
                    "unset PULUMI_DIY_BACKEND_GZIP and run any update with the real `pulumi` once",
                )
        return key in found

    def stacks(self) -> Iterator[StackRef]:
        """Yield every stack, by project and name."""
        for name in self._below_stacks():
            project, slash, rest = name.partition("/")
            if slash and "/" not in rest and _is_checkpoint(rest):
                yield StackRef(project, rest.removesuffix(".json"))

    def _below_stacks(self) -> list[str]:
        return [key.removeprefix(f"{_STACKS}/") for key in self.storage.keys(f"{_STACKS}/")]

    def create(self, ref: StackRef) -> None:
        """Make an empty stack; of two that make the same one at once, one is refused."""
        self.prepare()
        body = {"version": 3, "checkpoint": {"stack": ref.qualified}}
        data = json.dumps(body, separators=(",", ":")).encode()
        if self.exists(ref) or not self.storage.create(self.checkpoint_key(ref), data):
            raise EngineError(f"stack '{ref.qualified}' already exists")

    def load(self, ref: StackRef) -> Checkpoint:
        """Read the stack's checkpoint."""
        key = self.checkpoint_key(ref)
        data = self.storage.read(key) if self.exists(ref) else None
        if data is None:
            raise EngineError(f"no stack named '{ref.name}' found")
        backup = f"{key}.bak"
        before = self.storage.place(backup) if backup in self.storage.keys(key) else None
        return read_checkpoint(self.storage.place(key), data, ref.qualified, before)

    def save(self, ref: StackRef, deployment: bytes, *, features: tuple[str, ...] = ()) -> None:
        """Write a deployment (JSON) as the stack's checkpoint, the one before it as .bak."""
        key = self.checkpoint_key(ref)
        # Version 4 is version 3 with a list of features that a reader must know.
        version = b"4" if features else b"3"
        listed = b'"features":' + json.dumps(list(features)).encode() + b"," if features else b""
        head = b'{"version":%s,%s"checkpoint":{"stack":%s,"latest":' % (
            version,
            listed,
            json.dumps(ref.qualified).encode(),
        )
        self.storage.write(key, head + deployment + b"}}", backup=f"{key}.bak")

    def back_up(self, ref: StackRef) -> None:
        """Keep a copy of the checkpoint under backups/, as the real engine does after an update."""
        data = self.storage.read(self.checkpoint_key(ref))
        if data is not None:
            self.storage.write(f"{self.folder('backups', ref)}/{ref.name}.{time.time_ns()}.json", data)

    def remove(self, ref: StackRef, *, backups: bool = False) -> None:
        """Remove a stack with its tags and history; its last state stays as .bak, and backups stay unless asked."""
        key = self.checkpoint_key(ref)
        self.storage.move(key, f"{key}.bak")
        self.storage.delete(self.tags_key(ref))
        self.storage.clear(self.folder("history", ref))
        if backups:
            self.storage.delete(f"{key}.bak")
            self.storage.clear(self.folder("backups", ref))


def _is_checkpoint(name: str) -> bool:
    return name.endswith(".json")
