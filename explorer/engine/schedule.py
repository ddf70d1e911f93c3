"""When something happens that costs too much for every step: often early, seldom later, always at the same steps."""

from __future__ import annotations

__all__ = ["Schedule"]


class Schedule:
    """Steps that depend on nothing but their number, so that a resumed run meets the same ones.

    Args:
        every: Least number of steps between two.
        growth: The distance is this share of the steps so far…
        cap: … up to this many.
    """

    def __init__(self, every: int, growth: float, cap: int):
        self._every, self._growth, self._cap = every, growth, cap
        self._next = 0

    def due(self, step: int) -> bool:
        """Whether something is due at a step; steps are asked in order, each once."""
        due = step == self._next
        self.skip(step)
        return due

    def skip(self, step: int) -> None:
        """Passes over everything up to a step."""
        while self._next <= step:
            self._next += min(max(self._every, int(self._next * self._growth)), self._cap)
