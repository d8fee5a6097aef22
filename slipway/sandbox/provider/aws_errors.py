"""The one place where botocore's exceptions become the provider's own."""

from types import TracebackType

import grpc

from slipway.sandbox.provider.declaration import ResourceType
from slipway.sandbox.provider.problems import Gone, HalfMade, Problem, code_of, from_client_error
from slipway.sandbox.provider.scope import Scope


class aws_errors:  # noqa: N801  reads as what it is: `with aws_errors(kind):`
    """Turns botocore's errors into Problems.

    For what is `looked_for` under an id, the type's not-found codes become Gone.
    """

    def __init__(self, kind: ResourceType, scope: Scope | None = None, looked_for: str | None = None) -> None:
        self._kind, self._scope, self._looked_for = kind, scope, looked_for

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, Problem | HalfMade | Gone):
            return
        # imported here: a run without changes never needs botocore
        from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError  # noqa: PLC0415

        if isinstance(error, ClientError):
            try:
                gone = self._means_gone(code_of(error))
            except ClientError as second:  # asking what the first refusal means was refused, too
                raise from_client_error(second, self._kind.type) from second
            if gone:
                raise Gone from error
            raise from_client_error(error, self._kind.type) from error
        if isinstance(error, ParamValidationError):
            raise Problem(grpc.StatusCode.INVALID_ARGUMENT, f"{self._kind.type}: {error}") from error
        if isinstance(error, BotoCoreError):
            raise Problem(grpc.StatusCode.UNAVAILABLE, f"{self._kind.type}: {error}") from error

    def _means_gone(self, code: str) -> bool:
        if self._looked_for is None or self._scope is None:
            return False
        if code in self._kind.gone:
            return True
        doubtful = self._kind.doubtful
        return doubtful is not None and code in doubtful.codes and not doubtful.exists(self._scope, self._looked_for)
