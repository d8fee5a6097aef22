"""SimulatePrincipalPolicy and SimulateCustomPolicy, which moto does not have: answered by the sandbox's own evaluation.

They judge by identity policies, boundaries and the resource policy that is given, whether or not the sandbox enforces
permissions. Resource ARNs are taken as they stand; keys of the context are those that the caller gives.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from typing import Any
from xml.sax.saxutils import escape

from moto.iam.exceptions import IAMException, NotFoundException
from moto.iam.responses import IamResponse

from slipway.sandbox.iam.documents import Document, MalformedPolicyError, parse
from slipway.sandbox.iam.evaluation import Decision, Policies, Question, decide
from slipway.sandbox.iam.holdings import Identity
from slipway.sandbox.iam.keys import RequestKeys
from slipway.sandbox.iam.principals import Caller
from slipway.sandbox.moto_adapter.fixes.replacing import replace
from slipway.sandbox.moto_adapter.identities import principal_of


def apply() -> None:
    """Add both calls."""
    replace(IamResponse, simulate_principal_policy=_principal, simulate_custom_policy=_custom)


def _principal(response: Any) -> str:
    arn = str(response._get_param("PolicySourceArn"))  # noqa: SLF001  (moto's own way to read parameters)
    identity = principal_of(arn)
    if identity is None:
        raise NotFoundException(f"{arn} cannot be found.")
    return _answer(response, "SimulatePrincipalPolicy", identity)


def _custom(response: Any) -> str:
    account = response.current_account
    caller = Caller("user", f"arn:aws:iam::{account}:user/simulated", account)
    return _answer(response, "SimulateCustomPolicy", Identity(caller))


def _answer(response: Any, operation: str, identity: Identity) -> str:
    given, actions = _list(response, "PolicyInputList"), _list(response, "ActionNames")
    boundary, resource = _list(response, "PermissionsBoundaryPolicyInputList"), response._get_param("ResourcePolicy")  # noqa: SLF001
    bounds = boundary or identity.boundary
    policies = Policies(
        identity=_parsed((*identity.policies, *given)),
        boundary=None if bounds is None else _parsed(tuple(bounds)),
        resource=_parsed((resource,)) if resource else (),
    )
    results = [
        _result(action, arn, identity.caller, policies, _context(response))
        for action in actions
        for arn in _list(response, "ResourceArns") or ["*"]
    ]
    return (
        f'<{operation}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><{operation}Result>'
        f"<IsTruncated>false</IsTruncated><EvaluationResults>{''.join(results)}</EvaluationResults>"
        f"</{operation}Result></{operation}Response>"
    )


def _result(action: str, arn: str, caller: Caller, policies: Policies, context: dict[str, tuple[str, ...]]) -> str:
    keys = RequestKeys({"aws:PrincipalArn": (caller.arn,), "aws:PrincipalAccount": (caller.account,), **context})
    decision = decide(Question(caller, action, arn, caller.account, keys), policies)
    missing = "".join(f"<member>{escape(name)}</member>" for name in decision.unknown_keys)
    return (
        f"<member><EvalActionName>{escape(action)}</EvalActionName><EvalResourceName>{escape(arn)}</EvalResourceName>"
        f"<EvalDecision>{_word(decision)}</EvalDecision><MatchedStatements/>"
        f"<MissingContextValues>{missing}</MissingContextValues></member>"
    )


def _word(decision: Decision) -> str:
    if decision.allowed:
        return "allowed"
    return "explicitDeny" if decision.explicit else "implicitDeny"


def _context(response: Any) -> dict[str, tuple[str, ...]]:
    entries = response._get_param("ContextEntries") or []  # noqa: SLF001
    return {each["ContextKeyName"]: tuple(map(str, each.get("ContextKeyValues", []))) for each in entries}


def _list(response: Any, name: str) -> list[str]:
    return [str(each) for each in response._get_param(name) or []]  # noqa: SLF001


def _parsed(texts: tuple[str, ...]) -> tuple[Document, ...]:
    try:
        return tuple(parse(text) for text in texts)
    except MalformedPolicyError as error:
        raise IAMException("InvalidInput", str(error)) from error
