"""What goes wrong with data, said in one line."""

from __future__ import annotations

__all__ = ["DataError", "Unreadable"]


class DataError(ValueError):
    """Data cannot be had. The message is one line for people: what happened, and what to do."""


class Unreadable(ValueError):
    """A file does not hold what it should. Its message ends the sentence "the file …"."""
