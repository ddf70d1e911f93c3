"""Closes the window when a signal or the end of the desktop session ends the program."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Iterator
from types import FrameType

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, Qt, Slot
from PySide6.QtGui import QGuiApplication, QSessionManager

from explorer.signals import Ended, exit_status, handled
from explorer.ui.window.main_window import MainWindow

__all__ = ["Ending"]


class Ending(QObject):
    """Closes the window as its cross does, which saves every run; a second Ctrl-C ends the program at once.

    Args:
        window: The window.
    """

    def __init__(self, window: MainWindow):
        super().__init__(window)
        self._window = window
        self._status: int | None = None
        self._awake: socket.socket | None = None
        window.closed.connect(self._on_closed)
        app = QCoreApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.commitDataRequest.connect(self.end_session, Qt.ConnectionType.DirectConnection)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Handles signals for a block."""
        # Qt's event loop runs no Python while nothing happens, and a handler of a signal runs only in Python.
        wakes, awake = socket.socketpair()
        with wakes, awake:
            wakes.setblocking(False)
            self._awake = awake
            notifier = QSocketNotifier(awake.fileno(), QSocketNotifier.Type.Read, self)
            notifier.activated.connect(self._on_awake)
            before = signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
            try:
                with handled(self._on_signal):
                    yield
            finally:
                signal.set_wakeup_fd(before)
                notifier.setEnabled(False)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._status is not None and number == signal.SIGINT:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        if self._status is None:
            self._status = exit_status(Ended(number))

    @Slot()
    def _on_awake(self) -> None:
        assert self._awake is not None
        self._awake.recv(4096)
        if self._status is not None:
            self._window.close()

    @Slot(QSessionManager)
    def end_session(self, _manager: QSessionManager | None = None) -> None:
        """Closes the window before the desktop session ends, which waits until this returns."""
        self._window.close()

    @Slot()
    def _on_closed(self) -> None:
        if self._status is not None:
            QCoreApplication.exit(self._status)  # also where a dialog of the application is still open
