"""The widget of images: a contact sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.base import Hit, LegendItem
from explorer.ui.frames.bounded import BoundedPlot
from explorer.ui.frames.image_layout import ImageLayout, fit_layout, part_of
from explorer.ui.frames.items.image_marks import MarksItem, pixel_box
from explorer.ui.frames.items.sheet import SheetItem, in_view
from explorer.ui.numbers import number
from explorer.ui.theme import Theme, ui_font
from models.frames import Frame, Images

if TYPE_CHECKING:  # pyqtgraph takes 0.4 s to import, see plot.py
    from explorer.ui.frames.canvas import Canvas, Pane

__all__ = ["ImagesView"]

_NAMES = 0.4  # largest share of the width for the names of rows
_FEWEST = 2.0  # pixels of an image that the most zoomed view shows in a row
_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_WAYS = dict(zip(_ARROWS, ((0, -1), (0, 1), (-1, 0), (1, 0)), strict=True))  # rows and columns that a key moves


class ImagesView(BoundedPlot):
    """Images in rows, drawn as ink on the card's paper, as large as fits: long rows are broken into blocks.

    A click gives a pixel and, with `frame.index`, a datum; Enter gives the datum, with Shift as the second of two.
    Arrow keys move between images, or move the outlined pixel. Another layout, such as that of another size of the
    widget, ends a zoom.
    """

    ideal = (320, 320)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self._place = -1
        self._marks: dict[int, str] = {}
        self._pixel: tuple[int, int] | None = None
        self._layout: ImageLayout | None = None
        self._shown: ImageLayout | None = None
        self._sheet: SheetItem | None = None
        self._over: MarksItem | None = None

    # The frame

    def show_frame(self, frame: Frame) -> None:
        """Shows images."""
        assert isinstance(frame, Images)
        self._layout = None
        super().show_frame(frame)
        if self._place >= len(frame.images):
            self._set_place(-1)

    def build(self, canvas: Canvas) -> None:
        """Makes the pane, which covers the widget."""
        from explorer.ui.frames.canvas import Pane

        pane = canvas.add_pane(Pane(square=True))
        self.add_pane(pane)
        self._sheet, self._over = SheetItem(pane), MarksItem(pane, 1.0)

    def arrange(self) -> None:
        """Fills the widget."""
        self.panes[0].place(QRectF(self.rect()))

    def show_content(self, frame: Frame) -> None:
        """Shows the sheet; a unit is a px, upwards."""
        assert isinstance(frame, Images)
        assert self._sheet is not None
        assert self._over is not None
        layout = self.layout_of_images
        if layout != self._shown:
            self.is_free, self.panes[0].home = False, (0.0, 0.0, 0.0, 0.0)
        self._shown = layout
        self.follow(self.panes[0], (0.0, max(1.0, self.width())), (-max(1.0, self.height()), 0.0))
        self._sheet.show_images(frame, layout, self.tokens)
        self._over.show_images(frame, layout, self.tokens)
        self._show_marks()

    @property
    def layout_of_images(self) -> ImageLayout | None:
        """Where the images stand before zooming; None where there are none."""
        frame = self._frame
        if self._layout is None and isinstance(frame, Images) and len(frame.images):
            n, _, h, w = frame.images.shape
            metrics = QFontMetricsF(ui_font(12))
            names = max((metrics.horizontalAdvance(text) for text in frame.row_labels), default=-10.0) + 10
            self._layout = fit_layout(
                (n, h, w),
                frame.columns,
                (float(self.width()), float(self.height())),
                left=min(names, _NAMES * self.width()),
                captions=bool(frame.captions),
                sheet=frame.sheet,
                labelled=bool(frame.row_labels),
                ratio=self.devicePixelRatioF(),
            )
        return self._layout

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lays out anew."""
        self._layout = None
        super().resizeEvent(event)

    def in_view(self) -> Frame | None:
        """The rows and columns of the images whose middles are in view."""
        frame, layout = self._frame, self.layout_of_images
        if not self.is_free or layout is None or not isinstance(frame, Images):
            return None
        sight = QRectF(self.rect())
        seen = [place for place in range(layout.count) if sight.contains(self.box(place).center())]
        return part_of(frame, seen, layout.columns) if 0 < len(seen) < layout.count else None

    # Marks

    def set_marks(self, marks: Mapping[int, str]) -> None:
        """Marks picked data: letter by position in the split."""
        self._marks = dict(marks)
        self._show_marks()

    def set_pixel(self, pixel: tuple[int, int] | None) -> None:
        """Outlines a pixel, row and column, in every image; None for none."""
        self._pixel = pixel
        self._show_marks()

    def _set_place(self, place: int) -> None:
        self._place = place
        self._show_marks()

    def _show_marks(self) -> None:
        if self._over is not None:
            self._over.set_state(self._marks, self._pixel, self._place, not self.is_free)

    # Positions

    def box(self, place: int) -> QRectF:
        """The rectangle of one image, px of the widget."""
        layout = self.layout_of_images
        if layout is None:
            return QRectF()
        return in_view(layout.box(place), self.panes[0].projection) if self.is_free else layout.box(place)

    def pixel_box(self, place: int, pixel: tuple[int, int]) -> QRectF:
        """Where a pixel of an image is on the widget, px."""
        frame = self._frame
        assert isinstance(frame, Images)
        height, width = frame.images.shape[-2:]
        return pixel_box(self.box(place), (height, width), pixel)

    def place_at(self, at: QPointF) -> int:
        """Index of the image at a point of the widget, or -1."""
        layout = self.layout_of_images
        if layout is None:
            return -1
        if self.is_free:
            x, y = self.panes[0].projection.to_data(at)
            return layout.at(QPointF(x, -y))
        return layout.at(at)

    def _pixel_at(self, at: QPointF, place: int) -> tuple[int, int] | None:
        """Row and column of the pixel of an image at a point of the widget, or None between the images."""
        frame, box = self._frame, self.box(place)
        assert isinstance(frame, Images)
        if not box.contains(at):
            return None
        height, width = frame.images.shape[-2:]
        row = int((at.y() - box.top()) / box.height() * height)
        column = int((at.x() - box.left()) / box.width() * width)
        return min(row, height - 1), min(column, width - 1)

    # The range

    def smallest(self, pane: Pane) -> tuple[float, float]:
        """A few pixels of an image."""
        frame, layout = self._frame, self.layout_of_images
        if layout is None or not isinstance(frame, Images):
            return 0.0, 0.0
        side = _FEWEST * layout.width / frame.images.shape[-1]
        return side, side * self.height() / max(1, self.width())

    def range_moved(self) -> None:
        """Stays inside the sheet."""
        super().range_moved()
        self._show_marks()

    # Pointer and keys

    def pointer_moved(self, at: QPointF | None) -> None:
        """Magnifies the image under the pointer."""
        self._set_place(-1 if at is None else self.place_at(at))

    def read_out_at(self, pane: Pane, x: float, y: float) -> str:
        """Names the image and gives the value of its pixel."""
        frame, at = self._frame, pane.projection.point(x, y)
        place = self.place_at(at)
        if not isinstance(frame, Images) or place < 0:
            return ""
        name, pixel = self._name(frame, place), self._pixel_at(at, place)
        if pixel is None:
            return name
        values = frame.images[place, :, pixel[0], pixel[1]]
        if frame.unit and frame.role_of is not None and frame.role_of[place, pixel[0], pixel[1]]:
            value = f"{number(float(values[0]) * frame.full, 2)} {frame.unit}"
        else:
            value = " ".join(number(float(v), 2) for v in values)
        return f"{name}, pixel ({pixel[0]}, {pixel[1]}): {value}"

    def legend(self) -> list[LegendItem]:
        """The roles of pixels; of a map of a quantity, the scale of its shades."""
        frame = self._frame
        if not isinstance(frame, Images):
            return []
        if frame.unit:
            role = frame.roles[0] if frame.roles else "total"
            return [LegendItem("scale", role, frame.unit, ramp=("0", number(frame.full, 2)))]
        return [LegendItem(role, role, name) for role, name in zip(frame.roles, frame.role_names, strict=True)]

    @staticmethod
    def _name(frame: Images, place: int) -> str:
        parts = []
        if place < len(frame.captions):
            parts.append(frame.captions[place])
        elif frame.columns and place // frame.columns < len(frame.row_labels):
            parts.append(f"{frame.row_labels[place // frame.columns]} {place % frame.columns + 1}")
        if frame.index is not None and frame.index[place] >= 0:
            parts.append(f"datum {frame.index[place]}")
        return ", ".join(part for part in parts if part) or f"image {place + 1}"

    def click(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Picks the clicked image."""
        place = self.place_at(at)
        if place >= 0:
            self._pick(place, self._pixel_at(at, place), modifiers)

    def _pick(self, place: int, pixel: tuple[int, int] | None, modifiers: Qt.KeyboardModifier) -> None:
        frame = self._frame
        assert isinstance(frame, Images)
        datum = None if frame.index is None or frame.index[place] < 0 else int(frame.index[place])
        self.clicked.emit(Hit(pixel=pixel, datum=datum, second=bool(modifiers & Qt.KeyboardModifier.ShiftModifier)))

    def _move_pixel(self, down: int, right: int) -> None:
        frame = self._frame
        if isinstance(frame, Images) and self._pixel is not None:
            (row, column), (height, width) = self._pixel, frame.images.shape[-2:]
            self.clicked.emit(Hit(pixel=(min(height - 1, max(0, row + down)), min(width - 1, max(0, column + right)))))

    def _walk(self, layout: ImageLayout, down: int, right: int) -> None:
        """Takes the next image in a direction, where there is one."""
        if self._place < 0:
            place = 0
        elif right:
            place = min(layout.count - 1, max(0, self._place + right))
        else:
            row, column = layout.cell(self._place)
            place = layout.place(row + down, column)
        if place >= 0:
            self._set_place(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, or move the outlined pixel; Enter picks."""
        layout, key = self.layout_of_images, event.key()
        if layout is not None and key in _WAYS and self._pixel is not None:
            self._move_pixel(*_WAYS[Qt.Key(key)])
        elif layout is not None and key in _WAYS:
            self._walk(layout, *_WAYS[Qt.Key(key)])
        elif layout is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._place >= 0:
            self._pick(self._place, None, event.modifiers())
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hides the magnified image."""
        self._set_place(-1)
        super().focusOutEvent(event)
