"""The window of a process of its own, until a signal ends it: `python ended.py idle|training|dialog`.

It prints a line when it is ready for the signal: nothing, or the folder of the run that it trains.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from explorer import __main__ as entry
from explorer.ui import app
from explorer.ui.window.main_window import MainWindow

STATE = sys.argv[1]


def window() -> MainWindow:
    return next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow))


def ready() -> None:
    page = window().page
    if STATE != "idle" and (page is None or page.shown.folder is None or page.shown.step < 20):
        QTimer.singleShot(20, ready)
        return
    sys.stdout.write(f"{page.shown.folder}\n" if STATE != "idle" and page else "\n")
    sys.stdout.flush()
    if STATE == "dialog":
        QMessageBox(QMessageBox.Icon.Warning, "Of the application", "not of the window").exec()


def begin() -> None:
    if STATE != "idle":
        window().stack.currentWidget().findChild(QPushButton, "train").click()
    ready()


app.load_pyqtgraph = begin
sys.argv = ["dgm-explorer"]
sys.exit(entry.main())
