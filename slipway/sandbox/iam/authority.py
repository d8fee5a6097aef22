"""Decides about every request of the sandbox: gathers what it needs and which policies have a say, and evaluates."""

import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from slipway.sandbox.gateway.calls import Call, call_of
from slipway.sandbox.gateway.errors import DENIED, RefusalError
from slipway.sandbox.gateway.http import Request
from slipway.sandbox.gateway.sigv4 import Claim
from slipway.sandbox.iam.context import keys_of, lookup_in
from slipway.sandbox.iam.denials import Denial, Denials
from slipway.sandbox.iam.dependents import Dependent, dependents_of
from slipway.sandbox.iam.documents import Document, MalformedPolicyError, parse
from slipway.sandbox.iam.evaluation import Decision, Policies, Question, decide
from slipway.sandbox.iam.federation import federated
from slipway.sandbox.iam.holdings import Grant, Holdings, Identity
from slipway.sandbox.iam.keys import RequestKeys, Values
from slipway.sandbox.iam.principals import service
from slipway.sandbox.iam.resources import Need, Place, needs_of
from slipway.sandbox.iam.wording import denial

log = logging.getLogger(__name__)

OPEN = frozenset({"sts:GetCallerIdentity"})
"""What needs no permission: AWS answers it even against an explicit deny."""
EVERYTHING = parse('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}')


@dataclass(frozen=True)
class Asked:
    """One permission that was asked for, with everything that was known of it."""

    identity: Identity
    place: Place
    keys: RequestKeys


class Authority:
    """Judges requests. Policies are read anew for each, and parsed once per text."""

    def __init__(self, holdings: Holdings, denials: Denials, clock: Callable[[], datetime]) -> None:
        self._holdings = holdings
        self._denials = denials
        self._clock = clock

    def require(self, request: Request, claim: Claim, account: str) -> None:
        """Let a verified request pass, or raise a RefusalError in AWS's words."""
        call = call_of(request, claim.service)
        held = self._holdings.identity(claim.access_key, account)
        self._check_session(request, held)
        if f"{call.prefix}:{call.operation}" in OPEN:
            return
        place = Place(_partition(claim.region), claim.region, account)
        identity = federated(call, place) or held
        keys = keys_of(
            call, identity.caller, place, self._clock(), principal_tags=identity.tags, user_id=identity.user_id
        )
        asked = Asked(identity, place, keys.having(identity.keys))
        for dependent in self._needs(call, place):
            self._require(dependent, asked)

    def _check_session(self, request: Request, identity: Identity) -> None:
        """Refuse a session's request without its token, or after its time. Raises RefusalError."""
        if identity.token is None:
            return
        given = request.header("x-amz-security-token") or request.query_values().get("X-Amz-Security-Token", "")
        if not hmac.compare_digest(given.encode(), identity.token.encode()):
            raise RefusalError("UnknownKey", "The security token included in the request is invalid.")
        if identity.expires is not None and identity.expires < self._clock():
            raise RefusalError("ExpiredToken", "The security token included in the request is expired")

    def service_may(self, name: str, need: Need, place: Place, source: str) -> bool:
        """Tell whether a service of AWS may do something on behalf of an account, for the resource `source`."""
        identity = Identity(service(name, place.account))
        keys = RequestKeys(
            {
                "aws:SourceAccount": (place.account,),
                "aws:PrincipalServiceName": (name,),
                "aws:PrincipalIsAWSService": ("true",),
                "aws:SecureTransport": ("true",),
                "aws:RequestedRegion": (place.region,),
                **({"aws:SourceArn": (source,)} if source else {}),
            }
        )
        question, decision = self._decided(need, Asked(identity, place, keys))
        if not decision.allowed:
            self._tell(question, decision, "")
        return decision.allowed

    def refusal(self, access_key: str, dependent: Dependent, place: Place) -> str | None:
        """Return AWS's words where a key may not do something that makes no request of its own, None where it may."""
        identity = self._holdings.identity(access_key, place.account)
        call = Call(dependent.need.action.partition(":")[0], "", {}, {})
        keys = keys_of(call, identity.caller, place, self._clock(), principal_tags=identity.tags)
        question, decision = self._decided(dependent.need, Asked(identity, place, keys.having(dependent.keys)))
        return None if decision.allowed else self._tell(question, decision, "")

    def _needs(self, call: Call, place: Place) -> list[Dependent]:
        own = needs_of(call, place, lambda rule, value: self._holdings.lookup(rule, value, place))
        return [*map(Dependent, own), *dependents_of(call, place, self._holdings, own)]

    def _require(self, dependent: Dependent, asked: Asked) -> None:
        if dependent.keys:
            asked = Asked(asked.identity, asked.place, asked.keys.having(dependent.keys))
        question, decision = self._decided(dependent.need, asked)
        if not decision.allowed:
            raise RefusalError(DENIED, self._tell(question, decision, dependent.need.note))

    def _decided(self, need: Need, asked: Asked) -> tuple[Question, Decision]:
        guarded = self._holdings.guarded(need.action, need.resource, asked.place)
        identity = asked.identity

        def tag(name: str) -> Values | None:
            return lookup_in(self._holdings.tags(need.resource))(name)

        keys = asked.keys.having(
            {"aws:ResourceAccount": (guarded.owner,), "s3:ResourceAccount": (guarded.owner,)},
            {"aws:ResourceTag/": tag, f"{need.action.partition(':')[0]}:ResourceTag/": tag},
        )
        question = Question(identity.caller, need.action, need.resource, guarded.owner, keys)
        own = (EVERYTHING,) if identity.caller.kind == "administrator" else _parsed(identity.policies)
        policies = Policies(
            identity=own,
            boundary=None if identity.boundary is None else _parsed(identity.boundary),
            session=None if identity.session is None else _parsed(identity.session),
            resource=_parsed(guarded.policies),
            resource_decides=guarded.decides,
            granted=need.action.startswith("kms:") and self._granted(need, question),
        )
        return question, decide(question, policies)

    def _granted(self, need: Need, question: Question) -> bool:
        names = {question.caller.arn, question.caller.role_arn} - {""}
        operation = need.action.partition(":")[2]
        return any(
            each.grantee in names and operation in each.operations and _holds(each, question.keys)
            for each in self._holdings.grants(need.resource)
        )

    def _tell(self, question: Question, decision: Decision, note: str) -> str:
        message = denial(question, decision, note)
        log.warning("denied: %s", message)
        now = self._clock().isoformat(timespec="seconds")
        why = f"{'explicit deny in' if decision.explicit else 'not allowed by any'} {decision.layer}"
        if decision.unknown_keys:
            why += f"; unknown condition keys: {', '.join(decision.unknown_keys)}"
        self._denials.add(Denial(now, question.caller.arn, question.action, question.resource, why))
        return message


def _holds(grant: Grant, keys: RequestKeys) -> bool:
    """Tell whether a grant's constraints on the encryption context are kept."""

    def is_given(pairs: Mapping[str, str]) -> bool:
        return all(keys.values(f"kms:EncryptionContext:{name}") == (value,) for name, value in pairs.items())

    exact = set(keys.values("kms:EncryptionContextKeys") or ()) == set(grant.context_equals)
    return is_given(grant.context_holds) and is_given(grant.context_equals) and (exact or not grant.context_equals)


def _parsed(texts: tuple[str, ...]) -> tuple[Document, ...]:
    found = []
    for text in texts:
        try:
            found.append(parse(text))
        except MalformedPolicyError as error:
            log.warning("a policy cannot be read and allows nothing: %s", error)
    return tuple(found)


def _partition(region: str) -> str:
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
