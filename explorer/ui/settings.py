"""Settings: values that persist between starts, and their dialog."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QFormLayout, QVBoxLayout, QWidget

from explorer.data.cache import HOME
from explorer.engine.files import home
from explorer.ui.controls import Button, Combo, Switch, close_on_escape, text_label
from explorer.ui.theme import Mode, Theme

__all__ = ["SettingsDialog", "settings", "settings_problem", "stored_scale", "stored_switch"]

_THEMES = {Mode.SYSTEM: "Follow the system", Mode.LIGHT: "Light", Mode.DARK: "Dark", Mode.CONTRAST: "High contrast"}
_FILE = "window.ini"
_DAMAGED: set[Path] = set()  # Qt tells it once, of the first that reads the file
_SCALES = {1.0: "100 %", 1.25: "125 %", 1.5: "150 %", 1.75: "175 %", 2.0: "200 %"}


def settings() -> QSettings:
    """The persistent settings, stored beside the runs; they have no values where they cannot be read."""
    folder: Path = home()
    with contextlib.suppress(OSError):  # said by `settings_problem`
        folder.mkdir(parents=True, exist_ok=True)
    stored = QSettings(str(folder / _FILE), QSettings.Format.IniFormat)
    stored.allKeys()  # before which Qt reads only a part of the file
    if stored.status() == QSettings.Status.FormatError:
        _DAMAGED.add(folder / _FILE)
    return stored


def settings_problem() -> str:
    """Why settings are not remembered, in one sentence; "" where they are."""
    path = home() / _FILE
    if path in _DAMAGED:
        return f"Nothing is remembered of the window: {path} was damaged, and is written anew"
    target = path if os.path.exists(path) else path.parent
    if (os.path.isfile(path) or os.path.isdir(target)) and os.access(target, os.W_OK):
        return ""
    return f"Nothing is remembered, and no run can be kept: {path.parent} cannot be written to; set {HOME} to a folder"


def stored_scale() -> float:
    """The stored scale of the interface; 1 where none of those on offer is stored."""
    text = str(settings().value("scale", 1.0))
    return next((scale for scale in _SCALES if text == str(scale)), 1.0)


def stored_switch(stored: QSettings, name: str, default: bool) -> bool:
    """A stored yes or no; the default where something else is stored."""
    return {"true": True, "false": False}.get(str(stored.value(name, default)).lower(), default)


class SettingsDialog(QDialog):
    """Theme, scale and motion.

    Signals:
        motion_chosen: Whether motion is reduced.

    Args:
        theme: The theme, which the dialog switches at once.
    """

    motion_chosen = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        close_on_escape(self)
        self.setObjectName("settings")
        self.setWindowTitle("Settings")
        self._theme = theme
        self._stored = settings()
        self.mode = Combo(theme, _THEMES, theme.mode)
        self.mode.setObjectName("theme")
        self.mode.setAccessibleName("Theme")
        self.scale = Combo(theme, _SCALES, stored_scale())
        self.scale.setObjectName("scale")
        self.scale.setAccessibleName("Scale of the interface")
        self.motion = Switch(theme, stored_switch(self._stored, "reduced_motion", False))
        self.motion.setObjectName("reduced_motion")
        self.motion.setAccessibleName("Reduce motion")
        self._hint = text_label("The scale applies at the next start.", "caption")
        self._hint.hide()
        form = QFormLayout()
        form.setVerticalSpacing(12)
        form.setHorizontalSpacing(24)
        form.addRow(text_label("Theme", "label"), self.mode)
        form.addRow(text_label("Scale", "label"), self.scale)
        form.addRow(text_label("Reduce motion", "label"), self.motion)
        where = text_label(f"Runs and settings are stored in {home()}", "caption", wrap=True)
        where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = Button(theme, "Close", kind="primary")
        close.setObjectName("settings_close")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self._hint)
        column.addWidget(where)
        column.addStretch(1)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self.setMinimumWidth(420)
        self.mode.chosen.connect(self._on_mode)
        self.scale.chosen.connect(self._on_scale)
        self.motion.toggled.connect(self._on_motion)
        close.clicked.connect(self.accept)

    @Slot(object, object)
    def _on_mode(self, _before: object, mode: object) -> None:
        self._stored.setValue("theme", str(mode))
        self._theme.set_mode(Mode(str(mode)))

    @Slot(object, object)
    def _on_scale(self, _before: object, scale: object) -> None:
        self._stored.setValue("scale", float(scale))  # type: ignore[arg-type]
        self._hint.show()

    @Slot(bool)
    def _on_motion(self, reduced: bool) -> None:
        self._stored.setValue("reduced_motion", reduced)
        self.motion_chosen.emit(reduced)
