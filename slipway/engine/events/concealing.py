"""Keeping secrets out of what is said in words: providers quote values in their errors, programs print them."""

import re
import threading
from typing import Any

from slipway.engine.values import Secret, unwrap, walk

# Shorter ones are words that stand in every message (dev, true, admin): hiding them would hide what is said.
_SHORTEST = 6


class Concealer:
    """Knows the texts that must not be shown; may be used from many threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def learn(self, value: Any) -> None:
        """Remember every text inside the secrets of a property value, and the lines of those that have several."""
        found: set[str] = set()

        def text(item: Any) -> bool:
            if isinstance(item, str):
                found.update(part for part in (item, *item.splitlines()) if len(part.strip()) >= _SHORTEST)
            return False

        def secret(item: Any) -> bool:
            if isinstance(item, Secret):
                walk(unwrap(item), text)
            return False

        walk(value, secret)
        with self._lock:
            if not found <= self._texts:
                self._texts |= found
                longest_first = sorted(self._texts, key=len, reverse=True)
                self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def without_secrets(self, message: str) -> str:
        """Return a message with `[secret]` for every text that must not be shown."""
        pattern = self._pattern
        return message if pattern is None else pattern.sub("[secret]", message)
