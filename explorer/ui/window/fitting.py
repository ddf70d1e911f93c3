"""A window that opens is not larger than its screen, its frame included."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMargins, QObject, QRect, QSize, QTimer, Slot
from PySide6.QtWidgets import QStyle, QWidget

__all__ = ["ScreenFit", "fitted"]

_FRAME_KNOWN = 150  # ms after which the window manager has told how wide its frame is


def fitted(window: QRect, frame: QMargins, available: QRect) -> QRect:
    """The part of a screen that a window takes, moved and shrunk until it is inside with its frame.

    Args:
        window: Position and size of the window without its frame.
        frame: Width of the frame at each side.
        available: The part of the screen that no panel covers.
    """
    room = available.marginsRemoved(frame)
    size = window.size().boundedTo(room.size())
    x = min(max(window.x(), room.x()), room.right() - size.width() + 1)
    y = min(max(window.y(), room.y()), room.bottom() - size.height() + 1)
    return QRect(x, y, size.width(), size.height())


class ScreenFit(QObject):
    """Fits a window to its screen before it is shown, and again once the width of its frame is known.

    A size that is set in between, by a person or a program, stays.

    Args:
        window: The window, with the size that it is to have where there is room.
    """

    def __init__(self, window: QWidget):
        super().__init__(window)
        self._window = window
        self._timer = QTimer(self, interval=_FRAME_KNOWN, singleShot=True)
        self._timer.timeout.connect(self._on_frame_known)
        title = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
        self._fit(QMargins(1, title, 1, 1))
        self._size: QSize | None = window.size()
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Waits for the frame after the window is shown the first time."""
        if event.type() == QEvent.Type.Show and watched is self._window and self._size is not None:
            self._timer.start()
        return False

    @Slot()
    def _on_frame_known(self) -> None:
        window, size = self._window, self._size
        self._size = None
        handle = window.windowHandle()
        if handle is not None and size == window.size() and not window.isMaximized() and not window.isFullScreen():
            self._fit(handle.frameMargins())

    def _fit(self, frame: QMargins) -> None:
        window = self._window
        wanted = fitted(window.geometry(), frame, window.screen().availableGeometry())
        if wanted != window.geometry():
            window.setGeometry(wanted)
