"""Corrections of moto's answers, one file each; every one is applied before the first request."""

from __future__ import annotations

from collections.abc import Callable


def apply() -> None:
    """Apply every correction; call it once, after moto can be imported and before it answers."""
    for fix in _fixes():
        fix()


def _fixes() -> tuple[Callable[[], None], ...]:
    return ()
