"""Writes a LightGBM booster as ONNX, decision for decision: operator TreeEnsemble of ai.onnx.ml 5, in double precision.

Format: https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html. Thresholds and leaves stay the doubles that
they are, so every row takes the native model's branches and only the order of adding up can differ. Input `rows`:
(N, features) doubles, categories as their number, NaN for missing. Output `probability`: (N, 1) doubles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from training.contract import TrainingError

if TYPE_CHECKING:
    import lightgbm as lgb

INPUT, OUTPUT = "rows", "probability"
_OPSET, _ML_OPSET, _IR_VERSION = 21, 5, 10
_LESS_OR_EQUAL, _MEMBER = 0, 6  # of nodes_modes
Node = dict[str, Any]


@dataclass
class _Ensemble:
    """The operator's attributes, as flat lists over all nodes and leaves of all trees."""

    roots: list[int] = field(default_factory=list)
    features: list[int] = field(default_factory=list)
    modes: list[int] = field(default_factory=list)
    splits: list[float] = field(default_factory=list)
    members: list[float] = field(default_factory=list)
    missing_is_true: list[int] = field(default_factory=list)
    true_ids: list[int] = field(default_factory=list)
    true_is_leaf: list[int] = field(default_factory=list)
    false_ids: list[int] = field(default_factory=list)
    false_is_leaf: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add_tree(self, root: Node) -> None:
        """Add one tree of LightGBM's dump."""
        if "leaf_value" in root:  # the operator has no tree without a node: both ways lead to the one leaf
            leaf = self._leaf(root)
            self.roots.append(self._node(0, _LESS_OR_EQUAL, 0.0, missing_is_true=False))
            self._connect(self.roots[-1], leaf, leaf)
            return
        self.roots.append(self._add(root)[0])

    def _add(self, node: Node) -> tuple[int, bool]:
        """Add a subtree; return its number, and whether it is a leaf. Nodes come before what hangs below them."""
        if "leaf_value" in node:
            return self._leaf(node)
        if node["decision_type"] == "==":
            return self._add_category(node)
        at = self._node(
            node["split_feature"], _LESS_OR_EQUAL, float(node["threshold"]), missing_is_true=_missing_goes_left(node)
        )
        self._connect(at, self._add(node["left_child"]), self._add(node["right_child"]))
        return at, False

    def _add_category(self, node: Node) -> tuple[int, bool]:
        """Add "is one of"; a missing category is a member of nothing, as for LightGBM."""
        values = [float(text) for text in str(node["threshold"]).split("||")]
        at = self._node(node["split_feature"], _MEMBER, 0.0, missing_is_true=False)
        self.members += [*values, np.nan]  # each member node's values end with a NaN, in the order of the nodes
        self._connect(at, self._add(node["left_child"]), self._add(node["right_child"]))
        return at, False

    def _node(self, feature: int, mode: int, split: float, *, missing_is_true: bool) -> int:
        self.features.append(feature)
        self.modes.append(mode)
        self.splits.append(split)
        self.missing_is_true.append(int(missing_is_true))
        for ids in (self.true_ids, self.true_is_leaf, self.false_ids, self.false_is_leaf):
            ids.append(0)
        return len(self.features) - 1

    def _leaf(self, node: Node) -> tuple[int, bool]:
        self.weights.append(float(node["leaf_value"]))
        return len(self.weights) - 1, True

    def _connect(self, at: int, hit: tuple[int, bool], missed: tuple[int, bool]) -> None:
        self.true_ids[at], self.true_is_leaf[at] = hit[0], int(hit[1])
        self.false_ids[at], self.false_is_leaf[at] = missed[0], int(missed[1])


def _missing_goes_left(node: Node) -> bool:
    """Say where LightGBM sends NaN: by the learnt default, or, where training saw none, where it sends 0.

    Source: NumericalDecision in LightGBM's include/LightGBM/tree.h.
    """
    if node["missing_type"] == "NaN":
        return bool(node["default_left"])
    if node["missing_type"] == "None":
        return float(node["threshold"]) >= 0
    raise TrainingError(
        f"a split treats {node['missing_type']} as missing, which ONNX can't say: train without zero_as_missing"
    )


def to_onnx(booster: lgb.Booster) -> bytes:
    """Return the booster, of objective `binary`, as a serialised ONNX model."""
    dump = booster.dump_model()
    objective, *options = str(dump["objective"]).split()
    if objective != "binary" or dump["num_tree_per_iteration"] != 1:
        raise TrainingError(
            f"objective {dump['objective']!r} can't be exported; only binary is known to export_onnx.py"
        )
    slope = next((float(one.partition(":")[2]) for one in options if one.startswith("sigmoid:")), 1.0)
    ensemble = _Ensemble()
    for tree in dump["tree_info"]:
        ensemble.add_tree(tree["tree_structure"])
    graph = helper.make_graph(
        [
            _tree_node(ensemble),
            helper.make_node("Mul", ["score", "slope"], ["scaled"]),
            helper.make_node("Sigmoid", ["scaled"], [OUTPUT]),
        ],
        "lightgbm",
        [helper.make_tensor_value_info(INPUT, TensorProto.DOUBLE, ["N", dump["max_feature_idx"] + 1])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.DOUBLE, ["N", 1])],
        [numpy_helper.from_array(np.array(slope), "slope")],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid("ai.onnx.ml", _ML_OPSET)],
        producer_name="slipway",
        ir_version=_IR_VERSION,
    )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _tree_node(ensemble: _Ensemble) -> onnx.NodeProto:
    return helper.make_node(
        "TreeEnsemble",
        [INPUT],
        ["score"],
        domain="ai.onnx.ml",
        n_targets=1,
        aggregate_function=1,  # sum
        post_transform=0,  # none: the sigmoid stands behind, in double precision
        tree_roots=ensemble.roots,
        nodes_featureids=ensemble.features,
        nodes_modes=helper.make_tensor("modes", TensorProto.UINT8, [len(ensemble.modes)], ensemble.modes),
        nodes_splits=_doubles("splits", ensemble.splits),
        membership_values=_doubles("members", ensemble.members) if ensemble.members else None,
        nodes_missing_value_tracks_true=ensemble.missing_is_true,
        nodes_truenodeids=ensemble.true_ids,
        nodes_trueleafs=ensemble.true_is_leaf,
        nodes_falsenodeids=ensemble.false_ids,
        nodes_falseleafs=ensemble.false_is_leaf,
        leaf_targetids=[0] * len(ensemble.weights),
        leaf_weights=_doubles("weights", ensemble.weights),
    )


def _doubles(name: str, values: list[float]) -> TensorProto:
    return helper.make_tensor(name, TensorProto.DOUBLE, [len(values)], values)
