"""What a step opens to the public: networks, buckets, addresses, containers with a way out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from slipway.preview.finding import Finding, Rank
from slipway.preview.saying import Name, Said

if TYPE_CHECKING:
    from slipway.preview.plan import State, Step

_WORLD = frozenset({"0.0.0.0/0", "::/0"})
_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_BLOCK_FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_ISOLATED = "enableNetworkIsolation"
_NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance"

Open = Callable[[Any], bool]


def _is(wanted: object) -> Open:
    return lambda value: value is wanted if isinstance(wanted, bool) else value == wanted


def _public_acl(value: object) -> bool:
    return isinstance(value, str) and (value.startswith("public-") or value == "authenticated-read")


def _world(value: object) -> bool:
    found = value if isinstance(value, list) else [value]
    return any(isinstance(one, str) and one in _WORLD for one in found)


_PROPERTIES: Mapping[str, tuple[tuple[str, Open, str], ...]] = {
    "aws:s3/bucket:Bucket": (("acl", _public_acl, "its ACL lets everybody read it"),),
    "aws:s3/bucketAcl:BucketAcl": (("acl", _public_acl, "its ACL lets everybody read the bucket"),),
    "aws:ec2/subnet:Subnet": (("mapPublicIpOnLaunch", _is(True), "what starts in it gets a public address"),),
    "aws:ec2/instance:Instance": (("associatePublicIpAddress", _is(True), "it gets a public address"),),
    "aws:rds/instance:Instance": (("publiclyAccessible", _is(True), "it can be reached from the internet"),),
    "aws:lambda/functionUrl:FunctionUrl": (("authorizationType", _is("NONE"), "anybody may call it"),),
    "aws:lb/loadBalancer:LoadBalancer": (("internal", _is(False), "it faces the internet"),),
    "aws:ec2/route:Route": (("destinationCidrBlock", _world, "a route to the internet"),),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        ("cidrIpv4", _world, "the whole internet may come in"),
        ("cidrIpv6", _world, "the whole internet may come in"),
    ),
    "aws:sagemaker/domain:Domain": (
        ("appNetworkAccessType", _is("PublicInternetOnly"), "its apps go through the internet"),
    ),
    _NOTEBOOK: (("directInternetAccess", _is("Enabled"), "it has a way to the internet of its own"),),
}
_GONE: Mapping[str, tuple[str, str]] = {
    "aws:sagemaker/model:Model": ("vpcConfig", "its containers leave the VPC"),
}


def exposed(step: Step) -> Iterator[Finding]:
    """Return what is open after a step and was not before."""
    for said in _openings(step):
        yield Finding(rank=Rank.EXPOSED, why=said)


def _openings(step: Step) -> Iterator[Said]:
    old, new = step.old, step.new
    if step.type == _BLOCK:
        yield from _unblocked(old, new)
    if new is None:
        return
    for key, is_open, words in _PROPERTIES.get(step.type, ()):
        if is_open(new.inputs.get(key)) and not (old is not None and is_open(old.inputs.get(key))):
            yield (words, " (", Name(key), ")")
    if ports := _ingress(step.type, new) - (set() if old is None else _ingress(step.type, old)):
        yield ("the whole internet may come in, port ", Name(", ".join(sorted(ports))))
    if old is not None and old.inputs.get(_ISOLATED) is True and new.inputs.get(_ISOLATED) is not True:
        yield ("its containers get a way out (", Name(_ISOLATED), ")")
    key, words = _GONE.get(step.type, ("", ""))
    if key and old is not None and old.inputs.get(key) and not new.inputs.get(key):
        yield (words,)


def _unblocked(old: State | None, new: State | None) -> Iterator[Said]:
    if old is None:
        return
    if new is None:
        yield ("nothing blocks public access to its bucket any more",)
        return
    lost = [flag for flag in _BLOCK_FLAGS if old.inputs.get(flag) is True and new.inputs.get(flag) is not True]
    if lost:
        yield ("no longer blocks public access: ", Name(", ".join(lost)))


def _ingress(token: str, state: State) -> set[str]:
    """Return the ports that the whole internet may come in by."""
    if token == "aws:ec2/securityGroup:SecurityGroup":  # noqa: S105 - a type token
        rules = state.inputs.get("ingress")
        found = [rule for rule in rules if isinstance(rule, Mapping)] if isinstance(rules, list) else []
    elif token == "aws:ec2/securityGroupRule:SecurityGroupRule" and state.inputs.get("type") == "ingress":  # noqa: S105
        found = [state.inputs]
    else:
        return set()
    return {_ports(rule) for rule in found if _world(rule.get("cidrBlocks")) or _world(rule.get("ipv6CidrBlocks"))}


def _ports(rule: Mapping[str, Any]) -> str:
    first, last = rule.get("fromPort"), rule.get("toPort")
    if str(rule.get("protocol")) == "-1":
        return "any"
    return str(first) if first == last else f"{first} to {last}"
