"""A headless Chromium, driven through the DevTools protocol over a pipe (https://chromedevtools.github.io/devtools-protocol)."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 60.0
GRACE_SECONDS = 10.0
CHUNK = 1 << 20
# Chromium reads commands from descriptor 3 and writes answers to 4, whatever numbers our own pipes have
_LAUNCH = """
import fcntl, os, sys
commands, answers = (fcntl.fcntl(int(number), fcntl.F_DUPFD_CLOEXEC, 10) for number in sys.argv[1:3])
os.dup2(commands, 3)
os.dup2(answers, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
_FLAGS = (
    "--headless",
    "--no-sandbox",  # Chromium's own does not work for root
    "--remote-debugging-pipe",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def program() -> str | None:
    """Return the path of a Chromium; None where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name)) is not None), None)


@dataclass
class Page:
    """What a page did while it was loaded."""

    requests: list[str] = field(default_factory=list)
    """Addresses that it asked for, its own left out."""
    complaints: list[str] = field(default_factory=list)
    """What it wrote to the console, and what the browser complained about."""


class Chromium:
    """One browser with one tab; `close` ends every process of it."""

    def __init__(self, path: str, profile: Path) -> None:
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        words = (*_FLAGS, f"--user-data-dir={profile}", "about:blank")
        self._process = subprocess.Popen(
            [sys.executable, "-c", _LAUNCH, str(commands), str(answers), path, *words],
            pass_fds=(commands, answers),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(commands)
        os.close(answers)
        self._unread = b""
        self._last = 0
        self._session: str | None = None
        self._events: list[dict[str, Any]] = []
        try:
            self._attach()
        except BaseException:
            self.close()
            raise

    def open(self, file: Path, *, width: int, height: int, scheme: str) -> Page:
        """Show a file at a size in CSS pixels, for readers who prefer `light` or `dark`."""
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.prefer(scheme)
        self._events.clear()
        address = file.as_uri()
        self._ask("Page.navigate", url=address)
        self._wait_for("Page.loadEventFired")
        self.evaluate("document.fonts.ready.then(() => true)")
        page = Page()
        for event in self._events:
            self._note(event, address, page)
        return page

    def prefer(self, scheme: str, media: str = "") -> None:
        """Set the colour scheme that readers prefer, and the medium (`print`, or what it is)."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._ask("Emulation.setEmulatedMedia", media=media, features=features)

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression in the page, or of its promise."""
        answer = self._ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def picture(self) -> bytes:
        """Return the whole page as PNG."""
        answer = self._ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    def close(self) -> None:
        """Ask the browser to end, and end every process of it that is left."""
        self._session = None
        try:
            self._ask("Browser.close")
            self._process.wait(GRACE_SECONDS)
        except (OSError, AssertionError, subprocess.TimeoutExpired):
            pass  # it has ended already, or hangs: the group is killed either way
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._commands)
        os.close(self._answers)

    def _attach(self) -> None:
        targets = self._ask("Target.getTargets")["targetInfos"]
        tab = next(one["targetId"] for one in targets if one["type"] == "page")
        self._session = self._ask("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._ask(f"{domain}.enable")

    def _note(self, event: dict[str, Any], address: str, page: Page) -> None:
        method, told = event["method"], event["params"]
        if method == "Network.requestWillBeSent" and told["request"]["url"] != address:
            page.requests.append(told["request"]["url"])
        elif method in {"Runtime.consoleAPICalled", "Runtime.exceptionThrown"}:
            page.complaints.append(json.dumps(told.get("args", told.get("exceptionDetails"))))
        elif method == "Log.entryAdded":
            page.complaints.append(told["entry"]["text"])

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._last += 1
        command: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if self._session is not None:
            command["sessionId"] = self._session
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        deadline = time.monotonic() + SECONDS
        while True:
            message = self._read(deadline)
            if message.get("id") == self._last:
                assert "error" not in message, (method, message["error"])
                result: dict[str, Any] = message["result"]
                return result
            self._events.append(message)

    def _wait_for(self, method: str) -> None:
        deadline = time.monotonic() + SECONDS
        while not any(one["method"] == method for one in self._events):
            self._events.append(self._read(deadline))

    def _read(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._answers], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"Chromium has not answered for {SECONDS} s"
            read = os.read(self._answers, CHUNK)
            assert read, "Chromium has ended"
            self._unread += read
        first, _, self._unread = self._unread.partition(b"\0")
        message: dict[str, Any] = json.loads(first)
        return message
