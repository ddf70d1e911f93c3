"""The tools of a canvas: pen and eraser, hide and show, undo, the unknown region, and what to start from."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from explorer.engine.data.tensors import TensorData
from explorer.engine.views.canvases import REGIONS
from explorer.ui.canvas.image_painting import TOOLS, ImagePainting
from explorer.ui.controls import Button, Combo, IconButton, Scale, Segmented, Slider, ValueBox, text_label
from explorer.ui.page.editors.start_strip import StartStrip
from explorer.ui.theme import Theme

__all__ = ["PAINTED", "CanvasTools"]

PAINTED = "painted"  # the unknown pixels are no region of that list
_INDEX, _REGION, _SLIDER = 40, 84, 48  # px, least
_GAP, _APART = 4, 8  # px within a group of tools, and between two
_HELP = (
    "What the left button does; the right button does the opposite.\n"
    "Pen: draws; what is drawn in the unknown part becomes given.\n"
    "Eraser: blanks given pixels; unknown ones stay unknown.\n"
    "Hide, Show: makes pixels unknown, or given again."
)


class CanvasTools(QFrame):
    """Rows of controls below the picture of a canvas; the groups of tools share as few rows as their width allows.

    Signals:
        start_chosen: Position of another image in its split, to start from.
        region_chosen: Name of the region that becomes unknown.
        tool_chosen: Name of a tool.
        width_chosen: Diameter of the brush, pixels.
        ink_chosen: Value that the pen gives, 0 to 1.
        undo_asked, redo_asked: Undo the last stroke, or repeat the one that was undone.
        clear_asked: Start from an empty picture.

    Args:
        theme: Colours.
        name: Object name; those of the controls begin with it.
    """

    start_chosen = Signal(int)
    region_chosen = Signal(str)
    tool_chosen = Signal(str)
    width_chosen = Signal(int)
    ink_chosen = Signal(float)
    undo_asked = Signal()
    redo_asked = Signal()
    clear_asked = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setAccessibleName("Canvas")
        self.tool = Segmented(theme, TOOLS, "pen")
        self.tool.setToolTip(_HELP)
        self.brush = Slider(theme, Scale(1, 2, 1, whole=True), 1)
        self.brush.setToolTip("Diameter of the brush in pixels: [ and ] change it too")
        self.ink = Slider(theme, Scale(0, 1, 0.01), 1)
        self.ink.setToolTip("Grey value of the pen, from 0, blank, to 1")
        self.undo = IconButton(theme, "undo", "Undo the last stroke (Ctrl Z on the canvas)")
        self.redo = IconButton(theme, "redo", "Redo the stroke (Ctrl Shift Z on the canvas)")
        self.clear = Button(theme, "Clear")
        self.clear.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clear.setToolTip("Start from an empty picture: what is given is blank")
        self.region = Combo(theme, {**REGIONS, PAINTED: "Painted"}, "lower")
        self.region.setFixedWidth(_REGION)
        self.previous = IconButton(theme, "chevron-left", "Previous image")
        self.start = StartStrip(theme)
        self.next = IconButton(theme, "chevron-right", "Next image")
        self.index = ValueBox(Scale(0, 0, 1, whole=True), 0)
        self.index.explain_refusals()
        self.index.setFixedWidth(_INDEX)
        self.index.setToolTip("Number of the image in its split")
        self._ink_group = _group(text_label("Ink", "caption"), self.ink)
        self._groups = (
            _group(self.tool),
            _group(text_label("Width", "caption"), self.brush),
            self._ink_group,
            _group(self.undo, self.redo, self.clear),
        )
        self._places: list[int] = []  # line of each group
        self._lay_out()
        self._name(name)
        self._connect()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP)
        self._lines = [QHBoxLayout() for _ in self._groups]
        for line in self._lines:
            line.setSpacing(_APART)
            column.addLayout(line)
        for slider in (self.brush, self.ink):
            slider.setMinimumWidth(_SLIDER)
        region = _group(self.region)
        region.setToolTip("The part that the model draws")  # a combo box has the tooltips of its texts
        self._from = _group(self.previous, self.start, self.next, self.index, region)
        column.addWidget(self._from)
        self._place_groups()

    def _name(self, name: str) -> None:
        words = {
            "tool": "Tool", "brush": "Width of the brush", "ink": "Ink of the pen", "region": "Unknown region",
            "index": "Image", "start": "Start", "undo": "", "redo": "", "clear": "Clear the picture", "previous": "",
            "next": "",
        }  # fmt: skip
        for part, label in words.items():
            widget: QWidget = getattr(self, part)
            widget.setObjectName(f"{name}.{part}")
            if label:
                widget.setAccessibleName(label)

    def _connect(self) -> None:
        self.tool.chosen.connect(self._on_tool)
        self.brush.moved.connect(self._on_brush)
        self.ink.moved.connect(self.ink_chosen)
        self.undo.clicked.connect(self.undo_asked)
        self.redo.clicked.connect(self.redo_asked)
        self.clear.clicked.connect(self.clear_asked)
        self.region.chosen.connect(self._on_region)
        self.start.chosen.connect(self.start_chosen)
        self.previous.clicked.connect(self._on_previous)
        self.next.clicked.connect(self._on_next)
        self.index.committed.connect(self._on_index)

    def set_grey(self, grey: bool) -> None:
        """Offers the ink of the pen, which binary images have no use for."""
        self._ink_group.setVisible(grey)
        self._place_groups()

    def show_data(self, data: TensorData, split: str, index: int) -> None:
        """Shows the split that images are from, and which of them was chosen last, without a signal."""
        count = data.size(split)
        self.index.set_scale(Scale(0, count - 1, 1, whole=True))
        self.index.set_number(index)
        self.previous.setEnabled(index > 0)
        self.next.setEnabled(index < count - 1)

    def show_painting(self, painting: ImagePainting, region: str) -> None:
        """Shows tool, brush and history of a canvas without a signal.

        Args:
            painting: The canvas.
            region: Name of its unknown region, or `PAINTED`.
        """
        self.tool.set_value(painting.tool)
        self.brush.set_scale(Scale(1, painting.largest, 1, whole=True))
        self.brush.set_number(painting.size)
        self.ink.set_number(painting.ink)
        self.region.set_value(region)
        self.undo.setEnabled(painting.can_undo)
        self.redo.setEnabled(painting.can_redo)

    # Room

    def _place_groups(self) -> None:
        """Puts the groups into lines, each as long as the width allows."""
        places, used, line = [], 0, 0
        for group in self._groups:
            needed = 0 if group.isHidden() else group.minimumSizeHint().width() + _APART
            if used and used + needed - _APART > self.contentsRect().width():
                line, used = line + 1, 0
            used += needed
            places.append(line)
        if places != self._places:
            self._places = places
            for group, place in zip(self._groups, places, strict=True):
                self._lines[place].addWidget(group)
            self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fits the groups to the width."""
        super().resizeEvent(event)
        self._place_groups()

    def minimumSizeHint(self) -> QSize:
        """The widest group, and all lines."""
        margins = self.contentsMargins()
        widest = max(group.minimumSizeHint().width() for group in (*self._groups, self._from))
        return QSize(widest + margins.left() + margins.right(), super().minimumSizeHint().height())

    # Commands

    @Slot(object, object)
    def _on_tool(self, _before: object, tool: object) -> None:
        self.tool_chosen.emit(str(tool))

    @Slot(float)
    def _on_brush(self, width: float) -> None:
        self.width_chosen.emit(round(width))

    @Slot(object, object)
    def _on_region(self, _before: object, region: object) -> None:
        self.region_chosen.emit(str(region))

    @Slot()
    def _on_previous(self) -> None:
        self.start_chosen.emit(round(self.index.number) - 1)

    @Slot()
    def _on_next(self) -> None:
        self.start_chosen.emit(round(self.index.number) + 1)

    @Slot(float, float)
    def _on_index(self, _before: float, index: float) -> None:
        self.start_chosen.emit(round(index))


def _group(*widgets: QWidget) -> QWidget:
    """Controls that stay together in a line."""
    group = QWidget()
    line = QHBoxLayout(group)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(_GAP)
    for widget in widgets:
        line.addWidget(widget)
    return group
