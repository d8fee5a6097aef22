"""Asks a port who is behind it."""

import http.client
import json
from pathlib import Path
from typing import Any

from slipway.sandbox.gateway.app import HEALTH


def health(port: int, patience: float = 2.0) -> dict[str, Any] | None:
    """Return the health of the sandbox at a port, or None when none answers there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("GET", HEALTH)
        response = connection.getresponse()
        answer = json.loads(response.read()) if response.status == http.client.OK else None
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return answer if isinstance(answer, dict) and answer.get("service") == "slipway-sandbox" else None


def occupant(port: int) -> str:
    """Words for whoever holds a port: another sandbox with its folder, a process, or something unknown."""
    answer = health(port)
    if answer is not None:
        return f"the sandbox of {answer['state']} (pid {answer['pid']})"
    return _process_at(port) or "another process"


def _process_at(port: int) -> str | None:
    """Return the process that listens on the port, where Linux's /proc tells."""
    try:
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    except OSError:
        return None
    listening = "0A"
    inodes = {
        fields[9]
        for fields in (line.split() for line in lines)
        if fields[3] == listening and int(fields[1].rpartition(":")[2], 16) == port
    }
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            held = {str(link.readlink()) for link in (folder / "fd").iterdir()}
            if any(f"socket:[{inode}]" in held for inode in inodes):
                return f"{(folder / 'comm').read_text().strip()} (pid {folder.name})"
        except OSError:  # gone meanwhile, or not ours to look into
            continue
    return None
