"""Two plots whose range is moved together."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from explorer.ui.frames.plot import Plot

__all__ = ["LinkedRanges"]


class LinkedRanges(QObject):
    """Shows in each of two plots of one kind the range that a person chooses in the other.

    Args:
        first, second: The plots; the link is deleted with the second.
    """

    def __init__(self, first: Plot, second: Plot):
        super().__init__(second)
        self._first, self._second = first, second
        first.range_chosen.connect(self._on_first_chosen)
        second.range_chosen.connect(self._on_second_chosen)

    @Slot()
    def _on_first_chosen(self) -> None:
        _follow(self._second, self._first)

    @Slot()
    def _on_second_chosen(self) -> None:
        _follow(self._first, self._second)


def _follow(plot: Plot, other: Plot) -> None:
    """Shows the range of another plot, or the range of the frames where the other shows that."""
    if not other.is_free:
        plot.reset_view()
    elif plot.panes:
        plot.is_free = True
        for pane, its in zip(plot.panes, other.panes, strict=False):
            pane.take_range(its)
        plot.range_moved()
