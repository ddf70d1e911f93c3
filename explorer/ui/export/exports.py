"""Exports of pictures: dialogs and the clipboard."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from explorer.figures import FigureError, default_title, save
from explorer.ui.export.choices import ExportChoices
from explorer.ui.export.clipboard import copy_image
from explorer.ui.export.dialog import ExportDialog
from explorer.ui.theme import Theme
from models.frames import Frame

__all__ = ["Exports"]


class Exports(QObject):
    """Opens export dialogs and copies pictures.

    The choices of a dialog are those of the next one, and the title of a picture is that of its next figure.

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
        self._titles: dict[str, str] = {}  # those that were typed, by name of the picture

    def export(
        self,
        frame: Frame | None,
        kind: str,
        name: str,
        identity: Mapping[str, Any],
        title: str,
        in_view: Frame | None = None,
    ) -> None:
        """Opens the export of a picture, asks where to save a sound, or copies a picture where the kind is "copy".

        Args:
            frame: The picture, or None where there is none yet.
            kind: "png", "svg", "pdf", "csv", "npz", "wav" for sound, or "copy".
            name: Suggested file name without suffix.
            identity: Origin of the picture, as values that JSON can hold.
            title: What it shows.
            in_view: The picture in the range in sight, or None where that is all of it.
        """
        if frame is None:
            self.said.emit(f"{title} shows nothing yet")
        elif kind == "copy":
            try:
                copy_image(in_view or frame)
            except FigureError as error:
                self.said.emit(str(error))
            else:
                self.said.emit(f"{title} is on the clipboard")
        elif kind == "wav":
            self._save_sound(frame, name, identity)
        else:
            choices, default = dataclasses.replace(self._choices, format=kind), default_title(title, identity)
            typed = self._titles.get(name, default)
            dialog = ExportDialog(self._theme, frame, identity, name, choices, typed, self._over, in_view=in_view)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.saved.connect(self._on_saved)
            dialog.finished.connect(lambda _result: self._keep_title(name, dialog.title, default))
            dialog.open()

    def _save_sound(self, frame: Frame, name: str, identity: Mapping[str, Any]) -> None:
        """Asks for a file name, and writes the sound there."""
        suggested = str(Path(self._choices.folder) / f"{name}.wav")
        chosen, _ = QFileDialog.getSaveFileName(self._over, "Save sound", suggested, "Sound (*.wav)")
        if not chosen:
            return
        try:
            path = save(frame, Path(chosen).with_suffix(".wav"), identity=identity)
        except FigureError as error:
            self.said.emit(str(error))
            return
        self._choices = dataclasses.replace(self._choices, folder=str(path.parent))
        self.said.emit(f"Written to {path}")

    def _keep_title(self, name: str, title: str, default: str) -> None:
        """Keeps a title that was typed for a picture; one that is the default follows the step."""
        if title != default:
            self._titles[name] = title
        else:
            self._titles.pop(name, None)

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        dialog = self.sender()
        assert isinstance(dialog, ExportDialog)
        self._choices = dialog.choices.for_next()
        self.said.emit(f"Written to {path}")
