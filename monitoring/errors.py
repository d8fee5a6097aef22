"""What ends a monitoring job with one line."""

from __future__ import annotations


class MonitoringError(Exception):
    """The job can't do its work; the message says why, in the words of who started it."""


class UnreadableError(Exception):
    """A captured exchange that can't be read; the job counts it and goes on."""
