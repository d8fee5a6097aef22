"""What a person or a program sees of an operation: readers of its events, none of which computes anything else."""

from slipway.engine.display.digest import Digest
from slipway.engine.display.human import HumanDisplay
from slipway.engine.display.plain import PlainDisplay
from slipway.engine.display.style import Style
from slipway.engine.display.terminal import TerminalDisplay

__all__ = ["Digest", "HumanDisplay", "PlainDisplay", "Style", "TerminalDisplay"]
