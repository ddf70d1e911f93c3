"""The application: one process, one window."""

from __future__ import annotations

import gc
import locale
import logging
import sys
import threading
import traceback
from types import TracebackType

import torch
from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QMessageBox

import models
from explorer.ui.ending import Ending
from explorer.ui.frames import load_pyqtgraph
from explorer.ui.garbage import GarbageGuard
from explorer.ui.settings import settings, stored_scale
from explorer.ui.theme import Mode, Theme, set_ui_scale
from explorer.ui.threads import Thread
from explorer.ui.window.main_window import MainWindow

__all__ = ["create_window", "run"]

_SWITCH = 0.002  # s; with 0.005 the p99 of a 10 ms timer is 38 ms instead of 30; shorter is not better
_log = logging.getLogger("explorer")


class _Failures(QObject):
    """Shows uncaught exceptions of any thread, one dialog at a time.

    Signals:
        happened: Message and traceback.
    """

    happened = Signal(str, str)

    def __init__(self, parent: QObject):
        super().__init__(parent)
        self._shown = False
        self.happened.connect(self._on_happened)

    def hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Replacement of `sys.excepthook`."""
        details = "".join(traceback.format_exception(kind, error, trace))
        _log.error(details)
        self.happened.emit(f"{kind.__name__}: {error}", details)

    def thread_hook(self, arguments: threading.ExceptHookArgs) -> None:
        """Replacement of `threading.excepthook`."""
        if arguments.exc_value is not None:
            self.hook(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    @Slot(str, str)
    def _on_happened(self, title: str, details: str) -> None:
        if self._shown:
            return
        self._shown = True
        box = QMessageBox(QMessageBox.Icon.Warning, "Something went wrong", title)
        box.setInformativeText("This is a defect of the application. Runs are saved, and the window stays open.")
        box.setDetailedText(details)
        box.exec()
        self._shown = False


class _WarmUp(Thread):
    """Creates an optimiser, and imports the pages of all families, while the window is being looked at.

    The first optimiser takes half a second, which the first click on Train need not wait for; the overview and the list
    of commands need all pages.
    """

    def __init__(self) -> None:
        super().__init__("warm-up")

    def run(self) -> None:
        """Does it, and ends early where it is stopped."""
        torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], fused=True)
        for family in models.FAMILIES:
            for name in family.pages:
                if self.isInterruptionRequested():
                    return
                models.find_page(name)


def create_window() -> MainWindow:
    """Makes the main window of the running `QApplication`; until it closes, this thread alone collects garbage.

    Raises:
        RuntimeError: No `QApplication` exists.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("make a QApplication first")
    # The window waits up to this long for the interpreter lock while another thread trains.
    sys.setswitchinterval(_SWITCH)
    # Qt sets the locale of the environment, in which C libraries may parse "0,5" instead of "0.5".
    locale.setlocale(locale.LC_NUMERIC, "C")
    mode = str(settings().value("theme", str(Mode.SYSTEM)))
    theme = Theme(app, mode if mode in {str(choice) for choice in Mode} else Mode.SYSTEM, app)
    window = MainWindow(theme)
    window.closed.connect(GarbageGuard(window).release)
    return window


def run() -> int:
    """Opens the window and runs until it is closed; returns the exit status, of a signal where one ended it."""
    set_ui_scale(stored_scale())
    app = QApplication(sys.argv[:1])
    app.setApplicationName("dgm-explorer")
    app.setApplicationDisplayName("Deep Generative Model Explorer")
    failures = _Failures(app)
    sys.excepthook = failures.hook
    threading.excepthook = failures.thread_hook
    window = create_window()
    window.show()
    QTimer.singleShot(0, load_pyqtgraph)
    warm_up = _WarmUp()
    warm_up.begin(QThread.Priority.LowPriority)
    with Ending(window).watching():
        code = app.exec()
    warm_up.end()
    sys.excepthook = sys.__excepthook__
    del window
    gc.collect()
    return code
