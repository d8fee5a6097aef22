import grpc
import pytest
from botocore.exceptions import ClientError

from slipway.sandbox.provider.problems import from_client_error

Status = grpc.StatusCode


def refusal(code: str, status: int = 400) -> ClientError:
    response = {"Error": {"Code": code, "Message": "AWS's own words"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "CreateThing")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("AccessDeniedException", 400, Status.PERMISSION_DENIED),
        ("UnrecognizedClientException", 403, Status.UNAUTHENTICATED),
        ("ExpiredToken", 403, Status.UNAUTHENTICATED),
        ("ValidationException", 400, Status.INVALID_ARGUMENT),
        ("InvalidParameterValueException", 400, Status.INVALID_ARGUMENT),
        ("MalformedPolicyDocument", 400, Status.INVALID_ARGUMENT),
        ("InvalidVpcID.NotFound", 400, Status.NOT_FOUND),
        ("EntityNotFoundException", 400, Status.NOT_FOUND),
        ("NoSuchBucket", 404, Status.NOT_FOUND),
        ("InvalidGroup.Duplicate", 400, Status.ALREADY_EXISTS),
        ("DuplicateRecordException", 400, Status.ALREADY_EXISTS),
        ("EntityAlreadyExists", 409, Status.ALREADY_EXISTS),
        ("DependencyViolation", 400, Status.FAILED_PRECONDITION),
        ("ResourceInUse", 400, Status.FAILED_PRECONDITION),
        ("ConcurrentModificationException", 400, Status.ABORTED),
        ("ThrottlingException", 400, Status.RESOURCE_EXHAUSTED),
        ("RequestLimitExceeded", 503, Status.RESOURCE_EXHAUSTED),
        ("ResourceLimitExceeded", 400, Status.RESOURCE_EXHAUSTED),
        ("NotImplementedInSandbox", 501, Status.UNIMPLEMENTED),
        ("InternalFailure", 500, Status.UNAVAILABLE),
        ("SomethingNew", 400, Status.FAILED_PRECONDITION),
    ],
)
def test_a_refusal_has_a_precise_status_and_aws_s_own_code_and_words(code: str, status: int, expected: Status) -> None:
    problem = from_client_error(refusal(code, status), "aws:x/thing:Thing")
    assert problem.code == expected
    assert problem.text == f"aws:x/thing:Thing: CreateThing was refused with {code}: AWS's own words"
