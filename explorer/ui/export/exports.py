"""Exports of pictures: dialogs and the clipboard."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from explorer.figures import FigureError
from explorer.ui.export.dialog import ExportDialog, copy_image
from explorer.ui.export.form import ExportChoices
from explorer.ui.theme import Theme
from models.frames import Frame

__all__ = ["Exports"]


class Exports(QObject):
    """Opens export dialogs and copies pictures. The choices of a dialog are those of the next one.

    Signals:
        said: A sentence for the status bar.

    Args:
        theme: Colours.
        over: Dialogs open over this window.
    """

    said = Signal(str)

    def __init__(self, theme: Theme, over: QWidget):
        super().__init__(over)
        self._theme, self._over = theme, over
        self._choices = ExportChoices()

    def export(self, frame: Frame | None, kind: str, name: str, identity: Mapping[str, Any], title: str) -> None:
        """Opens the export of a picture, or copies it where the kind is "copy".

        Args:
            frame: The picture, or None where there is none yet.
            kind: "png", "svg", "pdf", "csv", "npz" or "copy".
            name: Suggested file name without suffix.
            identity: Origin of the picture, as values that JSON can hold.
            title: Its title.
        """
        if frame is None:
            self.said.emit(f"{title} shows nothing yet")
        elif kind == "copy":
            try:
                copy_image(frame)
            except FigureError as error:
                self.said.emit(str(error))
            else:
                self.said.emit(f"{title} is on the clipboard")
        else:
            choices = dataclasses.replace(self._choices, format=kind)
            dialog = ExportDialog(self._theme, frame, identity, name, choices, title, self._over)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.saved.connect(self._on_saved)
            dialog.open()

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        dialog = self.sender()
        assert isinstance(dialog, ExportDialog)
        self._choices = dialog.choices
        self.said.emit(f"Written to {path}")
