"""SageMaker's errors, spelled as AWS spells them."""

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
    """Return the request breaks a rule of the service, or names a thing that operation must not miss."""
    return ApiError(VALIDATION, message)


def could_not_find(noun: str, arn: str) -> ApiError:
    """Name a missing model, endpoint or endpoint configuration: a ValidationException on AWS, not ResourceNotFound."""
    return validation(f'Could not find {noun} "{arn}".')


def not_found(message: str = "Requested resource not found.") -> ApiError:
    """Return a missing resource, for the operations that declare ResourceNotFound."""
    return ApiError(NOT_FOUND, message)


def in_use(message: str) -> ApiError:
    """Return the name is taken, or something still needs the resource."""
    return ApiError(IN_USE, message)


def conflict(message: str) -> ApiError:
    """Return the resource is in a state that forbids the request."""
    return ApiError(CONFLICT, message)


def limit(message: str) -> ApiError:
    """Return a quota of the account is reached."""
    return ApiError(LIMIT, message)


def not_implemented(service: str, operation: str) -> ApiError:
    """Return an operation that the sandbox does not have; 501 is not retried by AWS's clients."""
    return ApiError("NotImplementedInSandbox", f"the sandbox does not implement {service}:{operation}", 501)
