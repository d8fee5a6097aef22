"""The memory of the SageMaker service: JSON documents by (account, region, kind, name), in one SQLite file.

A change is on disk when its call returns; a kill at any moment leaves the last whole change (write-ahead log).
"""

import json
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slipway.sandbox.sagemaker.context import Scope

Record = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    account TEXT NOT NULL, region TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (account, region, kind, name)
) WITHOUT ROWID
"""
KEY = "account = ? AND region = ? AND kind = ? AND name = ?"
LISTED = "account = ? AND region = ? AND kind = ?"


class Store:
    """Documents that survive a crash; every method may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        # isolation_level=None: every statement is its own transaction unless BEGIN says otherwise
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        # a killed process loses nothing; only a power cut may lose the last moments, and never tears a document
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute(SCHEMA)

    def get(self, scope: Scope, kind: str, name: str) -> Record | None:
        """Return the document, or None; the caller may change what it gets without touching the store."""
        with self._lock:
            row = self._database.execute(
                f"SELECT body FROM documents WHERE {KEY}",  # noqa: S608  (constants of this module)
                (scope.account, scope.region, kind, name),
            ).fetchone()
        return None if row is None else _decoded(row[0])

    def put(self, scope: Scope, kind: str, name: str, record: Record) -> None:
        """Write the document, whether or not it was there."""
        body = json.dumps(record, separators=(",", ":"))
        with self._lock:
            self._database.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (account, region, kind, name) DO UPDATE SET body = excluded.body",
                (scope.account, scope.region, kind, name, body),
            )

    def create(self, scope: Scope, kind: str, name: str, record: Record) -> bool:
        """Write the document unless the name is taken; says whether it was written."""
        body = json.dumps(record, separators=(",", ":"))
        with self._lock:
            cursor = self._database.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (scope.account, scope.region, kind, name, body),
            )
        return cursor.rowcount == 1

    def delete(self, scope: Scope, kind: str, name: str) -> bool:
        """Remove the document; says whether it was there."""
        with self._lock:
            cursor = self._database.execute(
                f"DELETE FROM documents WHERE {KEY}",  # noqa: S608
                (scope.account, scope.region, kind, name),
            )
        return cursor.rowcount == 1

    def names(self, scope: Scope, kind: str) -> list[str]:
        """Return the names of a kind, sorted."""
        with self._lock:
            rows = self._database.execute(
                f"SELECT name FROM documents WHERE {LISTED} ORDER BY name",  # noqa: S608
                (scope.account, scope.region, kind),
            ).fetchall()
        return [row[0] for row in rows]

    def all(self, scope: Scope, kind: str) -> list[Record]:
        """Return the documents of a kind, sorted by name."""
        with self._lock:
            rows = self._database.execute(
                f"SELECT body FROM documents WHERE {LISTED} ORDER BY name",  # noqa: S608
                (scope.account, scope.region, kind),
            ).fetchall()
        return [_decoded(row[0]) for row in rows]

    def items(self, scope: Scope, kind: str) -> list[tuple[str, Record]]:
        """Return the names and documents of a kind, sorted by name."""
        with self._lock:
            rows = self._database.execute(
                f"SELECT name, body FROM documents WHERE {LISTED} ORDER BY name",  # noqa: S608
                (scope.account, scope.region, kind),
            ).fetchall()
        return [(row[0], _decoded(row[1])) for row in rows]

    def update(self, scope: Scope, kind: str, name: str, change: Callable[[Record], None]) -> Record:
        """Read, change and write one document with nothing in between; what `change` raises leaves it untouched.

        Raises KeyError when the document does not exist.
        """
        with self._lock:
            record = self.get(scope, kind, name)
            if record is None:
                raise KeyError(f"{kind} {name} of {scope.account}/{scope.region}")
            change(record)
            self.put(scope, kind, name, record)
        return record

    def scopes(self) -> list[Scope]:
        """Every account and region that owns something."""
        with self._lock:
            rows = self._database.execute("SELECT DISTINCT account, region FROM documents").fetchall()
        return sorted(Scope(account, region) for account, region in rows)

    def close(self) -> None:
        """Fold the write-ahead log into the file; the store can't be used afterwards."""
        with self._lock:
            self._database.close()


def _decoded(body: str) -> Record:
    record: Record = json.loads(body)
    return record
