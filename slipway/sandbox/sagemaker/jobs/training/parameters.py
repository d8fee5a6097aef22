"""The three files of /opt/ml/input/config, and the hosts they speak of: pure."""

from collections.abc import Mapping
from typing import Any

NETWORK_INTERFACE = "eth0"


def instance_groups(resource_config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the job's groups of equal instances as InstanceGroups words them; a homogeneous cluster is one group."""
    groups: list[dict[str, Any]] = resource_config.get("InstanceGroups") or [
        {
            "InstanceGroupName": "homogeneousCluster",
            "InstanceType": resource_config.get("InstanceType", "ml.m5.large"),
            "InstanceCount": resource_config.get("InstanceCount", 1),
        }
    ]
    return groups


def hosts_of(resource_config: Mapping[str, Any]) -> list[str]:
    """Return algo-1, algo-2, ... for every instance of every group."""
    count = sum(int(group["InstanceCount"]) for group in instance_groups(resource_config))
    return [f"algo-{number}" for number in range(1, count + 1)]


def resource_document(resource_config: Mapping[str, Any], host: str) -> dict[str, Any]:
    """Return resourceconfig.json for one host."""
    hosts = hosts_of(resource_config)
    groups: list[dict[str, Any]] = []
    start = 0
    for group in instance_groups(resource_config):
        members = hosts[start : start + int(group["InstanceCount"])]
        start += len(members)
        groups.append(
            {
                "instance_group_name": group["InstanceGroupName"],
                "instance_type": group["InstanceType"],
                "hosts": members,
            }
        )
    own = next(group for group in groups if host in group["hosts"])
    return {
        "current_host": host,
        "current_instance_type": own["instance_type"],
        "current_group_name": own["instance_group_name"],
        "hosts": hosts,
        "instance_groups": groups,
        "network_interface_name": NETWORK_INTERFACE,
    }


def input_document(channels: list[dict[str, Any]], default_mode: str) -> dict[str, dict[str, str]]:
    """Return inputdataconfig.json: a channel's words, with SageMaker's defaults; ContentType only where given."""
    document = {}
    for channel in channels:
        source = channel["DataSource"].get("S3DataSource", {})
        entry = {
            "TrainingInputMode": channel.get("InputMode", default_mode),
            "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
            "RecordWrapperType": channel.get("RecordWrapperType", "None"),
        }
        if "ContentType" in channel:
            entry["ContentType"] = channel["ContentType"]
        document[channel["ChannelName"]] = entry
    return document
