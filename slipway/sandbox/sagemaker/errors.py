"""SageMaker's errors, spelled as AWS spells them."""

from __future__ import annotations

CONFLICT = "ConflictException"
LIMIT = "ResourceLimitExceeded"
IN_USE = "ResourceInUse"
NOT_FOUND = "ResourceNotFound"
VALIDATION = "ValidationException"


class ApiError(Exception):
    """An answer of AWS that is an error: its code, its message and the HTTP status that carries it."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def validation(message: str) -> ApiError:
    """The request breaks a rule of the service, or names a thing that operation must not miss."""
    return ApiError(VALIDATION, message)


def could_not_find(noun: str, arn: str) -> ApiError:
    """A missing model, endpoint or endpoint configuration: AWS answers a ValidationException, not ResourceNotFound."""
    return validation(f'Could not find {noun} "{arn}".')


def not_found(message: str = "Requested resource not found.") -> ApiError:
    """A missing resource, for the operations that declare ResourceNotFound."""
    return ApiError(NOT_FOUND, message)


def in_use(message: str) -> ApiError:
    """The name is taken, or something still needs the resource."""
    return ApiError(IN_USE, message)


def conflict(message: str) -> ApiError:
    """The resource is in a state that forbids the request."""
    return ApiError(CONFLICT, message)


def limit(message: str) -> ApiError:
    """A quota of the account is reached."""
    return ApiError(LIMIT, message)


def not_implemented(service: str, operation: str) -> ApiError:
    """An operation that the sandbox does not have; 501 is not retried by AWS's clients."""
    return ApiError("NotImplementedInSandbox", f"the sandbox does not implement {service}:{operation}", 501)
