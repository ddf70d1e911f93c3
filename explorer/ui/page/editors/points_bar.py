"""The controls of points in a plane: how many, add and remove."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from explorer.ui.controls import ElidedLabel, IconButton
from explorer.ui.theme import Theme

__all__ = ["PointsBar"]


class PointsBar(QFrame):
    """A row that counts the points, with a button that adds one and one that removes the chosen one.

    Signals:
        add_asked: Add a point.
        remove_asked: Remove the point that was moved last.

    Args:
        theme: Colours.
        name: Object name; those of the controls begin with it.
    """

    add_asked = Signal()
    remove_asked = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Points")
        self.label = ElidedLabel("", "caption")
        self.add = IconButton(theme, "plus", "Add a point (double click in the plane, or A)")
        self.add.setObjectName(f"{name}.add")
        self.remove = IconButton(theme, "minus", "Remove the marked point (Delete)")
        self.remove.setObjectName(f"{name}.remove")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.label, 1)
        line.addWidget(self.add)
        line.addWidget(self.remove)
        self.add.clicked.connect(self.add_asked)
        self.remove.clicked.connect(self.remove_asked)

    def show_count(self, count: int) -> None:
        """Shows the number of points; the last one cannot be removed."""
        self.label.setText(f"{count} point{'' if count == 1 else 's'}: drag; double click adds")
        self.remove.setEnabled(count > 1)
