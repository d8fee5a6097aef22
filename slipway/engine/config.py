"""The configuration of a stack: Pulumi.STACK.yaml as read, and what a program gets to see of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from slipway.engine.documents import compose, plain
from slipway.engine.errors import EngineError, UnsupportedError
from slipway.engine.project import Project
from slipway.engine.secrets import SecretsManager

SECURE = "secure"


@dataclass(frozen=True, kw_only=True)
class ConfigValue:
    """One value as the program gets it: text, or the JSON text of something structured; secrets in plain text."""

    value: str
    secret: bool = False
    is_object: bool = False


@dataclass(frozen=True, kw_only=True)
class StackFile:
    """Pulumi.STACK.yaml as it stands: secrets still encrypted."""

    file: Path
    values: Mapping[str, Any] = field(default_factory=dict)
    """Full key `namespace:name` to text, a mapping or a list; a secret is `{"secure": CIPHERTEXT}` at any depth."""
    encryption_salt: str | None = None
    secrets_provider: str | None = None
    encrypted_key: str | None = None

    @property
    def provider_name(self) -> str:
        """The secrets provider that the file names, as on the command line."""
        return self.secrets_provider or "passphrase"

    @property
    def provider(self) -> dict[str, Any] | None:
        """What the file says of its secrets, in the form of a deployment's `secrets_providers`; None without a key."""
        if self.provider_name not in ("passphrase", "default"):
            state = {"url": self.provider_name, "encryptedkey": self.encrypted_key}
            return {"type": "cloud", "state": state} if self.encrypted_key else None
        return {"type": "passphrase", "state": {"salt": self.encryption_salt}} if self.encryption_salt else None


def full_key(project: str, key: str) -> str:
    """Return `namespace:name` of a key as people write it: `name`, `namespace:name` or the old `ns:config:name`."""
    parts = key.split(":")
    if len(parts) == 1 and parts[0]:
        return f"{project}:{key}"
    if len(parts) == 3 and parts[1] == "config":  # noqa: PLR2004 - three words, the middle one fixed
        parts = [parts[0], parts[2]]
    if len(parts) == 2 and all(parts):  # noqa: PLR2004 - namespace and name
        return ":".join(parts)
    raise EngineError(f"invalid configuration key '{key}': expected name or namespace:name")


def read_stack_file(project: Project, stack: str) -> StackFile:
    """Read Pulumi.STACK.yaml; a missing file is an empty one."""
    file = project.stack_file(stack)
    node = compose(file)
    if node is None:
        return StackFile(file=file)
    if not isinstance(node, yaml.MappingNode):
        raise EngineError(f"{file}: a stack file is a mapping with `config:`")
    top: dict[str, yaml.Node] = {key.value: value for key, value in node.value}
    if "environment" in top:
        raise UnsupportedError(f"{file}: `environment:` (Pulumi ESC)")
    values: dict[str, Any] = {}
    config = top.get("config")
    if isinstance(config, yaml.MappingNode):
        for key, value in config.value:
            # A scalar is kept as the text that was written, so that 1.50 stays 1.50.
            values[full_key(project.name, key.value)] = (
                value.value if isinstance(value, yaml.ScalarNode) else plain(value)
            )
    elif config is not None and plain(config) is not None:
        raise EngineError(f"{file}: `config:` is a mapping of keys to values")
    return StackFile(
        file=file,
        values=values,
        encryption_salt=_text(top.get("encryptionsalt")),
        secrets_provider=_text(top.get("secretsprovider")),
        encrypted_key=_text(top.get("encryptedkey")),
    )


def _text(node: yaml.Node | None) -> str | None:
    return node.value if isinstance(node, yaml.ScalarNode) and node.value else None


def is_secure(value: object) -> bool:
    """Say whether a value is the mapping that stands for a secret."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get(SECURE), str)


def has_secure(value: object) -> bool:
    """Say whether a secret stands anywhere in a value."""
    if is_secure(value):
        return True
    if isinstance(value, dict):
        return any(map(has_secure, value.values()))
    return isinstance(value, list) and any(map(has_secure, value))


def go_json(value: object) -> str:
    """Write JSON as Go does: compact, keys sorted, and <, >, & escaped."""
    text = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def open_value(value: Any, secrets: SecretsManager | None) -> Any:
    """Return the value with every secret in plain text, or as [secret] without a manager."""
    if is_secure(value):
        return secrets.decrypt(value[SECURE]) if secrets else "[secret]"
    if isinstance(value, dict):
        return {key: open_value(item, secrets) for key, item in value.items()}
    return [open_value(item, secrets) for item in value] if isinstance(value, list) else value


def config_value(value: Any, secrets: SecretsManager | None) -> ConfigValue:
    """Return the program's form of a value of the stack file."""
    secret = has_secure(value)
    if isinstance(value, str) or is_secure(value):
        return ConfigValue(value=open_value(value, secrets), secret=secret)
    return ConfigValue(value=go_json(open_value(value, secrets)), secret=secret, is_object=True)


def with_defaults(project: Project, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stack's values and, for what it leaves out, the defaults of Pulumi.yaml."""
    found = dict(values)
    for key, declared in project.config.items():
        default, _ = _declaration(declared)
        if default is not None:
            found.setdefault(full_key(project.name, key), _as_text(default))
    return found


def effective_config(project: Project, stack: str, file: StackFile, secrets: SecretsManager) -> dict[str, ConfigValue]:
    """Return what the program sees; what Pulumi.yaml declares without a default must be set, and of its type."""
    found = with_defaults(project, file.values)
    values = {key: config_value(value, secrets) for key, value in found.items()}
    missing: list[str] = []
    for key, declared in project.config.items():
        name = full_key(project.name, key)
        _, type_name = _declaration(declared)
        if name in values:
            _check_type(stack, name, type_name, values[name])
        elif type_name is not None:
            missing.append(name)
    if missing:
        names = ", ".join(f"'{name}'" for name in missing)
        raise EngineError(
            f"Stack '{stack}' is missing configuration value{'s' if len(missing) > 1 else ''} {names}; "
            f"set with `pulumi config set {missing[0]} VALUE --stack {stack}`"
        )
    return values


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str | dict | list) else str(value)


def _declaration(declared: Any) -> tuple[Any, str | None]:
    """Return default and declared type of an entry of the `config:` block of Pulumi.yaml."""
    if not isinstance(declared, dict):
        return declared, None
    default = declared.get("value", declared.get("default"))
    if not declared.keys() & {"value", "default", "type", "description", "secret", "items"}:
        return declared, None
    return default, declared.get("type")


def _check_type(stack: str, key: str, type_name: str | None, value: ConfigValue) -> None:
    """Refuse a value that is not of the type that Pulumi.yaml declares."""
    if type_name is None or type_name == "string":
        return
    try:
        parsed = json.loads(value.value)
    except ValueError:
        parsed = None
    kinds: dict[str, type | tuple[type, ...]] = {
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "array": list,
        "object": dict,
    }
    kind = kinds.get(type_name)
    if kind is None:
        raise EngineError(
            f"Pulumi.yaml: type '{type_name}' of {key} is unknown: string, integer, boolean, array, object"
        )
    if not isinstance(parsed, kind) or (isinstance(parsed, bool) and type_name != "boolean"):
        raise EngineError(f"Stack '{stack}' with configuration key '{key}' must be of type '{type_name}'")
