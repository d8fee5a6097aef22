"""Which process serves which provider resource."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from slipway.engine import urn as urns
from slipway.engine.errors import EngineError
from slipway.engine.providers.client import ProviderClient
from slipway.engine.providers.process import LEAVE_LIMIT, PluginProcess, find_plugin
from slipway.engine.values import Properties, has_unknown, same, unwrap

BUILTIN = "pulumi"
"""The package of StackReference: it is served by the engine itself."""


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A provider resource that is ready to serve; `client` is None while its configuration is not known."""

    urn: str
    id: str
    client: ProviderClient | None
    inputs: Properties
    outputs: Properties

    @property
    def package(self) -> str:
        """The package that it serves."""
        return urns.provider_package(urns.type_of(self.urn))


class ProviderRegistry:
    """Starts plugins, configures them, and ends every one of them."""

    def __init__(
        self,
        *,
        project: str,
        root: Path,
        folders: Mapping[str, Path],
        engine_address: str,
        warn: Callable[[str], None],
        stored: Callable[[str], tuple[Properties, Properties] | None],
    ) -> None:
        self._root = root
        self._folders = folders
        self._engine_address = engine_address
        self._warn = warn
        self._stored = stored
        self._env = os.environ | {"PULUMI_PROJECT": project, "PULUMI_CONFIG": "{}"}
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._ready: dict[str, Provider] = {}
        self._spare: dict[str, ProviderClient] = {}
        """Started for the check of a provider resource, and not configured yet, by URN."""
        self._warm: dict[str, list[PluginProcess]] = {}
        self._processes: list[PluginProcess] = []
        self._clients: list[ProviderClient] = []
        self._closed = False

    # -- processes

    def prewarm(self, packages: Iterable[tuple[str, str]]) -> None:
        """Start plugins that are going to be needed, while something else is waited for."""
        for package, version in packages:
            if package == BUILTIN:
                continue
            try:
                process = self._launch(package, version)
            except EngineError:
                continue  # whoever needs it will be told
            with self._lock:
                self._warm.setdefault(f"{package} {version}", []).append(process)

    def _launch(self, package: str, version: str) -> PluginProcess:
        executable = find_plugin(package, version, self._folders)
        process = PluginProcess(package, [str(executable), self._engine_address], self._root, self._env)
        with self._lock:
            self._processes.append(process)
            closed = self._closed
        if closed:
            process.kill()
            raise EngineError(f"provider '{package}' is not started any more: the operation is over")
        return process

    def _start(self, package: str, version: str) -> ProviderClient:
        with self._lock:
            waiting = self._warm.get(f"{package} {version}")
            process = waiting.pop() if waiting else None
        if process is None:
            process = self._launch(package, version)
        folder = str(find_plugin(package, version, self._folders).parent)
        client = ProviderClient(process, package, self._engine_address, folder)
        with self._lock:
            self._clients.append(client)
        if version:
            self._compare_version(client, package, version)
        return client

    def _compare_version(self, client: ProviderClient, package: str, wanted: str) -> None:
        found = client.version()
        if found and _order(found) < _order(wanted):
            self._warn(
                f"resource plugin {package} is expected to have version >={wanted}, but has {found}; "
                "the wrong version may be on your path, or this may be a bug in the plugin"
            )

    # -- provider resources

    def spare(self, urn: str, inputs: Properties) -> ProviderClient:
        """Return a process for checking the configuration of a provider resource; it is the one configured later."""
        with self._lock_of(urn):
            client = self._spare.get(urn) or self._serving(urn, _version(inputs))
            if client is None:
                package = urns.provider_package(urns.type_of(urn))
                client = self._spare[urn] = self._start(package, _version(inputs))
            return client

    def _serving(self, urn: str, version: str) -> ProviderClient | None:
        """Return a process that serves the provider resource already, as after a refresh."""
        with self._lock:
            return next(
                (
                    provider.client
                    for provider in self._ready.values()
                    if provider.urn == urn and provider.client is not None and _version(provider.inputs) == version
                ),
                None,
            )

    def configure(self, urn: str, id_: str, inputs: Properties, outputs: Properties) -> Provider:
        """Make a provider resource ready to serve under its URN and id."""
        ref = urns.reference(urn, id_)
        with self._lock:
            known = self._ready.get(ref)
        if known is not None and known.client is not None and same(known.inputs, inputs):
            return known
        provider = Provider(urn=urn, id=id_, client=None, inputs=inputs, outputs=outputs)
        if provider.package != BUILTIN and not has_unknown(inputs):
            with self._lock:
                spare = self._spare.pop(urn, None)
            client = spare or self._start(provider.package, _version(inputs))
            client.configure(urn, id_ or urns.UNKNOWN_ID, inputs)
            provider = Provider(urn=urn, id=id_, client=client, inputs=inputs, outputs=outputs)
        with self._lock:
            self._ready[ref] = provider
        return provider

    def get(self, ref: str) -> Provider:
        """Return the provider that a resource refers to; one that only the state knows is started from there."""
        with self._lock_of(ref):
            with self._lock:
                found = self._ready.get(ref)
            if found is not None:
                return found
            stored = self._stored(ref)
            if stored is None:
                raise EngineError(f"unknown provider '{ref}': neither the program nor the state has it")
            urn, id_ = urns.split_reference(ref)
            return self.configure(urn, id_, *stored)

    def _lock_of(self, key: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(key, threading.Lock())

    # -- the end

    def cancel(self) -> None:
        """Tell every provider that the operation is to end; calls in flight go on."""
        with self._lock:
            clients = list(self._clients)
        for client in clients:
            client.cancel()

    def kill(self) -> None:
        """End every plugin at once: calls in flight fail, and nobody knows what became of them."""
        with self._lock:
            self._closed = True
            processes = list(self._processes)
        for process in processes:
            process.kill()

    def close(self) -> None:
        """End every plugin: told first, interrupted then, killed when it does not leave."""
        with self._lock:
            self._closed = True
            clients, processes = list(self._clients), list(self._processes)
        for client in clients:
            if client.process.alive:
                client.cancel()
        for process in processes:
            process.interrupt()
        deadline = time.monotonic() + LEAVE_LIMIT
        for process in processes:
            process.finish(deadline)
        for client in clients:
            client.close()


def _version(inputs: Properties) -> str:
    version = unwrap(inputs.get("version"))
    return version if isinstance(version, str) else ""


def _order(version: str) -> tuple[int, ...]:
    core = version.removeprefix("v").split("-", 1)[0].split("+", 1)[0]
    return tuple(int(part) if part.isdigit() else 0 for part in core.split("."))
