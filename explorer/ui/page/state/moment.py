"""Which moment a page shows: the newest, or a recorded step."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

__all__ = ["Moment"]


class Moment(QObject):
    """Live, or a step of the timeline.

    Attributes:
        step: The recorded step that is shown, or None while the page is live.

    Signals:
        changed: Another moment is to be shown.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.step: int | None = None

    @property
    def is_live(self) -> bool:
        """Whether the newest is shown."""
        return self.step is None

    @Slot(int)
    def go_to(self, step: int) -> None:
        """Shows a recorded step."""
        self.step = step
        self.changed.emit()

    @Slot()
    def go_live(self) -> None:
        """Shows the newest again; does nothing where it is shown already."""
        if self.step is not None:
            self.step = None
            self.changed.emit()
