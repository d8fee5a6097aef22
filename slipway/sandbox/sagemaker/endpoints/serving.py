"""A model's containers as processes: each launched on a port of its own, a request passed through all of them."""

from collections.abc import Callable, Mapping, Sequence

from slipway.sandbox.sagemaker.containers.credentials import aws_environment
from slipway.sandbox.sagemaker.containers.launcher import launcher_of
from slipway.sandbox.sagemaker.containers.log_stream import CloudWatchStream
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints.container import ContainerGoneError, Reply, ServingContainer, free_port
from slipway.sandbox.sagemaker.endpoints.model_files import ContainerPlan

DEFAULT_TYPE = "application/octet-stream"


def launch_container(
    plan: ContainerPlan,
    context: Context,
    stream: CloudWatchStream,
    label: str,
    on_end: Callable[[], None],
    environment: Mapping[str, str] | None = None,
) -> ServingContainer:
    """Start one container of a model; `label` names it in messages. Raises CommandNotStartedError."""
    port = free_port()
    for note in plan.notes:
        stream.write(note)
    variables = {
        **aws_environment(context),
        "SAGEMAKER_BIND_TO_PORT": str(port),
        "SLIPWAY_BIND_HOST": "127.0.0.1",
        **plan.environment,
        **(environment or {}),
    }
    launcher = launcher_of(context.state_dir)
    process = launcher.start(plan.command, variables, plan.workspace, stream, on_end)
    return ServingContainer(process, port, label)


def pass_through(
    containers: Sequence[ServingContainer], headers: Mapping[str, str], body: bytes, timeout: float
) -> Reply:
    """Pass a request through containers, each one's answer being the next one's request; the first refusal ends it.

    Header names are in lower case. Raises ContainerGoneError and ContainerBrokeError.
    """
    sent = {"content-type": DEFAULT_TYPE, **headers}
    for number, container in enumerate(containers, start=1):
        reply = container.request("POST", "/invocations", body, sent, timeout)
        if not 200 <= reply.status < 300 or number == len(containers):  # noqa: PLR2004
            return reply
        body = reply.body
        sent["content-type"] = reply.headers.get("content-type", DEFAULT_TYPE)
    raise ContainerGoneError("the instance has no container")
