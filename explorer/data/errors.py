"""Errors of loading data."""

from __future__ import annotations

__all__ = ["DataError", "Unreadable"]


class DataError(ValueError):
    """Data cannot be loaded. The message is one line for users: what happened, and what to do."""


class Unreadable(ValueError):
    """A file has unexpected content. The message completes the sentence "the file …"."""
