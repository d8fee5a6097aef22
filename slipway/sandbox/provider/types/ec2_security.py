"""EC2: security groups, and rules that stand by themselves."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Update
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.scope import Scope
from slipway.sandbox.provider.types.ec2_things import arn, first, specification, tagged_only, told
from slipway.sandbox.provider.types.ec2_things import change as change_tags

Side = Literal["ingress", "egress"]
ALL: Final = "-1"
GONE_GROUP: Final = frozenset({"InvalidGroup.NotFound", "InvalidGroupId.Malformed"})
GONE_RULE: Final = GONE_GROUP | {"InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound"}
RULE_PROPS: Final = frozenset(
    {"cidrIpv4", "cidrIpv6", "description", "fromPort", "ipProtocol", "prefixListId", "referencedSecurityGroupId",
     "toPort", "tags", "tagsAll"}
)  # fmt: skip


# -- groups


def _permission(rule: Mapping[str, Any], group: str) -> dict[str, Any]:
    """Give an inline rule as AWS takes it; `self` is the group's own members."""
    said = {"Description": rule["description"]} if rule.get("description") else {}
    found: dict[str, Any] = {"IpProtocol": str(rule["protocol"])}
    if found["IpProtocol"] != ALL:
        found |= {"FromPort": int(rule["fromPort"]), "ToPort": int(rule["toPort"])}
    groups = [*(rule.get("securityGroups") or []), *([group] if rule.get("self") else [])]
    for name, items in (
        ("IpRanges", [{"CidrIp": cidr, **said} for cidr in rule.get("cidrBlocks") or []]),
        ("Ipv6Ranges", [{"CidrIpv6": cidr, **said} for cidr in rule.get("ipv6CidrBlocks") or []]),
        ("PrefixListIds", [{"PrefixListId": one, **said} for one in rule.get("prefixListIds") or []]),
        ("UserIdGroupPairs", [{"GroupId": one, **said} for one in groups]),
    ):
        if items:
            found[name] = items
    return found


def _allow(scope: Scope, side: Side, group: str, rules: Any) -> None:
    permissions = [_permission(rule, group) for rule in rules or []]
    if permissions:
        getattr(scope.client("ec2"), f"authorize_security_group_{side}")(GroupId=group, IpPermissions=permissions)


def _forbid(scope: Scope, side: Side, group: str, rules: Any) -> None:
    permissions = [_permission(rule, group) for rule in rules or []]
    if permissions:
        getattr(scope.client("ec2"), f"revoke_security_group_{side}")(GroupId=group, IpPermissions=permissions)


def _create_group(scope: Scope, inputs: Properties) -> Made:
    client = scope.client("ec2")
    place = {"VpcId": inputs["vpcId"]} if "vpcId" in inputs else {}
    made = client.create_security_group(
        GroupName=inputs["name"], Description=inputs["description"], **place, **specification("security-group", inputs)
    )
    return Made(made["GroupId"])


def _finish_group(scope: Scope, resource_id: str, inputs: Properties) -> None:
    # AWS lets a new group out everywhere; the provider takes that away, as Terraform's does
    everywhere: Any = [{"IpProtocol": ALL, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    found = _describe(scope, resource_id)
    if found.get("IpPermissionsEgress"):
        scope.client("ec2").revoke_security_group_egress(GroupId=resource_id, IpPermissions=everywhere)
    _allow(scope, "ingress", resource_id, inputs.get("ingress"))
    _allow(scope, "egress", resource_id, inputs.get("egress"))


def _change_rules(scope: Scope, change: Change) -> None:
    sides: tuple[Side, Side] = ("ingress", "egress")
    for side in sides:
        if side in change.changed:
            _forbid(scope, side, change.id, change.olds.get(side))
            _allow(scope, side, change.id, change.news.get(side))


def _describe(scope: Scope, group: str) -> dict[str, Any]:
    return first(scope.client("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"])


def _rules(permissions: Any, group: str) -> list[dict[str, Any]]:
    found = []
    for one in permissions or []:
        pairs = one.get("UserIdGroupPairs") or []
        ranges = [*(one.get("IpRanges") or []), *(one.get("Ipv6Ranges") or []), *pairs]
        said = next((item["Description"] for item in ranges if item.get("Description")), None)
        rule = {
            "protocol": one["IpProtocol"],
            "fromPort": one.get("FromPort", 0),
            "toPort": one.get("ToPort", 0),
            "cidrBlocks": [item["CidrIp"] for item in one.get("IpRanges") or []],
            "ipv6CidrBlocks": [item["CidrIpv6"] for item in one.get("Ipv6Ranges") or []],
            "prefixListIds": [item["PrefixListId"] for item in one.get("PrefixListIds") or []],
            "securityGroups": [item["GroupId"] for item in pairs if item["GroupId"] != group],
            "self": any(item["GroupId"] == group for item in pairs) or None,
            "description": said,
        }
        found.append({name: value for name, value in rule.items() if value not in (None, [])})
    return found


def _read_group(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    found = _describe(scope, resource_id)
    return {
        "id": resource_id,
        "name": found["GroupName"],
        "description": found["Description"],
        "vpcId": found.get("VpcId"),
        # rules of their own are not the group's
        "ingress": _rules(found.get("IpPermissions"), resource_id) if known.get("ingress") else None,
        "egress": _rules(found.get("IpPermissionsEgress"), resource_id) if known.get("egress") else None,
        "arn": arn(scope, "security-group", resource_id),
        "ownerId": found.get("OwnerId", scope.account),
        "tagsAll": told(found),
    }


def _delete_group(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    scope.client("ec2").delete_security_group(GroupId=resource_id)


# -- rules by themselves


def _single(inputs: Properties) -> dict[str, Any]:
    said = {"Description": inputs["description"]} if inputs.get("description") else {}
    found: dict[str, Any] = {"IpProtocol": str(inputs["ipProtocol"])}
    found |= {
        member: int(inputs[name]) for name, member in (("fromPort", "FromPort"), ("toPort", "ToPort")) if name in inputs
    }
    for name, member, key in (
        ("cidrIpv4", "IpRanges", "CidrIp"),
        ("cidrIpv6", "Ipv6Ranges", "CidrIpv6"),
        ("prefixListId", "PrefixListIds", "PrefixListId"),
        ("referencedSecurityGroupId", "UserIdGroupPairs", "GroupId"),
    ):
        if inputs.get(name):
            found[member] = [{key: inputs[name], **said}]
    return found


def _create_rule(scope: Scope, side: Side, inputs: Properties) -> Made:
    allow = getattr(scope.client("ec2"), f"authorize_security_group_{side}")
    made = allow(
        GroupId=inputs["securityGroupId"],
        IpPermissions=[_single(inputs)],
        **specification("security-group-rule", inputs),
    )
    return Made(made["SecurityGroupRules"][0]["SecurityGroupRuleId"])


def _read_rule(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    listed = scope.client("ec2").describe_security_group_rules(SecurityGroupRuleIds=[resource_id])
    found = first(listed["SecurityGroupRules"])
    every = str(found["IpProtocol"]) == ALL
    group = (found.get("ReferencedGroupInfo") or {}).get("GroupId")
    return {
        "id": resource_id,
        "securityGroupRuleId": resource_id,
        "securityGroupId": found["GroupId"],
        "ipProtocol": str(found["IpProtocol"]),
        "fromPort": None if every else found.get("FromPort"),
        "toPort": None if every else found.get("ToPort"),
        "cidrIpv4": found.get("CidrIpv4"),
        "cidrIpv6": found.get("CidrIpv6"),
        "prefixListId": found.get("PrefixListId"),
        "referencedSecurityGroupId": group,
        "description": found.get("Description") or None,
        "arn": arn(scope, "security-group-rule", resource_id),
        "tagsAll": told(found),
    }


def _change_rule(scope: Scope, change: Change) -> None:
    if change.changed - {"tags", "tagsAll"}:
        news = change.news
        given = {
            "ipProtocol": "IpProtocol", "fromPort": "FromPort", "toPort": "ToPort", "cidrIpv4": "CidrIpv4",
            "cidrIpv6": "CidrIpv6", "prefixListId": "PrefixListId", "description": "Description",
            "referencedSecurityGroupId": "ReferencedGroupId",
        }  # fmt: skip
        rule: Any = {member: news[name] for name, member in given.items() if name in news}
        scope.client("ec2").modify_security_group_rules(
            GroupId=news["securityGroupId"],
            SecurityGroupRules=[{"SecurityGroupRuleId": change.id, "SecurityGroupRule": rule}],
        )
    change_tags(scope, change)


def _delete_rule(scope: Scope, side: Side, resource_id: str, inputs: Properties) -> None:
    _read_rule(scope, resource_id, inputs)
    forbid = getattr(scope.client("ec2"), f"revoke_security_group_{side}")
    forbid(GroupId=inputs["securityGroupId"], SecurityGroupRuleIds=[resource_id])


def _rule(name: str, side: Side) -> ResourceType:
    return ResourceType(
        type=f"aws:vpc/{name[0].lower()}{name[1:]}:{name}",
        service="ec2",
        identity={"id": "SecurityGroupRuleId"},
        id="@id",
        create=lambda scope, inputs: _create_rule(scope, side, inputs),
        read=_read_rule,
        update=(Update(how=_change_rule, props=RULE_PROPS),),
        delete=lambda scope, resource_id, inputs: _delete_rule(scope, side, resource_id, inputs),
        outputs={one: f"@{one}" for one in ("arn", "securityGroupRuleId")},
        exactly_one=frozenset({"cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"}),
        gone=GONE_RULE,
    )


TYPES = (
    ResourceType(
        type="aws:ec2/securityGroup:SecurityGroup",
        service="ec2",
        identity={"id": "GroupId"},
        id="@id",
        name=AutoName(limit=255),
        create=_create_group,
        finish=_finish_group,
        read=_read_group,
        update=(
            Update(
                how=tagged_only(_change_rules, ("ingress", "egress")),
                props=frozenset({"ingress", "egress", "tags", "tagsAll"}),
            ),
        ),
        delete=_delete_group,
        outputs={name: f"@{name}" for name in ("arn", "ownerId")},
        computed=frozenset({"ingress", "egress", "vpcId"}),
        local=frozenset({"revokeRulesOnDelete"}),
        unordered=frozenset({"ingress", "egress"}),
        gone=GONE_GROUP,
    ),
    _rule("SecurityGroupIngressRule", "ingress"),
    _rule("SecurityGroupEgressRule", "egress"),
)
