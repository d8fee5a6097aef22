"""The environment in which AWS's clients, pulumi and our provider find the sandbox and nothing else."""

import os
import shlex
import sys

from slipway.sandbox.state_folder import Running, StateFolder

PROVIDER = "pulumi-resource-aws"
FOREIGN = ("AWS_", "PULUMI_")
"""What a user's shell may carry that would lead clients past the sandbox, or with another identity into it."""
LOOPBACK = ("127.0.0.1", "localhost")
KEPT = ("AWS_PAGER", "AWS_CA_BUNDLE")


def environment(state: StateFolder, running: Running) -> dict[str, str]:
    """Every variable that `slipway sandbox env` prints."""
    backend = state.root / "pulumi"
    home = state.root / "pulumi-home"
    for folder in (backend, home):
        folder.mkdir(exist_ok=True)
    path = [part for part in os.environ.get("PATH", os.defpath).split(os.pathsep) if part != str(state.bin)]
    return {
        "AWS_ENDPOINT_URL": running.endpoint,
        "AWS_ACCESS_KEY_ID": running.account,
        "AWS_SECRET_ACCESS_KEY": state.secret(running.account),
        "AWS_REGION": running.region,
        "AWS_DEFAULT_REGION": running.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        # botocore's default sends S3 bodies in chunks with trailing checksums, which costs and proves nothing here
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
        # no profile of a real account may leak in
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **_around_proxies(),
        "PATH": os.pathsep.join([str(state.bin), *path]),
        "PULUMI_BACKEND_URL": f"file://{backend}",
        "PULUMI_HOME": str(home),
        "PULUMI_CONFIG_PASSPHRASE": state.passphrase(),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DEBUG_COMMANDS": "true",  # the real command line hides --event-log without it
    }


def exports(variables: dict[str, str]) -> str:
    """Return the lines for `eval "$(slipway sandbox env)"`; a profile or a session that the shell names is unset."""
    foreign = sorted(name for name in os.environ if name.startswith(FOREIGN) and name not in {*KEPT, *variables})
    return "\n".join(
        [f"unset {name}" for name in foreign]
        + [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    )


def forget_users() -> None:
    """Take the user's AWS identity out of this process: moto makes boto3 sessions, which look profiles up."""
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
    os.environ.update(_around_proxies())


def _around_proxies() -> dict[str, str]:
    """Clients would send even loopback requests to a proxy that the user's shell names."""
    given = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    around = ",".join([*(part for part in given.split(",") if part and part not in LOOPBACK), *LOOPBACK])
    return {"NO_PROXY": around, "no_proxy": around}


def write_provider(state: StateFolder) -> None:
    """Put the `aws` provider where PATH finds it: an executable that runs it with this Python."""
    file = state.bin / PROVIDER
    text = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m slipway.sandbox.provider "$@"\n'
    if not file.exists() or file.read_text() != text:
        beside = file.with_suffix(".new")
        beside.write_text(text)
        beside.chmod(0o755)
        beside.replace(file)
