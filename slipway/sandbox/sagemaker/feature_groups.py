"""UpdateFeatureGroup: features are added to those that are there, and of the online store only what is named changes.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateFeatureGroup.html
"""

from typing import Any

Record = dict[str, Any]


def feature_group_update(current: Record, params: Record) -> Record:
    """Give the members of a feature group that an update changes, as they are afterwards."""
    changed = {name: value for name, value in params.items() if name not in {"FeatureAdditions", "OnlineStoreConfig"}}
    if "OnlineStoreConfig" in params:
        changed["OnlineStoreConfig"] = {**current.get("OnlineStoreConfig", {}), **params["OnlineStoreConfig"]}
    if "FeatureAdditions" in params:
        changed["FeatureDefinitions"] = [*current.get("FeatureDefinitions", []), *params["FeatureAdditions"]]
    return changed
