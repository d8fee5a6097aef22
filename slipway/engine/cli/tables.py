"""Printing lists and JSON as the real command line does."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]], *, indent: str = "") -> None:
    """Print columns padded to their widest cell."""
    lines = [header, *rows]
    widths = [max(len(str(line[n])) for line in lines) for n in range(len(header))]
    for line in lines:
        cells = [str(cell).ljust(width) for cell, width in zip(line, widths, strict=True)]
        print((indent + "  ".join(cells)).rstrip())


def print_json(value: Any) -> None:
    """Print JSON, indented by two."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
