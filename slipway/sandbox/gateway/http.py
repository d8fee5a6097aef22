"""A request and its answer as plain values, the same whether they came over a socket or from inside the process."""

from dataclasses import dataclass
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Request:
    """One HTTP request, whole: the body is read before anything is decided."""

    method: str
    path: str
    """As it was sent, percent-encoding included: signatures and S3 keys depend on it."""
    query: str
    headers: dict[str, str]
    """By lower-case name; bytes beyond ASCII as latin-1."""
    body: bytes = b""

    def header(self, name: str) -> str:
        """Return a header's value by lower-case name, or an empty string."""
        return self.headers.get(name, "")

    def query_values(self) -> dict[str, str]:
        """Return the query string decoded; the last of repeated names wins."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


class LostAnswerError(Exception):
    """The request was done and its client gets no answer: the connection ends instead."""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, whole."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""

    def header(self, name: str) -> str:
        """Return a header's value by lower-case name, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name), "")
