"""The tools of a canvas: which image, which region is unknown, hide or show, undo."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from explorer.engine.views.canvases import REGIONS
from explorer.ui.controls import Combo, IconButton, Scale, Segmented, ValueBox
from explorer.ui.theme import Theme

__all__ = ["PAINTED", "CanvasTools"]

PAINTED = "painted"  # the unknown pixels are no region of that list
_INDEX, _REGION = 40, 96  # px, least


class CanvasTools(QFrame):
    """A row of controls below the picture of a canvas.

    Signals:
        index_chosen: Position of another image in its split.
        region_chosen: Name of the region that becomes unknown.
        tool_chosen: "hide" or "show".
        undo_asked: Undo the last stroke.

    Args:
        theme: Colours.
        name: Object name; those of the controls begin with it.
    """

    index_chosen = Signal(int)
    region_chosen = Signal(str)
    tool_chosen = Signal(str)
    undo_asked = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setAccessibleName("Canvas")
        self.previous = IconButton(theme, "chevron-left", "Previous image")
        self.next = IconButton(theme, "chevron-right", "Next image")
        self.index = ValueBox(Scale(0, 0, 1, whole=True), 0)
        self.index.setFixedWidth(_INDEX)
        self.index.setAccessibleName("Image")
        self.index.setToolTip("Number of the image in its split")
        self.region = Combo(theme, {**REGIONS, PAINTED: "Painted"}, "lower")
        self.region.setAccessibleName("Unknown region")
        self.region.setMinimumWidth(_REGION)
        self.tool = Segmented(theme, {"hide": "Hide", "show": "Show"}, "hide")
        self.tool.setAccessibleName("Brush")
        self.tool.setToolTip("What the left button does: hide pixels, or show them again")
        self.undo = IconButton(theme, "undo", "Undo the last stroke")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        names = {"previous": 0, "index": 0, "next": 0, "region": 1, "tool": 0, "undo": 0}
        for part, stretch in names.items():
            widget = getattr(self, part)
            widget.setObjectName(f"{name}.{part}")
            row.addWidget(widget, stretch)
        self.tool.setFixedWidth(Segmented.needed_width({"hide": "Hide", "show": "Show"}))
        self.previous.clicked.connect(self._on_previous)
        self.next.clicked.connect(self._on_next)
        self.index.committed.connect(self._on_index)
        self.region.chosen.connect(self._on_region)
        self.tool.chosen.connect(self._on_tool)
        self.undo.clicked.connect(self.undo_asked)

    def show_canvas(self, index: int, count: int, region: str, can_undo: bool) -> None:
        """Shows another canvas without a signal.

        Args:
            index: Position of its image in the split.
            count: Number of images in the split.
            region: Name of its unknown region, or `PAINTED`.
            can_undo: Whether there is a stroke to undo.
        """
        self.index.set_scale(Scale(0, count - 1, 1, whole=True))
        self.index.set_number(index)
        self.previous.setEnabled(index > 0)
        self.next.setEnabled(index < count - 1)
        self.region.set_value(region)
        self.undo.setEnabled(can_undo)

    @Slot()
    def _on_previous(self) -> None:
        self.index_chosen.emit(round(self.index.number) - 1)

    @Slot()
    def _on_next(self) -> None:
        self.index_chosen.emit(round(self.index.number) + 1)

    @Slot(float, float)
    def _on_index(self, _before: float, index: float) -> None:
        self.index_chosen.emit(round(index))

    @Slot(object, object)
    def _on_region(self, _before: object, region: object) -> None:
        self.region_chosen.emit(str(region))

    @Slot(object, object)
    def _on_tool(self, _before: object, tool: object) -> None:
        self.tool_chosen.emit(str(tool))
