"""The export of a card: a figure or data file with a live preview."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from explorer.figures import FORMATS
from explorer.ui.controls import Button, IconButton, TextBox, close_on_escape, text_label
from explorer.ui.export.choices import ExportChoices
from explorer.ui.export.form import FigureForm
from explorer.ui.export.preview import FigurePreview
from explorer.ui.export.thread import FigureJob, FigureResult, FigureThread
from explorer.ui.numbers import count
from explorer.ui.theme import Theme
from models.frames import Film, Frame, Plane, Points

__all__ = ["ExportChoices", "ExportDialog"]

_DELAY = 120  # ms between the last change and the preview
_NAMES = {"png": "PNG image", "svg": "SVG drawing", "pdf": "PDF", "csv": "Table (CSV)", "npz": "NumPy arrays (NPZ)"}


def _file_name(name: str) -> str:
    """A file name that is valid on every file system."""
    return re.sub(r"[^\w.\-]+", "-", name).strip("-.") or "figure"


def _has_classes(frame: Frame) -> bool:
    planes = frame.frames if isinstance(frame, Film) else (frame,)
    layers = (layer for plane in planes if isinstance(plane, Plane) for layer in plane.layers)
    return any(isinstance(layer, Points) and layer.label is not None for layer in layers)


class ExportDialog(QDialog):
    """Options of a figure with a live preview; writes the file.

    A thread draws and writes; it is stopped when the dialog closes.

    Attributes:
        saved_path: Path of the written file, or None.

    Signals:
        saved: Path of the written file.

    Args:
        theme: Colours.
        frame: The frame to export.
        identity: Its origin (run, page, data, step, seed), as values that JSON can hold.
        name: Suggested file name without suffix.
        choices: Options of the previous export.
        title: Initial title of the figure.
        in_view: The frame limited to the range in view, which is what a figure shows unless all data are chosen; None
            where all of the frame is in view.
    """

    saved = Signal(object)

    def __init__(
        self,
        theme: Theme,
        frame: Frame,
        identity: Mapping[str, Any],
        name: str,
        choices: ExportChoices | None = None,
        title: str = "",
        parent: QWidget | None = None,
        *,
        in_view: Frame | None = None,
    ):
        super().__init__(parent)
        close_on_escape(self)
        self.saved_path: Path | None = None
        self._frame, self._in_view, self._identity = frame, in_view, dict(identity)
        self._saving = False
        self.setObjectName("export")
        self.setWindowTitle("Export figure")
        self.setAccessibleName("Export figure")
        choices = choices or ExportChoices()
        folder = choices.folder or QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        self._folder = Path(folder) if folder and Path(folder).is_dir() else Path.home()
        self._preview = FigurePreview(theme, self)
        self._facts = text_label("", "caption", parent=self)
        self._form = FigureForm(
            theme, choices, title, self, has_range=in_view is not None, has_classes=_has_classes(frame)
        )
        self._path = TextBox(str(self._folder / f"{_file_name(name)}.{choices.format}"), self)
        self._path.setObjectName("export.path")
        self._path.setAccessibleName("File")
        self._browse = IconButton(theme, "folder", "Choose a file", "text2", self)
        self._replaces = text_label("", "hint", wrap=True, parent=self)
        self._error = text_label("", "error", wrap=True, parent=self)
        self._error.setObjectName("export.error")
        self._cancel = Button(theme, "Cancel", kind="ghost", parent=self)
        self._save = Button(theme, "Save", "export", "primary", self)
        self._save.setObjectName("export.save")
        self._lay_out()
        self._thread = FigureThread()
        self._thread.finished_job.connect(self._on_finished_job)
        self._timer = QTimer(self, singleShot=True, interval=_DELAY)
        self._timer.timeout.connect(self._on_preview_due)
        self._form.changed.connect(self._on_changed)
        self._form.format_chosen.connect(self._on_format_chosen)
        self._form.error_changed.connect(self._show_error)
        self._path.textChanged.connect(self._on_path_changed)
        self._path.committed.connect(self._on_path_committed)
        self._path.returnPressed.connect(self._on_save_clicked)
        self._browse.clicked.connect(self._on_browse_clicked)
        self._cancel.clicked.connect(self.reject)
        self._save.clicked.connect(self._on_save_clicked)
        self._on_path_changed(self._path.text())

    @property
    def choices(self) -> ExportChoices:
        """The options, for the next export."""
        return dataclasses.replace(self._form.choices, folder=str(self._file().parent))

    @property
    def title(self) -> str:
        """Title of the figure."""
        return self._form.title

    @property
    def error(self) -> str:
        """The error shown, or ""."""
        return self._error.text()

    @property
    def preview(self) -> FigurePreview:
        """The preview."""
        return self._preview

    def _lay_out(self) -> None:
        for button in (self._cancel, self._save):
            button.setAutoDefault(False)  # Enter in a field commits the field and must not save
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self._preview, 1)
        left.addWidget(self._facts)
        file_row = QHBoxLayout()
        file_row.setSpacing(4)
        file_row.addWidget(self._path, 1)
        file_row.addWidget(self._browse)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._save)
        side = QWidget(self)
        side.setFixedWidth(296)
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(8)
        right.addWidget(self._form)
        right.addSpacing(4)
        right.addWidget(text_label("File", "label", parent=side))
        right.addLayout(file_row)
        right.addWidget(self._replaces)
        right.addWidget(self._error)
        right.addStretch(1)
        right.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 20, 20, 20)
        row.setSpacing(20)
        row.addLayout(left, 1)
        row.addWidget(side)
        self.resize(880, 560)

    def _file(self) -> Path:
        return self._folder / Path(self._path.text().strip()).expanduser()

    def _job(self, path: Path | None = None) -> FigureJob:
        choices = self._form.choices
        style = choices.style(self._form.title)
        frame = self._frame if self._in_view is None or self._form.is_whole else self._in_view
        return FigureJob(frame, style, choices.format, self._identity, path, self._preview.device_pixels)

    def _show_facts(self, result: FigureResult) -> None:
        picture, style = self._preview.picture, result.job.style
        if picture is None or picture.isNull():
            self._facts.setText("Size and theme do not affect data files.")
            return
        height = style.width_mm * picture.height() / picture.width()
        self._form.show_height(height)
        facts = f"{style.width_mm:g} × {style.height_mm or height:.0f} mm"
        if result.job.format == "png":
            facts += f", {count(style.width_mm / 25.4 * style.dpi)} px wide"
        self._facts.setText(facts)

    @Slot(str)
    def _show_error(self, text: str) -> None:
        self._error.setText(text)

    @Slot()
    def _on_changed(self) -> None:
        self._show_error(self._form.error)
        self._timer.start()

    @Slot()
    def _on_preview_due(self) -> None:
        if self._thread.isRunning():
            self._thread.ask(self._job())

    @Slot(object)
    def _on_finished_job(self, result: FigureResult) -> None:
        if result.job.path is not None:
            self._saving = False
            self._on_path_changed(self._path.text())
            if result.error:
                self._show_error(result.error)
                return
            self.saved_path = result.job.path
            self.saved.emit(result.job.path)
            self.accept()
            return
        if result.error:
            self._show_error(result.error)
        elif result.job.format == self._form.choices.format:
            self._preview.show_picture(result.picture) if result.picture else self._preview.show_text(result.text)
            self._show_facts(result)

    @Slot(str)
    def _on_format_chosen(self, name: str) -> None:
        path = Path(self._path.text().strip())
        is_format = path.suffix.lower().lstrip(".") in FORMATS
        self._path.set_value(str(path.with_suffix(f".{name}") if is_format else f"{path}.{name}"))

    @Slot(str)
    def _on_path_changed(self, _text: str) -> None:
        file = self._file()
        replaces, new_folder = os.path.isfile(file), not os.path.exists(file.parent)
        hint = "A file with this name exists and will be replaced." if replaces else ""
        self._replaces.setText(f"There is no folder {file.parent}; it will be created." if new_folder else hint)
        self._replaces.setVisible(replaces or new_folder)
        self._save.setEnabled(bool(self._path.text().strip()) and not self._saving)
        text = "Replace" if replaces else "Create folder and save" if new_folder else "Save"
        text = "Saving…" if self._saving else text
        self._save.set_face(text, "export")

    @Slot(object, object)
    def _on_path_committed(self, _before: str, text: str) -> None:
        suffix = Path(text.strip()).suffix.lower().lstrip(".")
        if suffix in FORMATS:
            self._form.set_format(suffix)

    @Slot()
    def _on_browse_clicked(self) -> None:
        chosen = self._form.choices.format
        filters = [f"{_NAMES[name]} (*.{name})" for name in FORMATS]
        path, _ = QFileDialog.getSaveFileName(
            self, "Export figure", str(self._file()), ";;".join(filters), filters[FORMATS.index(chosen)]
        )
        if path:
            self._path.set_value(path)
            self._on_path_committed("", path)

    @Slot()
    def _on_save_clicked(self) -> None:
        if self._saving or not self._path.text().strip():
            return
        if self._form.error:
            self._show_error(self._form.error)
            return
        path = self._file()
        if not path.suffix:
            path = path.with_suffix(f".{self._form.choices.format}")
            self._path.set_value(str(path))
        self._show_error("")
        self._saving = True
        self._on_path_changed(self._path.text())
        self._thread.ask(self._job(path))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draws the preview for the new size."""
        super().resizeEvent(event)
        self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Starts the thread."""
        super().showEvent(event)
        self._thread.begin()
        self._on_preview_due()
        if not event.spontaneous():
            self._path.setFocus(Qt.FocusReason.OtherFocusReason)
            name = Path(self._path.text())
            self._path.setSelection(len(str(name.parent)) + 1, len(name.stem))

    def hideEvent(self, event: QHideEvent) -> None:
        """Stops the thread after it has written the files in progress."""
        super().hideEvent(event)
        if not event.spontaneous():  # not when minimised
            self._timer.stop()
            self._thread.end(30_000)
