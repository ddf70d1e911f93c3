"""The widget of a film: the widget of its frames, and below it a scrubber with a play button."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.ui.frames.base import FrameView, LegendItem
from explorer.ui.frames.layers import needed_extent
from explorer.ui.frames.scrubber import Scrubber
from explorer.ui.frames.stills import STILL_WIDGETS
from explorer.ui.theme import Theme
from models.frames import Drawing, Film, Frame, Plane

__all__ = ["FilmView"]

_MEASURED = 64  # most frames from which the common extent of planes and drawings is taken
_BAR = 30  # px of the scrubber and the gap above it

_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Space)


class FilmView(FrameView):
    """Shows one frame of a film at a time.

    The first film is shown at its end. A new film with the same axis is shown at the same position, and at its end
    where the end was in view, so that a film that is still being computed can be watched. Keys: Left and Right take
    one frame, Home and End go to the ends, Space plays or pauses.

    Attributes:
        inner: Widget of the frame in view; None before the first film.
        scrubber: Chooses the frame in view.

    Signals:
        scrubbed: Number of the frame that came into view.

    Args:
        theme: Colours, and whether motion is reduced.
    """

    scrubbed = Signal(int)
    ideal = (320, 320 + _BAR)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self._theme = theme
        self.inner: FrameView | None = None
        self._shown = -1
        self._name = ""
        self._extent: tuple[float, float, float, float] | None = None
        self.scrubber = Scrubber(theme, self)
        self.scrubber.moved.connect(self._on_moved)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addStretch(1)
        self._column.addWidget(self.scrubber)
        self.setFocusProxy(self.scrubber)

    @property
    def film(self) -> Film | None:
        """The film."""
        return self._frame if isinstance(self._frame, Film) else None

    def set_view_name(self, name: str) -> None:
        """Names the film and its controls after a view: film.<view>, film.<view>.play, film.<view>.slider."""
        self._name = name
        self.setObjectName(f"film.{name}")
        self.scrubber.play_button.setObjectName(f"film.{name}.play")
        self.scrubber.slider.setObjectName(f"film.{name}.slider")

    def show_frame(self, frame: Frame) -> None:
        """Shows a film, at the position of the one before where both have the same axis."""
        assert isinstance(frame, Film)
        before, scrubber = self.film, self.scrubber
        place = len(frame.frames) - 1
        at_end = scrubber.place == scrubber.last and not scrubber.is_playing
        if before is not None and before.axis == frame.axis and not at_end:
            place = int(np.abs(frame.at - before.at[scrubber.place]).argmin())
        self._set_inner(frame)
        self._frame = frame
        self._extent = _common_extent(frame)
        scrubber.set_axis(frame.at, frame.axis, place)
        self._show(place)
        super().show_frame(frame)

    def _show(self, place: int) -> None:
        film, inner = self.film, self.inner
        assert film is not None
        assert inner is not None
        if place != self._shown + 1:
            inner.forget()  # trails are of frames that follow one another
        self._shown = place
        frame = film.frames[place]
        if isinstance(frame, Plane | Drawing) and self._extent is not None and frame.extent is None:
            frame = replace(frame, extent=self._extent)
        inner.show_frame(frame)

    def _set_inner(self, film: Film) -> None:
        """Makes the widget for the kind of the frames, where the one before is of another kind."""
        kind = STILL_WIDGETS[film.kind]
        if type(self.inner) is kind:
            return
        if self.inner is not None:
            self._column.removeWidget(self.inner)
            for action in self.inner.actions():
                self.removeAction(action)
            self.inner.hide()
            self.inner.deleteLater()
        self.inner = inner = kind(self._theme, self)
        inner.setAccessibleName(self.accessibleName())
        self._column.insertWidget(0, inner, 1)
        self._column.setStretch(1, 0)
        self.addActions(inner.actions())
        inner.legend_changed.connect(self.legend_changed)
        inner.clicked.connect(self.clicked)
        inner.export_asked.connect(self.export_asked)
        inner.set_view_name(self._name)
        self.updateGeometry()

    def words(self) -> Frame | None:
        """Subtitle, note, warning and alert of the film together with those of the frame in view."""
        film = self.film
        if film is None:
            return None
        frame = film.frames[self.scrubber.place]
        return Frame(
            subtitle=", ".join(dict.fromkeys(part for part in (film.subtitle, frame.subtitle) if part)),
            note=" ".join(dict.fromkeys(part for part in (film.note, frame.note) if part)),
            warning=film.warning or frame.warning,
            alert=film.alert or frame.alert,
        )

    def legend(self) -> list[LegendItem]:
        """The legend of the frame in view."""
        return [] if self.inner is None else self.inner.legend()

    def emphasise(self, key: str | None) -> None:
        """Draws one series of the frame in view thicker, or all alike."""
        if self.inner is not None:
            self.inner.emphasise(key)

    def forget(self) -> None:
        """Drops what the widget of the frames remembers."""
        if self.inner is not None:
            self.inner.forget()

    @Slot(int)
    def _on_moved(self, place: int) -> None:
        self._show(place)
        self.words_changed.emit()
        self.scrubbed.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that neither the widget of the frames nor the slider uses."""
        key = Qt.Key(event.key())
        if self.film is None or not _is_film_key(event):
            super().keyPressEvent(event)
            return
        scrubber = self.scrubber
        if key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                scrubber.toggle()
            return
        scrubber.pause()
        places = {Qt.Key.Key_Left: scrubber.place - 1, Qt.Key.Key_Right: scrubber.place + 1, Qt.Key.Key_Home: 0}
        scrubber.go(places.get(key, scrubber.last))

    def event(self, event: QEvent) -> bool:
        """Keeps the film's keys from the shortcuts of the window while the film has the focus."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_film_key(event):
            event.accept()
            return True
        return super().event(event)

    def paint_frame(self, painter: QPainter) -> None:
        """Nothing: the widget of the frames draws."""

    def sizeHint(self) -> QSize:
        """What the frames need, and the scrubber."""
        return super().sizeHint() if self.inner is None else self.inner.sizeHint() + QSize(0, _BAR)

    def minimumSizeHint(self) -> QSize:
        """What the frames need to be readable, and the scrubber."""
        return super().minimumSizeHint() + QSize(0, _BAR)


def _is_film_key(event: QKeyEvent) -> bool:
    return Qt.Key(event.key()) in _KEYS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier


def _common_extent(film: Film) -> tuple[float, float, float, float] | None:
    """What planes and drawings without an extent need together, so that nothing moves but what changes."""
    frames = film.thinned(_MEASURED).frames
    extents = [needed_extent(frame.layers) for frame in frames if isinstance(frame, Plane) and frame.extent is None]
    extents += [frame.bounds() for frame in frames if isinstance(frame, Drawing) and frame.extent is None]
    known = [extent for extent in extents if extent is not None]
    if not known:
        return None
    x0, x1, y0, y1 = np.array(known).T
    return float(x0.min()), float(x1.max()), float(y0.min()), float(y1.max())
