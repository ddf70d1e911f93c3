"""Settings: values that persist between starts, and their dialog."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QFormLayout, QVBoxLayout, QWidget

from explorer.engine.files import home
from explorer.ui.controls import Button, Combo, Switch, close_on_escape, text_label
from explorer.ui.theme import Mode, Theme

__all__ = ["SettingsDialog", "settings"]

_THEMES = {Mode.SYSTEM: "Follow the system", Mode.LIGHT: "Light", Mode.DARK: "Dark", Mode.CONTRAST: "High contrast"}
_SCALES = {1.0: "100 %", 1.25: "125 %", 1.5: "150 %", 1.75: "175 %", 2.0: "200 %"}


def settings() -> QSettings:
    """The persistent settings, stored beside the runs."""
    folder: Path = home()
    folder.mkdir(parents=True, exist_ok=True)
    return QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)


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
        self.scale = Combo(theme, _SCALES, float(str(self._stored.value("scale", 1.0))))
        self.scale.setObjectName("scale")
        self.scale.setAccessibleName("Scale of the interface")
        self.motion = Switch(theme, bool(self._stored.value("reduced_motion", False, bool)))
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
