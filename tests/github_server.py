"""A small HTTP server on loopback that behaves as GitHub's REST API does for the comments of pull requests."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

WRITER, READER, PERSON = "token-that-writes", "token-that-reads", "token-of-a-person"
BOT = {"login": "github-actions[bot]", "type": "Bot"}
_LONGEST = 65_536


@dataclass
class Repository:
    """What the server holds of repository team/app."""

    pulls: set[int] = field(default_factory=lambda: {7})
    issues: set[int] = field(default_factory=lambda: {8})
    comments: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    """Method and path of every request, in order."""
    answers: list[tuple[int, Mapping[str, str], Any]] = field(default_factory=list)
    """Given, first come first served, in the place of what it would answer."""

    def comment(self, body: str, user: Mapping[str, str] | None = None) -> int:
        """Add a comment to pull request 7; return its id."""
        number = 1000 + len(self.comments)
        self.comments.append({"id": number, "body": body, "user": dict(user or BOT), "deleted": False})
        return number

    def shown(self) -> list[str]:
        """Return the bodies that are there."""
        return [one["body"] for one in self.comments if not one["deleted"]]


class GitHubServer:
    """Serves one repository while it is open."""

    def __init__(self) -> None:
        self.repository = Repository()
        handler = type("Handler", (_Handler,), {"repository": self.repository})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def environment(self, token: str = WRITER, ref: str = "refs/pull/7/merge") -> dict[str, str]:
        """Return what a workflow of pull request 7 has in its environment."""
        address = f"http://127.0.0.1:{self._server.server_address[1]}"
        return {
            "GITHUB_API_URL": address,
            "GITHUB_REPOSITORY": "team/app",
            "GITHUB_REF": ref,
            "GITHUB_TOKEN": token,
        }


class _Handler(BaseHTTPRequestHandler):
    repository: Repository
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's own word
        """Say nothing."""

    def _serve(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        self.repository.requests.append(f"{method} {self.path}")
        if self.repository.answers:
            self._answer(*self.repository.answers.pop(0))
            return
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in (WRITER, READER, PERSON):
            self._answer(401, {}, {"message": "Bad credentials"})
        elif method != "GET" and token == READER:
            self._answer(403, {}, {"message": "Resource not accessible by integration"})
        else:
            self._answer(*self._route(method, token, body))

    def _route(self, method: str, token: str, body: dict[str, str]) -> tuple[int, Mapping[str, str], Any]:
        found = self.repository
        if self.path == "/user":
            return (200, {}, {"login": "ada"}) if token == PERSON else (403, {}, {"message": "Resource not accessible"})
        if pull := re.fullmatch(r"/repos/team/app/(pulls|issues)/(\d+)", self.path):
            number = int(pull[2])
            known = number in found.pulls or (pull[1] == "issues" and number in found.issues)
            return (200, {}, {"number": number}) if known else (404, {}, {"message": "Not Found"})
        if listed := re.fullmatch(r"/repos/team/app/issues/7/comments(?:\?per_page=(\d+)&page=(\d+))?", self.path):
            if method == "POST":
                return self._create(body)
            size, page = int(listed[1]), int(listed[2])
            there = [one for one in found.comments if not one["deleted"]]
            more = {"Link": f'<{self.path}>; rel="next"'} if len(there) > size * page else {}
            return 200, more, there[size * (page - 1) : size * page]
        if one := re.fullmatch(r"/repos/team/app/issues/comments/(\d+)", self.path):
            return self._change(method, int(one[1]), body)
        return 404, {}, {"message": "Not Found"}

    def _create(self, body: dict[str, str]) -> tuple[int, Mapping[str, str], Any]:
        if len(body["body"]) > _LONGEST:
            return 422, {}, {"message": "Validation Failed"}
        return 201, {}, {"id": self.repository.comment(body["body"])}

    def _change(self, method: str, number: int, body: dict[str, str]) -> tuple[int, Mapping[str, str], Any]:
        for one in self.repository.comments:
            if one["id"] == number and not one["deleted"]:
                if method == "DELETE":
                    one["deleted"] = True
                    return 204, {}, None
                one["body"] = body["body"]
                return 200, {}, {"id": number}
        return 404, {}, {"message": "Not Found"}

    def _answer(self, status: int, headers: Mapping[str, str], content: Any) -> None:
        data = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(data)
