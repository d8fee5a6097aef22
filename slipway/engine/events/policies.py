"""The events of policy packs."""

from collections.abc import Callable, Mapping
from typing import Any

from slipway.engine.codec.state import masked, revealed
from slipway.engine.policies.findings import Violation
from slipway.engine.values import Properties


class PolicyEvents:
    """Words what policy packs found."""

    def __init__(
        self,
        send: Callable[[dict[str, Any]], None],
        warn: Callable[[str, str], None],
        conceal: Callable[[str], str],
        *,
        show_secrets: bool,
    ) -> None:
        self._send = send
        self._warn = warn
        self._conceal = conceal
        self._encode = revealed if show_secrets else masked

    def load(self) -> None:
        """Say that packs are being started."""
        self._send({"policyLoadEvent": {}})

    def violation(self, urn: str, pack: str, version: str, found: Violation) -> None:
        """Say what a rule objects to."""
        message = self._conceal(found.message)
        body = {"resourceUrn": urn, "message": message if message.endswith("\n") else message + "\n", "color": "never"}
        body |= _rule(pack, version, found.policy) | {"enforcementLevel": found.level}
        if found.severity:
            body["severity"] = found.severity
        self._send({"policyEvent": body})

    def unchecked(self, urn: str, pack: str, found: Violation) -> None:
        """Say loudly that a rule which nobody may break was not looked at."""
        reason = found.message.partition("during preview: ")[2] or found.message
        self._warn(
            f"the mandatory policy '{found.policy}' of {pack} could not be checked: {self._conceal(reason)}. "
            "It is checked during the update, which it may stop",
            urn,
        )

    def remediation(
        self, urn: str, pack: str, version: str, policy: str, before: Properties, after: Properties
    ) -> None:
        """Say what a rule changed."""
        body: dict[str, Any] = {"resourceUrn": urn, "color": "raw"} | _rule(pack, version, policy)
        self._send({"policyRemediationEvent": body | {"before": self._encode(before), "after": self._encode(after)}})

    def summary(self, what: str, urn: str, pack: str, version: str, passed: list[str], failed: list[str]) -> None:
        """Say which rules a resource, or the stack, passed and failed."""
        body: dict[str, Any] = {"resourceUrn": urn} if urn else {}
        body |= _pack(pack, version)
        body |= {name: found for name, found in (("passed", passed), ("failed", failed)) if found}
        self._send({f"policy{what}SummaryEvent": body})


def _pack(pack: str, version: str) -> Mapping[str, str]:
    return {"policyPackName": pack, "policyPackVersion": version, "policyPackVersionTag": version}


def _rule(pack: str, version: str, policy: str) -> dict[str, str]:
    return {"policyName": policy, **_pack(pack, version)}
