"""The one way in which a fix changes a class of moto's."""

from collections.abc import Callable
from typing import Any


def replace(owner: type, **functions: Callable[..., Any]) -> None:
    """Set functions as methods of a class of moto's."""
    for name, function in functions.items():
        setattr(owner, name, function)
