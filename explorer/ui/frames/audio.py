"""The widget of sound: a waveform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.bounded import BoundedPlot
from explorer.ui.frames.items.wave import TimeItem, WaveItem
from explorer.ui.numbers import number
from explorer.ui.theme import Theme
from models.frames import Audio, Frame

if TYPE_CHECKING:  # pyqtgraph takes 0.4 s to import, see plot.py
    from explorer.ui.frames.canvas import Canvas, Pane

__all__ = ["AudioView"]

_SIDE, _TOP, _BOTTOM = 8.0, 2.0, 24.0  # px around the waveform; below it are the numbers of time
_FEWEST = 8  # samples in the most zoomed view


class AudioView(BoundedPlot):
    """The waveform, from −1 to 1, over time in seconds. The wheel and drags change the range of time alone."""

    ideal = (320, 120)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self._shown = 0.0
        self._wave: WaveItem | None = None
        self._time: TimeItem | None = None

    def show_frame(self, frame: Frame) -> None:
        """Shows sound."""
        assert isinstance(frame, Audio)
        super().show_frame(frame)

    @property
    def seconds(self) -> float:
        """Length of the sound, s."""
        return len(self._frame.samples) / self._frame.rate if isinstance(self._frame, Audio) else 0.0

    def build(self, canvas: Canvas) -> None:
        """Makes the pane with an axis of time."""
        from explorer.ui.frames.axis import PlotAxis
        from explorer.ui.frames.canvas import Pane

        bottom = PlotAxis("bottom", self.tokens)
        bottom.set_name("s")
        pane = canvas.add_pane(Pane(), bottom)
        pane.setMouseEnabled(x=True, y=False)
        self.add_pane(pane)
        self._wave, self._time = WaveItem(pane), TimeItem(pane, 1.0)

    def arrange(self) -> None:
        """Leaves room for the numbers of time."""
        size = QSizeF(self.width() - 2 * _SIDE, self.height() - _TOP - _BOTTOM).expandedTo(QSizeF(1, 1))
        self.panes[0].place(QRectF(QPointF(_SIDE, _TOP), size))

    def show_content(self, frame: Frame) -> None:
        """Shows the samples."""
        assert isinstance(frame, Audio)
        assert self._wave is not None
        if self.seconds != self._shown:
            self._shown = self.seconds
            self.is_free, self.panes[0].home = False, (0.0, 0.0, 0.0, 0.0)
        self.follow(self.panes[0], (0.0, self.seconds or 1.0), (-1.0, 1.0))
        self._wave.show_sound(frame, self.tokens)

    def smallest(self, pane: Pane) -> tuple[float, float]:
        """A few samples, at full height."""
        frame = self._frame
        return (_FEWEST / frame.rate if isinstance(frame, Audio) else 0.0), 2.0

    def pointer_moved(self, at: QPointF | None) -> None:
        """Draws a line at the time under the pointer."""
        pane = self.pane_at(at) if at is not None else None
        time = pane.projection.to_data(at - pane.pos())[0] if at is not None and pane is not None else None
        if self._time is not None:
            self._time.show_time(time, self.tokens)

    def read_out_at(self, pane: Pane, x: float, y: float) -> str:
        """Time and amplitude."""
        frame, sample = self._frame, 0
        if isinstance(frame, Audio):
            sample = int(np.floor(x * frame.rate))
        if not isinstance(frame, Audio) or not 0 <= sample < len(frame.samples):
            return ""
        return f"{number(x)} s, amplitude {number(float(frame.samples[sample]))}"
