"""The Escape key of dialogs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog

__all__ = ["close_on_escape"]


def close_on_escape(dialog: QDialog) -> None:
    """Closes a dialog at the first Escape, wherever the focus is.

    A field uses Escape to bring its last value back, and would keep it from the dialog. A list that is unfolded is a
    window of its own, which Escape folds.
    """
    QShortcut(QKeySequence(Qt.Key.Key_Escape), dialog).activated.connect(dialog.reject)
