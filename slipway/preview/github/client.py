"""GitHub's REST API, as much of it as comments need (https://docs.github.com/en/rest/issues/comments)."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slipway.preview.github.place import Place

_TIMEOUT_SECONDS = 30
_PAGE = 100
_TRIES = 3
_LARGEST_ANSWER = 32 << 20
_SHOWN = 300
_OK, _REDIRECT, _SERVER = 200, 300, 500
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY = 401, 403, 404, 429


@dataclass(frozen=True, kw_only=True)
class Comment:
    """One comment of a pull request."""

    id: int
    body: str
    author: str
    """Login of who wrote it."""
    by_bot: bool


@dataclass(frozen=True, kw_only=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    content: Any


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to wherever it points."""

    def redirect_request(self, *_: Any) -> None:
        return None


class GitHub:
    """The comments of one pull request."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._repository = f"/repos/{place.repository}"
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
        if place.api.startswith("http:"):
            handlers.append(urllib.request.ProxyHandler({}))  # loopback is no proxy's business
        self._opener = urllib.request.build_opener(*handlers)

    def require_pull_request(self) -> None:
        """Fail unless the number is that of a pull request that the token can see."""
        number, repository = self._place.number, self._place.repository
        answer = self._ask("GET", f"{self._repository}/pulls/{number}", expected=(_NOT_FOUND,))
        if answer.status != _NOT_FOUND:
            return
        issue = self._ask("GET", f"{self._repository}/issues/{number}", expected=(_NOT_FOUND,))
        if issue.status == _OK:
            raise Failure(f"number {number} of {repository} is an issue, not a pull request")
        raise Failure(f"there is no pull request {number} in {repository}, or the token can't see it")

    def login(self) -> str | None:
        """Return who the token is; None for the token of a workflow or an app, which may not ask."""
        answer = self._ask("GET", "/user", expected=(_FORBIDDEN,))
        if answer.status == _FORBIDDEN:
            return None
        return str(answer.content.get("login")) if isinstance(answer.content, dict) else None

    def comments(self) -> Iterator[Comment]:
        """Return every comment, page by page until there is no next one."""
        page = 1
        while True:
            path = f"{self._repository}/issues/{self._place.number}/comments?per_page={_PAGE}&page={page}"
            answer = self._ask("GET", path)
            for raw in answer.content if isinstance(answer.content, list) else []:
                user = raw.get("user") or {}  # of a deleted account there is none
                yield Comment(
                    id=int(raw["id"]),
                    body=str(raw.get("body") or ""),
                    author=str(user.get("login") or ""),
                    by_bot=user.get("type") == "Bot",
                )
            if 'rel="next"' not in answer.headers.get("link", ""):
                return
            page += 1

    def create(self, body: str) -> None:
        """Write a new comment."""
        self._ask("POST", f"{self._repository}/issues/{self._place.number}/comments", {"body": body})

    def edit(self, comment: int, body: str) -> None:
        """Replace the text of a comment."""
        self._ask("PATCH", f"{self._repository}/issues/comments/{comment}", {"body": body})

    def delete(self, comment: int) -> None:
        """Delete a comment; one that is gone already is deleted."""
        self._ask("DELETE", f"{self._repository}/issues/comments/{comment}", expected=(_NOT_FOUND,))

    def _ask(
        self,
        method: Literal["GET", "POST", "PATCH", "DELETE"],
        path: str,
        body: Mapping[str, str] | None = None,
        *,
        expected: tuple[int, ...] = (),
    ) -> _Answer:
        # what only reads, or may be done twice, is tried again; a comment written twice would stay
        tries = 1 if method == "POST" else _TRIES
        for left in reversed(range(tries)):
            try:
                answer = self._once(method, path, body)
            except OSError as error:
                if left == 0:
                    reason = getattr(error, "reason", error)
                    raise Failure(f"GitHub can't be reached at {self._place.api}: {reason}") from error
                continue
            if answer.status >= _SERVER and left:
                continue
            break
        if answer.status < _REDIRECT or (answer.status in expected and not _is_limit(answer)):
            return answer
        raise self._failure(method, answer)

    def _once(self, method: str, path: str, body: Mapping[str, str] | None) -> _Answer:
        request = urllib.request.Request(  # noqa: S310 - https, or loopback: Place sees to it
            f"{self._place.api}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode("utf-8"),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self._place.token}",
                "Content-Type": "application/json",
                "User-Agent": "slipway",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                return _answer(answer.status, answer.headers, answer.read(_LARGEST_ANSWER))
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error.headers, error.read(_LARGEST_ANSWER))

    def _failure(self, method: str, answer: _Answer) -> Failure:
        said = answer.content.get("message") if isinstance(answer.content, dict) else None
        words = f" ({str(said)[:_SHOWN]})" if said else ""
        if answer.status == _UNAUTHORIZED:
            return Failure(f"GitHub does not take the token{words}: it is wrong, or it has expired")
        if _is_limit(answer):
            return Failure(f"GitHub's rate limit is used up{words}: try again {_when(answer)}")
        if answer.status == _FORBIDDEN:
            what = "read" if method == "GET" else "write"
            return Failure(
                f"the token may not {what} the comments of {self._place.repository}{words}: its job needs "
                "`permissions: pull-requests: write`; no token of a fork's pull request has that: use --summary there"
            )
        if answer.status < _OK or _REDIRECT <= answer.status < _UNAUTHORIZED - 1:
            return Failure(f"{self._place.repository} is not at {self._place.api} any more (status {answer.status})")
        return Failure(f"GitHub answers {answer.status} to {method}{words}")


def _answer(status: int, headers: Any, data: bytes) -> _Answer:
    try:
        content = json.loads(data) if data else None
    except ValueError:
        content = None
    return _Answer(status=status, headers={key.lower(): value for key, value in headers.items()}, content=content)


def _is_limit(answer: _Answer) -> bool:
    """Tell a limit from a missing permission, which has the same status."""
    used_up = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
    return answer.status == _TOO_MANY or (answer.status == _FORBIDDEN and used_up)


def _when(answer: _Answer) -> str:
    if (wait := answer.headers.get("retry-after", "")).isdigit():
        return f"in {wait} seconds"
    if (reset := answer.headers.get("x-ratelimit-reset", "")).isdigit():
        return f"after {datetime.fromtimestamp(int(reset), UTC):%H:%M:%S} UTC"
    return "later"
