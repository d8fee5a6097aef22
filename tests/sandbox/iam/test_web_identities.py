"""A role that trusts an identity provider is given to whom its conditions on the token allow, as for a workflow."""

from __future__ import annotations

import base64
import http.client
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from slipway.sandbox.iam.federation import claims_of

HOST = "token.actions.githubusercontent.com"


def token(**claims: str) -> str:
    parts = [{"alg": "none"}, {"iss": f"https://{HOST}", **claims}]
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts), ""])


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "..", "a.W10.c"])
def test_what_is_no_token_claims_nothing(text: str) -> None:
    assert claims_of(text) == {}
    assert claims_of(token(sub="repo:me/x"))["sub"] == "repo:me/x"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sub", "aud", "status"),
    [
        ("repo:me/flights:ref:refs/heads/main", "sts.amazonaws.com", 200),
        ("repo:you/flights:ref:refs/heads/main", "sts.amazonaws.com", 403),
        ("repo:me/flights:ref:refs/heads/main", "somebody", 403),
    ],
)
def test_a_workflow_gets_the_role_that_trusts_its_repository_and_no_other_does(
    enforced: Any, sub: str, aud: str, status: int
) -> None:
    account = enforced.sandbox.account
    name = f"workflow-{abs(hash((sub, aud)))}"
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/{HOST}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{HOST}:aud": "sts.amazonaws.com"},
            "StringLike": {f"{HOST}:sub": "repo:me/*"},
        },
    }
    role = enforced.role(name, trust=trust)
    fields = {"RoleArn": role, "RoleSessionName": "ci", "WebIdentityToken": token(sub=sub, aud=aud)}
    body = urlencode({"Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", **fields}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = AWSRequest("POST", enforced.sandbox.endpoint + "/", data=body, headers=headers)
    SigV4Auth(Credentials(account, enforced.sandbox.secret), "sts", "us-east-1").add_auth(request)
    connection = http.client.HTTPConnection(enforced.sandbox.endpoint.partition("//")[2], timeout=20)
    connection.request("POST", "/", body, dict(request.headers))
    assert connection.getresponse().status == status
    connection.close()
