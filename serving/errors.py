"""The two ways in which serving goes wrong: a request that can't be answered, a model that can't be served."""

from __future__ import annotations

from http import HTTPStatus


class RequestError(Exception):
    """The client sent something that has no answer; the message tells the client what to change."""

    def __init__(self, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status


class ModelError(Exception):
    """The model folder can't be served; the message names the file."""
