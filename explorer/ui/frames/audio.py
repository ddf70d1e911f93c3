"""The widget of sound: a waveform, its spectrogram, and controls to hear and to save it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.base import LegendItem
from explorer.ui.frames.bounded import BoundedPlot
from explorer.ui.frames.items.wave import TimeItem, WaveItem
from explorer.ui.frames.sound_bar import SoundBar
from explorer.ui.numbers import number
from explorer.ui.theme import Theme
from models.frames import Audio, Density, Frame
from models.frames.audio import FLOOR, spectrogram

if TYPE_CHECKING:  # pyqtgraph takes 0.4 s to import, see plot.py
    from explorer.ui.frames.canvas import Canvas, Pane
    from explorer.ui.frames.items.layers import HeatItem

__all__ = ["AudioView"]

_SIDE, _TOP, _BOTTOM = 8.0, 2.0, 24.0  # px around the waveform; below it are the numbers of time
_GAP, _WAVE = 6.0, 0.45  # px between waveform and spectrogram, and the share of the height of the former
_BAR = 30  # px of the controls and the gap above them
_FEWEST = 8  # samples in the most zoomed view
_LOUD = 1.15  # highest amplitude in view, in those of the sound


class AudioView(BoundedPlot):
    """The waveform over time in seconds, with the spectrogram below it where the frame asks for that.

    The waveform is from −1 to 1; with a spectrogram it is as high as the sound is loud. The wheel and drags change the
    range of time alone.

    Attributes:
        bar: Play, loop and save.
    """

    ideal = (320, 120 + _BAR)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self._shown = 0.0
        self._has_spectrogram = False
        self._wave: WaveItem | None = None
        self._spectrum: HeatItem | None = None
        self._times: list[TimeItem] = []
        self._heads: list[TimeItem] = []
        self._heard: float | None = None
        self.bar = SoundBar(theme, self)
        self.bar.save_asked.connect(self._on_save_asked)
        self.bar.moved.connect(self._on_moved)

    def set_view_name(self, name: str) -> None:
        """Names the controls after a view."""
        self.bar.name_after(name)

    def show_frame(self, frame: Frame) -> None:
        """Shows sound."""
        assert isinstance(frame, Audio)
        if frame.spectrogram != self._has_spectrogram:
            self._has_spectrogram = frame.spectrogram
            self.arrange()
        super().show_frame(frame)
        self.bar.set_sound(frame.samples, frame.rate)

    @property
    def seconds(self) -> float:
        """Length of the picture, s."""
        return self._frame.seconds if isinstance(self._frame, Audio) else 0.0

    def build(self, canvas: Canvas) -> None:
        """Makes the two panes with one axis of time."""
        from explorer.ui.frames.axis import PlotAxis
        from explorer.ui.frames.canvas import Pane
        from explorer.ui.frames.items.layers import HeatItem

        bottom = PlotAxis("bottom", self.tokens)
        bottom.set_name("s")
        wave, spectrum = canvas.add_pane(Pane(), bottom), canvas.add_pane(Pane())
        for pane in (wave, spectrum):
            pane.setMouseEnabled(x=True, y=False)
            self.add_pane(pane)
        spectrum.setXLink(wave)
        self._wave, self._spectrum = WaveItem(wave), HeatItem(spectrum)
        self._heads = [TimeItem(pane, 1.0) for pane in (wave, spectrum)]
        self._times = [TimeItem(pane, 2.0) for pane in (wave, spectrum)]

    def arrange(self) -> None:
        """Leaves room for the numbers of time, and for the controls below them."""
        self.bar.setGeometry(int(_SIDE), self.height() - _BAR + 2, self.width() - 2 * int(_SIDE), _BAR - 2)
        self.bar.raise_()
        if not self.panes:
            return
        wide, high = self.width() - 2 * _SIDE, self.height() - _TOP - _BOTTOM - _BAR
        whole = QRectF(QPointF(_SIDE, _TOP), QSize(max(1, int(wide)), max(1, int(high))))
        share = (whole.height() - _GAP) * _WAVE if self._has_spectrogram else whole.height()
        wave, spectrum = self.panes
        wave.place(QRectF(whole.left(), whole.top(), whole.width(), max(share, 1.0)))
        spectrum.setVisible(self._has_spectrogram)
        below = whole.top() + share + _GAP
        spectrum.place(QRectF(whole.left(), below, whole.width(), max(whole.bottom() - below, 1.0)))
        assert wave.bottom is not None
        wave.bottom.place(QRectF(whole.toRect()))

    def show_content(self, frame: Frame) -> None:
        """Shows the samples."""
        assert isinstance(frame, Audio)
        assert self._wave is not None
        assert self._spectrum is not None
        if self.seconds != self._shown:
            self._shown = self.seconds
            self.follow_frames()
        time = (0.0, self.seconds or 1.0)
        wave, spectrum = self.panes
        high = 1.0
        if frame.spectrogram:
            loudest = float(np.abs(np.nan_to_num(frame.samples)).max(initial=0.0))
            high = min(1.0, max(_LOUD * loudest, 0.01))
        self.follow(wave, time, (-high, high))
        top = frame.rate / 2000  # kHz
        self.follow(spectrum, time, (0.0, top))  # hidden or not: panes that are linked move one another
        self._wave.show_sound(frame, self.tokens)
        if frame.spectrogram:
            levels = np.maximum(spectrogram(np.nan_to_num(frame.samples), frame.rate), FLOOR)
            drawn = (0.0, max(len(frame.samples), 1) / frame.rate, 0.0, top)
            self._spectrum.set(Density(levels, drawn, role=frame.role, low=FLOOR, high=0.0), self.tokens)

    def legend(self) -> list[LegendItem]:
        """What is given and what is drawn, where a sound has both."""
        frame = self._frame
        if not isinstance(frame, Audio) or not frame.given:
            return []
        return [LegendItem("given", "data", "given"), LegendItem("drawn", frame.role, "drawn by the model")]

    def smallest(self, pane: Pane) -> tuple[float, float]:
        """A few samples, at full height."""
        frame = self._frame
        return (_FEWEST / frame.rate if isinstance(frame, Audio) else 0.0), pane.home[3] - pane.home[2]

    def pointer_moved(self, at: QPointF | None) -> None:
        """Draws a line at the time under the pointer."""
        pane = self.pane_at(at) if at is not None else None
        time = pane.projection.to_data(at - pane.pos())[0] if at is not None and pane is not None else None
        for item in self._times:
            item.show_time(time, self.tokens)

    def read_out_at(self, pane: Pane, x: float, y: float) -> str:
        """Time and amplitude, or time and frequency."""
        frame, sample = self._frame, 0
        if isinstance(frame, Audio):
            sample = int(np.floor(x * frame.rate))
        if not isinstance(frame, Audio) or not 0 <= sample < len(frame.samples):
            return ""
        if pane is not self.panes[0]:
            return f"{number(x)} s, {number(y)} kHz"
        return f"{number(x)} s, amplitude {number(float(frame.samples[sample]))}"

    @Slot()
    def _on_save_asked(self) -> None:
        self.export_asked.emit("wav")

    @Slot(object)
    def _on_moved(self, seconds: float | None) -> None:
        """Draws a line at the time that is heard."""
        for item in self._heads:
            item.show_time(seconds, self.tokens)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stops the sound, whose Stop button is out of sight."""
        self.bar.stop()
        super().hideEvent(event)

    def minimumSizeHint(self) -> QSize:
        """What is readable, and the controls."""
        return QSize(160, 72 + _BAR)
