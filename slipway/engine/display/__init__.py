"""What a person or a program sees of an operation: readers of its events, none of which computes anything else."""

from slipway.engine.display.digest import Digest
from slipway.engine.display.human import HumanDisplay

__all__ = ["Digest", "HumanDisplay"]
