"""How far a figure of some rows may be from the truth: 95 % intervals of an area under the curve and of a share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from training.metrics import mid_ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

_Z = 1.959963984540054  # the normal distribution's 97.5 % quantile
_FEWEST = 2  # of each outcome: one row has no variance


def auc(score: NDArray[np.float64], label: NDArray[np.float64]) -> tuple[float, float, float] | None:
    """Return the area under the ROC curve and its interval; None with fewer than two rows of either outcome.

    Variance: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988), over mid-ranks as in Sun and Xu, IEEE Signal
    Processing Letters 21 (2014). Where the scores part the outcomes perfectly it is 0, and so is the interval's width.
    """
    late, punctual = score[label == 1], score[label == 0]
    if min(len(late), len(punctual)) < _FEWEST:
        return None
    rank = mid_ranks(np.concatenate([late, punctual]))
    # for each row, the share of the other outcome's rows that it is on the right side of
    below = (rank[: len(late)] - mid_ranks(late)) / len(punctual)
    above = 1 - (rank[len(late) :] - mid_ranks(punctual)) / len(late)
    area = float(below.mean())
    doubt = _Z * math.sqrt(below.var(ddof=1) / len(late) + above.var(ddof=1) / len(punctual))
    return area, max(0.0, area - doubt), min(1.0, area + doubt)


def share(hits: int, rows: int) -> tuple[float, float]:
    """Return the interval of `hits` in `rows` (at least one): Wilson, J. Am. Stat. Assoc. 22 (1927)."""
    found = hits / rows
    spread = _Z * _Z / rows
    middle = (found + spread / 2) / (1 + spread)
    doubt = _Z / (1 + spread) * math.sqrt((found * (1 - found) + spread / 4) / rows)
    # at 0 and at 1 the interval begins at the share itself, which rounding must not move
    return min(found, max(0.0, middle - doubt)), max(found, min(1.0, middle + doubt))
