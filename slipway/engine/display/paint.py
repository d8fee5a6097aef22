"""Colours: ANSI numbers by meaning, or none at all."""

from slipway.engine.display.words import COLORS

BOLD, DIM, RED, GREEN, YELLOW = "1", "2", "31", "32", "33"


class Paint:
    """Colours texts, or gives them back as they are."""

    def __init__(self, *, color: bool) -> None:
        self._color = color

    def __call__(self, text: str, *codes: str) -> str:
        """Return the text in these colours."""
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self._color and text and codes else text

    def op(self, text: str, op: str) -> str:
        """Return the text in the colour of an operation."""
        return self(text, COLORS[op]) if op in COLORS else text
