"""`stack change-secrets-provider`, and the secrets of a new stack."""

import argparse
import getpass
import json
import sys
from typing import TYPE_CHECKING, Any

from slipway.engine.backend.lock import locked
from slipway.engine.cli.session import Session, provider_of
from slipway.engine.config import StackFile, has_secure, open_value
from slipway.engine.config_file import set_provider
from slipway.engine.deployment_secrets import encrypted_anew, has_secret
from slipway.engine.errors import EngineError
from slipway.engine.secrets import PassphraseManager, SecretsManager
from slipway.engine.secrets.opening import PASSPHRASE, check_provider

if TYPE_CHECKING:
    from slipway.engine.cli.arguments import Parser

_EXAMPLES = """examples:
  pulumi stack change-secrets-provider 'awskms://alias/pulumi-state?region=us-east-1'
  pulumi stack change-secrets-provider passphrase
  echo 'the new passphrase' | pulumi stack change-secrets-provider passphrase

Naming the provider that the stack has gives it a new key: of a passphrase stack, under a new passphrase, which is
asked for or read from stdin. An interrupted change loses nothing: run the same command again.
"""


def register(verbs: Any) -> None:
    """Declare the command."""
    parser: Parser = verbs.add_parser(
        "change-secrets-provider", help="encrypt state and stack file under another key", epilog=_EXAMPLES
    )
    parser.add_argument("provider", metavar="PROVIDER", help="passphrase, or awskms://KEY?region=REGION")
    parser.set_defaults(run=run_change)


def initialize(session: Session, file: StackFile, name: str) -> None:
    """Give the stack file of a new stack the secrets provider that was asked for."""
    if name == "default" or _same(name, file.provider_name):
        session.secrets_for(file, None).verify()
        return
    if has_secure(list(file.values.values())):
        raise EngineError(
            f"{file.file} holds secrets under '{file.provider_name}', not under '{name}': make the stack without "
            f"--secrets-provider, then run `pulumi stack change-secrets-provider '{name}'`"
        )
    set_provider(file.file, session.create_manager(name).state())


def _same(one: str, other: str) -> bool:
    return one == other or (one in PASSPHRASE and other in PASSPHRASE)


def run_change(args: argparse.Namespace) -> int:
    """Encrypt the secrets of state and stack file under another key.

    Each of the two is replaced in one write and names the key of its own secrets. So a kill between them leaves both
    readable, by the keys before and after, and the same command run again ends the change.
    """
    session = Session(args)
    check_provider(args.provider)
    with locked(session.backend, session.stack):
        file, checkpoint = session.stack_file(), session.checkpoint
        phrase = None
        if args.provider in PASSPHRASE and file.provider_name in PASSPHRASE and file.provider:
            phrase = _new_passphrase(session)
        old = session.secrets if has_secure(list(file.values.values())) else None
        if old is not None:
            # Everything that can be refused is refused before the first write.
            open_value(dict(file.values), old)
        deployment = checkpoint.deployment
        stored = _secrets_of_state(session, deployment, phrase)
        new = session.create_manager(args.provider) if phrase is None else PassphraseManager.create(phrase)
        print("Migrating old configuration and state to new secrets provider")
        if deployment is not None:
            anew = encrypted_anew(deployment, stored, new)
            data = json.dumps(anew, separators=(",", ":"), ensure_ascii=False).encode()
            session.backend.save(session.stack, data, features=checkpoint.features)
            session.backend.back_up(session.stack)
        set_provider(file.file, new.state(), (lambda text: new.encrypt(old.decrypt(text))) if old else None)
    if phrase is not None:
        print("The stack needs the new passphrase from now on: set PULUMI_CONFIG_PASSPHRASE to it")
    return 0


def _secrets_of_state(session: Session, deployment: dict[str, Any] | None, phrase: str | None) -> SecretsManager | None:
    """Return the manager that opens the state, which an interrupted change may have left under the new passphrase."""
    if not has_secret(deployment):
        return None
    manager = session.secrets_of(deployment) or session.secrets
    provider = provider_of(deployment) or {}
    if phrase is not None and provider.get("type") == "passphrase":
        try:
            manager.verify()
        except EngineError:
            manager = PassphraseManager(
                phrase, provider["state"]["salt"], source="neither the old nor the new one is it"
            )
    manager.verify()
    return manager


def _new_passphrase(session: Session) -> str:
    """Ask for the passphrase to come; where nobody can be asked it is a line of stdin, as with the real engine."""
    if not session.interactive:
        phrase = sys.stdin.readline().strip()
        if not phrase:
            raise EngineError(
                "the stack has a passphrase already: its new one is read from stdin, which is empty; "
                "`echo 'the new passphrase' | pulumi stack change-secrets-provider passphrase`"
            )
        return phrase
    phrase = getpass.getpass("Enter your new passphrase to protect config/secrets: ")
    if getpass.getpass("Re-enter your new passphrase to confirm: ") != phrase:
        raise EngineError("passphrases do not match")
    return phrase
