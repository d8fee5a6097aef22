"""The population stability index (PSI): how far one distribution has moved from another.

PSI = sum over the bins of (actual - expected) * ln(actual / expected), of shares: N. Siddiqi, Credit Risk Scorecards
(Wiley, 2006), chapter 10; the same as Jeffreys' divergence (Proc. R. Soc. A 186, 1946). By its users' rule of thumb
below 0.1 is stable and above 0.25 has moved. Equal distributions do not give 0 but, from samples of n and m,
(bins - 1) * (1/n + 1/m) on average: B. Yurdakul and J. Naranjo, Journal of Risk Model Validation 14(4), 2020.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_SHARE = 1e-4
"""Stands for the share of an empty bin, whose logarithm would be infinite."""


def stability_index(expected: Sequence[int], actual: Sequence[int]) -> float:
    """Return the PSI of counts in the same bins; raises ValueError where either side counts nothing."""
    if len(expected) != len(actual):
        raise ValueError(f"{len(expected)} and {len(actual)} bins can't be compared; count both in the same bins")
    was, now = (np.asarray(counts, dtype=np.float64) for counts in (expected, actual))
    if not was.sum() or not now.sum():
        raise ValueError("an index needs something counted on both sides")
    was, now = (np.maximum(counts / counts.sum(), LEAST_SHARE) for counts in (was, now))
    return float(((now - was) * np.log(now / was)).sum())


def noise(expected: Sequence[int], actual: Sequence[int]) -> float:
    """Return the PSI that samples of these sizes have on average although nothing has moved."""
    bins = sum(1 for pair in zip(expected, actual, strict=True) if any(pair))
    return (bins - 1) * (1 / sum(expected) + 1 / sum(actual))
