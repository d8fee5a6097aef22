"""All policy packs of an operation: started beside the program, asked about each resource and about the stack."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.engine.errors import EngineError
from slipway.engine.events.policies import PolicyEvents
from slipway.engine.policies import pack_file, settings
from slipway.engine.policies.client import PackClient
from slipway.engine.policies.findings import Findings, Kind, Level, PackInfo, Remedy, Seen, Violation
from slipway.engine.policies.pack_file import PackFile
from slipway.engine.policies.process import start
from slipway.engine.program.process import ProgramContext
from slipway.engine.values import Properties

if TYPE_CHECKING:
    from slipway.engine.providers.process import PluginProcess


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A pack that is ready to be asked."""

    file: PackFile
    info: PackInfo
    client: PackClient
    levels: dict[str, Level]

    def policies(self, kind: Kind) -> list[str]:
        """Return the names of the policies of a kind that are not disabled."""
        return [
            policy.name
            for policy in self.info.policies
            if policy.kind in (kind, "") and self.levels[policy.name] != "disabled"
        ]


class PolicyPacks:
    """The packs of one operation; without any, nothing is asked and nothing started."""

    def __init__(self, events: PolicyEvents) -> None:
        self._events = events
        self._starting: list[tuple[PackFile, dict[str, dict[str, object]], PluginProcess]] = []
        self._packs: list[Pack] = []

    @property
    def names(self) -> dict[str, str]:
        """The packs and their versions, as the summary of an operation names them."""
        return {f"{pack.info.name}|local|{pack.file.asked}": pack.info.version for pack in self._packs}

    # -- the processes

    def start(self, asked: tuple[str, ...], configs: tuple[str, ...], context: ProgramContext, base: Path) -> None:
        """Start the packs' processes; `ready` waits for them. Folders and files are relative to `base`."""
        if configs and len(configs) != len(asked):
            raise EngineError(
                f"--policy-pack is given {len(asked)} times and --policy-pack-config {len(configs)} times: "
                "one for each pack, in the same order, or none"
            )
        if asked:
            self._events.load()
        for index, folder in enumerate(asked):
            file = pack_file.read(folder, base)
            config = settings.read(base / configs[index]) if configs else {}
            self._starting.append((file, config, start(file, context)))

    def ready(self, context: ProgramContext, engine_address: str) -> None:
        """Wait for the packs and give them their configuration."""
        for file, config, process in self._starting:
            client = PackClient(process, file.asked)
            client.handshake(engine_address, str(file.folder))
            client.configure_stack(
                project=context.project.name,
                stack=context.stack,
                organization=context.organization,
                dry_run=context.dry_run,
                config=context.config,
            )
            info = client.info()
            info = replace(info, version=file.version or info.version)
            configured = settings.reconciled(info, config)
            client.configure(configured)
            levels = {name: level for name, (level, _) in configured.items()}
            self._packs.append(Pack(file=file, info=info, client=client, levels=levels))

    def kill(self) -> None:
        """End the packs at once."""
        for _, _, process in self._starting:
            process.kill()

    def close(self) -> None:
        """End the packs."""
        for pack in self._packs:
            pack.client.close()
        for _, _, process in self._starting:
            process.kill()

    # -- the questions

    def check(self, seen: Seen) -> tuple[Properties, bool]:
        """Let the packs put a resource's inputs right, then judge them; return the inputs and whether they may pass."""
        urn = seen.goal.urn
        for pack in self._packs:
            found = pack.client.remediate(seen)
            for remedy in found.remedies:
                seen = self._remedied(pack, seen, remedy)
            failed = {remedy.policy for remedy in found.remedies if remedy.properties is not None}
            self._summarize(pack, "Remediate", urn, failed, found)
        allowed = True
        for pack in self._packs:
            found = pack.client.analyze(seen)
            allowed = self._tell(pack, found.violations, lambda _: urn) and allowed
            failed = {violation.policy for violation in found.violations}
            self._summarize(pack, "Analyze", urn, failed, found)
        return seen.properties, allowed

    def check_stack(self, resources: list[tuple[Seen, str]], root: str) -> bool:
        """Judge what the whole stack came to; each resource comes with its parent."""
        known = {seen.goal.urn for seen, _ in resources}
        allowed = True
        for pack in self._packs:
            found = pack.client.analyze_stack(resources)
            told = self._tell(pack, found.violations, lambda one: one.urn if one.urn in known else root)
            allowed = told and allowed
            failed = {violation.policy for violation in found.violations}
            self._summarize(pack, "AnalyzeStack", "", failed, found)
        return allowed

    # -- what is said about the answers

    def _remedied(self, pack: Pack, seen: Seen, remedy: Remedy) -> Seen:
        name, version = pack.info.name, pack.info.version
        if remedy.diagnostic:
            refused = Violation(policy=remedy.policy, level="advisory", message=remedy.diagnostic)
            self._events.violation(seen.goal.urn, name, version, refused)
        elif remedy.properties is not None:
            self._events.remediation(seen.goal.urn, name, version, remedy.policy, seen.properties, remedy.properties)
            return replace(seen, properties=remedy.properties)
        return seen

    def _tell(self, pack: Pack, violations: Iterable[Violation], place: Callable[[Violation], str]) -> bool:
        """Emit what was found; return whether nothing of it is mandatory."""
        allowed = True
        for violation in violations:
            urn = place(violation)
            self._events.violation(urn, pack.info.name, pack.info.version, violation)
            allowed = allowed and violation.level != "mandatory"
            if could_not_run(violation) and pack.levels.get(violation.policy) in ("mandatory", "remediate"):
                # The SDK turns what it could not check into a piece of advice, whatever the policy's level.
                self._events.unchecked(urn, pack.info.name, violation)
        return allowed

    def _summarize(self, pack: Pack, what: str, urn: str, failed: set[str], found: Findings) -> None:
        kind: Kind = "stack" if what == "AnalyzeStack" else "resource"
        passed = [name for name in pack.policies(kind) if name not in failed | found.not_applicable]
        self._events.summary(what, urn, pack.info.name, pack.info.version, passed, sorted(failed))


def could_not_run(violation: Violation) -> bool:
    """Say whether a violation only says that its policy could not look at an unknown value."""
    return violation.level == "advisory" and violation.message.startswith(f"can't run policy '{violation.policy}'")
