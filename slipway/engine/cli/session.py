"""What commands work on: the project around the folder, the backend in force, a stack, its secrets."""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from slipway.engine.backend import Backend, open_backend
from slipway.engine.backend.checkpoint import Checkpoint
from slipway.engine.backend.credentials import selected_stack
from slipway.engine.backend.durable import read_bytes
from slipway.engine.backend.stacks import StackRef
from slipway.engine.cli.nearest import no_such_stack
from slipway.engine.config import StackFile, read_stack_file
from slipway.engine.config_file import set_provider
from slipway.engine.deployment_secrets import has_secret
from slipway.engine.errors import EngineError
from slipway.engine.project import Project, find_project_file, load_project
from slipway.engine.secrets import SecretsManager
from slipway.engine.secrets.opening import PASSPHRASE, check_provider, create_manager, open_manager


class Session:
    """One command's view of project, backend and stack; each is read when it is first needed."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self._managers: dict[str, SecretsManager] = {}
        self.folder = Path(args.cwd).resolve() if args.cwd else Path.cwd()
        if not self.folder.is_dir():
            raise EngineError(f"--cwd {args.cwd}: there is no such folder")

    @property
    def interactive(self) -> bool:
        """Say whether someone can be asked."""
        return not self.args.non_interactive and sys.stdin.isatty() and sys.stdout.isatty()

    @cached_property
    def project(self) -> Project:
        """The project of the folder."""
        return load_project(self.folder)

    @property
    def project_if_any(self) -> Project | None:
        """The project of the folder, None outside of one."""
        return self.project if find_project_file(self.folder) else None

    @cached_property
    def backend(self) -> Backend:
        """The backend in force."""
        return open_backend(self.project_if_any)

    def reference(self, name: str) -> StackRef:
        """Read a stack's name."""
        project = self.project_if_any
        return self.backend.reference(name, project.name if project else None)

    @cached_property
    def stack(self) -> StackRef:
        """The stack of --stack, or the selected one; it exists."""
        name = getattr(self.args, "stack", None)
        project = self.project_if_any
        if not name:
            name = selected_stack(project) if project else os.environ.get("PULUMI_STACK")
        if not name:
            raise EngineError(
                "no stack selected; please use `pulumi stack select` to choose one, or name it with --stack"
            )
        ref = self.reference(name)
        if not self.backend.exists(ref):
            raise no_such_stack(ref.name, self.stack_names(ref.project))
        return ref

    def stack_names(self, project: str) -> list[str]:
        """Return the names of a project's stacks."""
        return [ref.name for ref in self.backend.stacks() if ref.project == project]

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The stack's state."""
        return self.backend.load(self.stack)

    def stack_file(self) -> StackFile:
        """Read Pulumi.STACK.yaml anew."""
        return read_stack_file(self.project, self.stack.name)

    @cached_property
    def secrets(self) -> SecretsManager:
        """The secrets manager of the stack; a stack without one gets one, written to its stack file."""
        file = self.stack_file()
        return self.secrets_for(file, self.checkpoint.deployment)

    @cached_property
    def state_secrets(self) -> SecretsManager:
        """The manager of what the state holds: the stack's, unless the state was encrypted under another key."""
        return self.secrets_of(self.checkpoint.deployment) or self.secrets

    def secrets_of(self, deployment: dict[str, Any] | None) -> SecretsManager | None:
        """Return the manager that a deployment names; None when it names none."""
        provider = provider_of(deployment)
        again = ", or run an interrupted `pulumi stack change-secrets-provider` again"
        return self.manager(provider, "the state was made with another one", again) if provider else None

    def foreign_secrets(self, deployment: dict[str, Any] | None) -> SecretsManager | None:
        """Return the manager of a deployment's secrets where it has some, and under another key than the stack's."""
        if provider_of(deployment) in (None, self.secrets.state()) or not has_secret(deployment):
            return None
        return self.secrets_of(deployment)

    def secrets_for(self, file: StackFile, deployment: dict[str, Any] | None) -> SecretsManager:
        """Return the manager that the stack file, or else the state, asks for."""
        check_provider(file.provider_name)
        stored = provider_of(deployment)
        provider = file.provider or (stored if stored and _fits(file, stored) else None)
        if provider:
            where = f"the encryptionsalt of {file.file}" if file.provider else "the state"
            way_out = ", or remove the line when nothing in the file is encrypted" if file.provider else ""
            manager = self.manager(provider, f"{where} was made with another one", way_out)
        else:
            manager = self.create_manager(file.provider_name)
        if file.provider is None:
            manager.verify()
            set_provider(file.file, manager.state())
        return manager

    def manager(self, provider: Mapping[str, Any], source: str, way_out: str = "") -> SecretsManager:
        """Open the manager of a `secrets_providers` object: each key is derived or decrypted once in a process."""
        name = json.dumps(provider, sort_keys=True)
        if name not in self._managers:
            hint = f"{source}; set PULUMI_CONFIG_PASSPHRASE to that{way_out}"
            self._managers[name] = open_manager(provider, self.passphrase, source=hint)
        return self._managers[name]

    def create_manager(self, name: str) -> SecretsManager:
        """Make a manager with a new key, for a provider named as on the command line."""
        return create_manager(name, lambda: self.passphrase(confirm=True))

    def passphrase(self, *, confirm: bool = False) -> str:
        """Return the passphrase from the environment, a file, or the person at the terminal."""
        given = os.environ.get("PULUMI_CONFIG_PASSPHRASE")
        if given is not None:
            return given
        named = os.environ.get("PULUMI_CONFIG_PASSPHRASE_FILE")
        if named:
            found = read_bytes(Path(named).expanduser())
            if found is None:
                raise EngineError(f"unable to read PULUMI_CONFIG_PASSPHRASE_FILE: there is no file {named}")
            return found.decode().strip()
        if not self.interactive:
            raise EngineError(
                "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE "
                "environment variables"
            )
        phrase = getpass.getpass(f"Enter your passphrase to {'protect' if confirm else 'unlock'} config/secrets: ")
        if confirm and getpass.getpass("Re-enter your passphrase to confirm: ") != phrase:
            raise EngineError("passphrases do not match")
        return phrase


def _fits(file: StackFile, stored: Mapping[str, Any]) -> bool:
    """Say whether the state's provider is the one that a stack file without a key asks for."""
    if file.secrets_provider is None:
        return True
    wanted = {"type": "passphrase"} if file.provider_name in PASSPHRASE else {"url": file.provider_name}
    return wanted.items() <= {"type": stored.get("type"), **(stored.get("state") or {})}.items()


def provider_of(deployment: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the `secrets_providers` of a deployment; None when it has none."""
    return (deployment or {}).get("secrets_providers") or None
