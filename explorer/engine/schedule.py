"""The schedule of expensive work such as recording: at many early steps, at fewer later ones."""

from __future__ import annotations

__all__ = ["Schedule"]


class Schedule:
    """A fixed sequence of steps, so that a resumed run has the same ones.

    Args:
        every: Least distance between two steps.
        growth: The distance grows to this share of the current step…
        cap: … but not above this number.
    """

    def __init__(self, every: int, growth: float, cap: int):
        self._every, self._growth, self._cap = every, growth, cap
        self._next = 0

    def due(self, step: int) -> bool:
        """Whether a step is on the schedule. Call it for each step once, in order."""
        due = step == self._next
        self.skip(step)
        return due

    def skip(self, step: int) -> None:
        """Skips the schedule up to and including a step."""
        while self._next <= step:
            self._next += min(max(self._every, int(self._next * self._growth)), self._cap)
