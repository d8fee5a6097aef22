"""The ways in which serving goes wrong: a request without an answer, a process or a model that can't serve."""

from __future__ import annotations

from http import HTTPStatus


class RequestError(Exception):
    """The client sent something that has no answer; the message tells the client what to change."""

    def __init__(self, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status


class ServingError(Exception):
    """The process can't serve at all; the message is its last line."""


class ModelError(ServingError):
    """The model folder can't be served; the message names the file."""
