"""What commands work on: the project around the folder, the backend in force, a stack, its secrets."""

import argparse
import getpass
import os
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

from slipway.engine.backend import FileBackend, open_backend
from slipway.engine.backend.checkpoint import Checkpoint
from slipway.engine.backend.credentials import selected_stack
from slipway.engine.backend.durable import read_bytes
from slipway.engine.backend.file_backend import StackRef
from slipway.engine.config import StackFile, read_stack_file
from slipway.engine.config_file import set_top_level
from slipway.engine.errors import EngineError, UnsupportedError
from slipway.engine.project import Project, find_project_file, load_project
from slipway.engine.secrets import PassphraseManager


class Session:
    """One command's view of project, backend and stack; each is read when it is first needed."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
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
    def backend(self) -> FileBackend:
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
            raise EngineError(f"no stack named '{ref.name}' found")
        return ref

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The stack's state."""
        return self.backend.load(self.stack)

    def stack_file(self) -> StackFile:
        """Read Pulumi.STACK.yaml anew."""
        return read_stack_file(self.project, self.stack.name)

    @cached_property
    def secrets(self) -> PassphraseManager:
        """The secrets manager of the stack; a stack without one gets one, written to its stack file."""
        file = self.stack_file()
        return self.secrets_for(file, self.checkpoint.deployment)

    @cached_property
    def state_secrets(self) -> PassphraseManager:
        """The manager of what the state holds: the stack's, unless the state was encrypted under another salt."""
        salt = salt_of(self.checkpoint.deployment)
        own = self.secrets
        if salt in (None, own.salt_state):
            return own
        file = self.backend.checkpoint_file(self.stack)
        source = f"the secrets of the state {file} were made with another one; set PULUMI_CONFIG_PASSPHRASE to that"
        return PassphraseManager(self.passphrase(), salt or "", source=source)

    def secrets_for(self, file: StackFile, deployment: dict[str, Any] | None) -> PassphraseManager:
        """Return the manager that the stack file, or else the state, asks for."""
        if file.secrets_provider and file.secrets_provider != "passphrase":
            raise UnsupportedError(f"{file.file}: secretsprovider {file.secrets_provider!r}")
        salt = file.encryption_salt or salt_of(deployment)
        if salt:
            where = f"the encryptionsalt of {file.file}" if file.encryption_salt else "the state"
            source = f"{where} was made with another one; set PULUMI_CONFIG_PASSPHRASE to that" + (
                ", or remove the line when nothing in the file is encrypted" if file.encryption_salt else ""
            )
            manager = PassphraseManager(self.passphrase(), salt, source=source)
        else:
            manager = PassphraseManager.create(self.passphrase(confirm=True))
        if not file.encryption_salt:
            manager.verify()
            set_top_level(file.file, "encryptionsalt", manager.salt_state)
        return manager

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


def salt_of(deployment: dict[str, Any] | None) -> str | None:
    """Return the salt that a deployment's secrets were encrypted with."""
    provider = (deployment or {}).get("secrets_providers") or {}
    if not provider:
        return None
    if provider.get("type") != "passphrase":
        raise UnsupportedError(f"secrets provider '{provider.get('type')}' of the state")
    salt = (provider.get("state") or {}).get("salt")
    return salt if isinstance(salt, str) else None
