"""The base of all widgets that show a frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.theme import Theme, Tokens, color
from models.frames import Frame

__all__ = ["FrameView", "Hit", "LegendItem"]


@dataclass(frozen=True)
class Hit:
    """What was clicked in a picture; each kind of picture fills in what it knows.

    Attributes:
        xy: Position in data units, or None.
        pixel: Row and column of a pixel of the clicked image, or None.
        datum: Position of the clicked datum in its split, or None where the picture shows no data.
        time: Position along a time axis, or None.
        second: The second of two values is meant: Shift was held.
    """

    xy: tuple[float, float] | None = None
    pixel: tuple[int, int] | None = None
    datum: int | None = None
    time: float | None = None
    second: bool = False


@dataclass(frozen=True)
class LegendItem:
    """One series in the head of a card.

    Attributes:
        key: Identifier for `emphasise`.
        role: Role, which determines the colour.
        label: Name.
        value: Present value as text, or "".
        dashed, dotted: Drawn dashed, or dotted.
        unit: Unit of the value, for the tooltip.
        hint: Explanation of the value, for the tooltip, or "".
        ramp: Texts at the low and the high end of a heat map's colours, or None.
    """

    key: str
    role: str
    label: str
    value: str = ""
    dashed: bool = False
    unit: str = ""
    hint: str = ""
    ramp: tuple[str, str] | None = None
    dotted: bool = False


class FrameView(QWidget):
    """Shows the newest frame of one kind. Subclasses paint with `paint_frame` and, above it, `paint_over`.

    The result of `paint_frame` is cached as a pixmap until the frame, the size or the theme changes, so that moving
    the pointer over the widget is cheap.

    Signals:
        frame_changed: Another frame is shown.
        legend_changed: The result of `legend()` may have changed.
        words_changed: The result of `words()` has changed although the frame is the same.
        clicked: A `Hit`, where the picture was clicked or a key picked something in it.
        datum_hovered: Position in its split of the datum under the pointer, or None.
        export_asked: A control in the picture asks for a file of this kind.

    Attributes:
        painted: Number of frames painted so far, for benchmarks.

    Args:
        theme: Colours.
    """

    frame_changed = Signal()
    legend_changed = Signal()
    words_changed = Signal()
    clicked = Signal(object)
    datum_hovered = Signal(object)
    export_asked = Signal(str)
    ideal: ClassVar[tuple[int, int]] = (320, 200)  # px
    edge_to_edge: ClassVar[bool] = False  # the picture reaches the edges of its card

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self.tokens = theme.tokens
        self.painted = 0
        self._frame: Frame | None = None
        self._picture: QPixmap | None = None
        self._fresh = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        theme.changed.connect(self._on_theme_changed)

    @property
    def frame(self) -> Frame | None:
        """The frame that is shown."""
        return self._frame

    def show_frame(self, frame: Frame) -> None:
        """Shows a frame."""
        self._frame = frame
        self._fresh = True
        if frame.subtitle != self.accessibleDescription():
            self.setAccessibleDescription(frame.subtitle)
        self.redraw()
        self.announce_legend()
        self.frame_changed.emit()

    def for_figure(self) -> Frame | None:
        """The frame as a figure shows it: with what the user has set, and what the window adds to it."""
        return self._frame

    def in_view(self) -> Frame | None:
        """The frame of a figure with nothing but the range in view; None where all of it is in view."""
        return None

    def words(self) -> Frame | None:
        """A frame with the subtitle, note, warning and alert that belong to what is in view."""
        return self._frame

    def set_view_name(self, name: str) -> None:
        """Gives the name of the view that is shown; kinds with controls name them after it."""

    def announce_legend(self) -> None:
        """Emits `legend_changed` after another frame was shown."""
        self.legend_changed.emit()

    def apply_theme(self, tokens: Tokens) -> None:
        """Redraws everything in other colours."""
        self.tokens = tokens
        self.redraw()

    @Slot(object)
    def _on_theme_changed(self, tokens: Tokens) -> None:
        """No subclass may override this: a signal that is connected to an overridden slot outlives the widget."""
        self.apply_theme(tokens)

    def legend(self) -> list[LegendItem]:
        """The entries of the legend, with the current values of the series."""
        return []

    def emphasise(self, key: str | None) -> None:
        """Draws one series thicker, or all alike (None); does nothing for kinds without series."""

    def show_datum(self, index: int | None) -> None:
        """Emphasises a datum that is under the pointer in another picture; does nothing for kinds without data."""

    def forget(self) -> None:
        """Drops what is stored of earlier frames, because the next frame does not follow on them."""

    def redraw(self) -> None:
        """Drops the cached picture and schedules a repaint."""
        self._picture = None
        self.update()

    def paint_frame(self, painter: QPainter) -> None:
        """Draws the frame on the background of the card."""
        raise NotImplementedError

    def paint_over(self, painter: QPainter) -> None:
        """Draws what depends on the pointer, above the frame."""

    def sizeHint(self) -> QSize:
        """Preferred size."""
        return QSize(*self.ideal)

    def minimumSizeHint(self) -> QSize:
        """Smallest readable size."""
        return QSize(120, 72)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Redraws for the new size."""
        self._picture = None
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the cached picture, and what depends on the pointer."""
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatioF() != ratio:
            self._picture = _pixmap(self.size(), ratio, self.tokens)
            if self._frame is not None:
                painter = _begin(self._picture)
                self.paint_frame(painter)
                painter.end()
            self.painted += self._fresh
            self._fresh = False
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self._frame is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_over(painter)
        painter.end()


def _pixmap(size: QSize, ratio: float, tokens: Tokens) -> QPixmap:
    """A pixmap filled with the background of the card."""
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(color(tokens.bg2))
    return pixmap


def _begin(pixmap: QPixmap) -> QPainter:
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter
