"""Around every RPC.

Faults become precise statuses, half-made resources keep their state, and a trace is written if one is asked for.
"""

import functools
import time
import traceback
from collections.abc import Callable
from typing import Any

import grpc

from slipway.sandbox.provider.lifecycle import State
from slipway.sandbox.provider.problems import Problem
from slipway.sandbox.provider.protocol import provider_pb2, status_pb2
from slipway.sandbox.provider.wire import Path, encode


class InitFailed(Exception):  # noqa: N818  a resource with a state, told as a failure
    """A half-made resource."""

    def __init__(self, state: State, secrets: frozenset[Path]) -> None:
        super().__init__("; ".join(state.reasons))
        self.state = state
        self.secrets = secrets


def rpc(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any, grpc.ServicerContext], Any]:
    """Make a method of the provider an RPC of gRPC's own form."""

    @functools.wraps(method)
    def answer(provider: Any, request: Any, context: grpc.ServicerContext) -> Any:
        begin, response, error = time.monotonic(), None, None
        try:
            response = method(provider, request)
        except InitFailed as failed:
            error = str(failed)
            _abort_half_made(context, failed)
        except Problem as problem:
            error = f"{problem.code.name}: {problem.text}"
            context.abort(problem.code, problem.text)
        except Exception as fault:  # noqa: BLE001  this process's outermost loop: without a code the state counts as unknown
            error = f"INTERNAL: {type(fault).__name__}: {fault}"
            traceback.print_exc()
            context.abort(
                grpc.StatusCode.INTERNAL,
                f"the sandbox's provider failed in {method.__name__}: {type(fault).__name__}: {fault}",
            )
        finally:
            if provider.trace:
                provider.trace.write(method.__name__, request, response, error, time.monotonic() - begin)
        return response

    return answer


def _abort_half_made(context: grpc.ServicerContext, failed: InitFailed) -> None:
    detail = provider_pb2.ErrorResourceInitFailed(
        id=failed.state.id,
        properties=encode(failed.state.outputs, failed.secrets),
        inputs=encode(failed.state.inputs, failed.secrets),
        reasons=failed.state.reasons,
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(failed))
    status.details.add().Pack(detail)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(failed))
