"""URLs of buckets and keys: what the real engine accepts in them, by gocloud.dev's names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from slipway.engine.errors import EngineError

# gocloud.dev/aws V2ConfigFromURLParams; `awssdk` chose between two Go SDKs once and is ignored now.
COMMON = (
    "region",
    "endpoint",
    "profile",
    "anonymous",
    "dualstack",
    "fips",
    "hostname_immutable",
    "rate_limiter_capacity",
    "request_checksum_calculation",
    "response_checksum_validation",
    "awssdk",
)
# gocloud.dev/blob/s3blob; `disableSSL` is pulumi's own word of old for `disable_https`.
BUCKET = (
    *COMMON,
    "use_path_style",
    "s3ForcePathStyle",
    "disable_https",
    "disableSSL",
    "accelerate",
    "ssetype",
    "kmskeyid",
)
CONTEXT = "context_"
"""Begins the parameters that make up a key's encryption context."""

_SWITCHES = {
    "anonymous", "dualstack", "fips", "hostname_immutable", "use_path_style", "s3ForcePathStyle", "disable_https",
    "disableSSL", "accelerate",
}  # fmt: skip
_CHOICES = {
    "request_checksum_calculation": ("when_supported", "when_required"),
    "response_checksum_validation": ("when_supported", "when_required"),
    "ssetype": ("AES256", "aws:fsx", "aws:kms", "aws:kms:dsse"),
}
_TRUE = {"1", "t", "T", "TRUE", "true", "True"}
_FALSE = {"0", "f", "F", "FALSE", "false", "False"}


@dataclass(frozen=True, kw_only=True)
class Address:
    """A URL of a bucket or of a key, taken apart."""

    url: str
    host: str
    path: str
    """Decoded, without slashes around it."""
    parameters: Mapping[str, str]
    context: Mapping[str, str]

    def get(self, name: str) -> str | None:
        """Return a parameter, None when it is not given or empty."""
        return self.parameters.get(name) or None

    def switched(self, *names: str) -> bool:
        """Say whether one of some switches is on."""
        return any(self.parameters.get(name) in _TRUE for name in names)

    @property
    def endpoint(self) -> str | None:
        """Where requests go instead of AWS; without a scheme it is https://, or http:// under disable_https."""
        found = self.get("endpoint")
        if found is None or "://" in found:
            return found
        return f"{'http' if self.switched('disable_https', 'disableSSL') else 'https'}://{found}"


def read_address(url: str, allowed: Iterable[str], *, context: bool = False) -> Address:
    """Take a URL apart; what is unknown in it is refused by name, and so are credentials."""
    parts = urlsplit(url)
    if "@" in parts.netloc:
        # Not shown: what stands before the @ may be a secret.
        raise EngineError(
            f"a URL {parts.scheme}:// holds no credentials: take them out and set AWS_PROFILE, or AWS_ACCESS_KEY_ID "
            "and AWS_SECRET_ACCESS_KEY"
        )
    found = parse_qs(parts.query, keep_blank_values=True)
    known = sorted(allowed)
    extra = {name: values for name, values in found.items() if context and name.startswith(CONTEXT)}
    parameters = {name: values[0] for name, values in found.items() if name not in extra}
    for name, values in extra.items():
        if len(values) != 1:
            raise EngineError(f"unable to open {url}: query parameter '{name}' stands in it {len(values)} times")
    for name, value in parameters.items():
        if name not in known:
            words = ", ".join([*known, *([f"{CONTEXT}NAME"] if context else [])])
            raise EngineError(f"unable to open {url}: unknown query parameter '{name}'; known are: {words}")
        _check(url, name, value)
    return Address(
        url=url,
        host=parts.netloc,
        path=unquote(parts.path).strip("/"),
        parameters=parameters,
        context={name.removeprefix(CONTEXT): values[0] for name, values in extra.items()},
    )


def _check(url: str, name: str, value: str) -> None:
    words: tuple[str, ...] = ()
    if name in _SWITCHES and value not in _TRUE | _FALSE:
        words = ("true", "false")
    elif name in _CHOICES and value.lower() not in {choice.lower() for choice in _CHOICES[name]}:
        words = _CHOICES[name]
    elif name == "rate_limiter_capacity" and not re.fullmatch(r"-?[0-9]+", value):
        words = ("a whole number",)
    if words:
        raise EngineError(
            f"unable to open {url}: invalid value '{value}' of query parameter '{name}': {' or '.join(words)}"
        )
