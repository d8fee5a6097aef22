"""The accounts and regions in which there is something to watch, as far as anybody noticed."""

import threading
from collections.abc import Callable

from slipway.sandbox.sagemaker.context import Scope


class Noticed:
    """Scopes that are visited again and again, until a visit finds nothing there; safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scopes: set[Scope] = set()

    def __bool__(self) -> bool:
        """Tell whether there may be anything anywhere."""
        return bool(self._scopes)

    def notice(self, scope: Scope) -> None:
        """Remember that there may be something here."""
        with self._lock:
            self._scopes.add(scope)

    def now(self) -> list[Scope]:
        """Return the scopes, sorted."""
        with self._lock:
            return sorted(self._scopes)

    def visit(self, there: Callable[[Scope], bool]) -> None:
        """Call `there` with every scope; forget those for which it returns False, until they are noticed again."""
        for scope in self.now():
            with self._lock:  # before the question: what comes meanwhile is not forgotten
                self._scopes.discard(scope)
            forget = False
            try:
                forget = not there(scope)
            finally:
                if not forget:
                    self.notice(scope)
