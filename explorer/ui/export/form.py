"""The options of a figure: a form, and a dataclass that is remembered between exports."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from explorer.figures import FORMATS, Style
from explorer.ui.controls import Combo, Scale, Segmented, Switch, TextBox, ValueBox, text_label
from explorer.ui.theme import Theme

__all__ = ["SIZES", "ExportChoices", "FigureForm"]

SIZES: Mapping[str, tuple[str, float, float | None]] = {
    "column": ("One column, 85 mm", 85.0, None),
    "double": ("Two columns, 178 mm", 178.0, None),
    "slide": ("Slide, 254 × 143 mm", 254.0, 143.0),
}
"""Common sizes: label, width and height in mm; a height of None follows the picture."""

_CUSTOM = "custom"
_DATA = ("csv", "npz")
_MM = Scale(20, 1000, 1.0)
_DPI = Scale(30, 1200, 10.0, whole=True)


@dataclass(frozen=True)
class ExportChoices:
    """The options that are remembered between exports.

    Attributes:
        format: "png", "svg", "pdf", "csv" or "npz".
        width_mm: Width, mm.
        height_mm: Height, mm; None follows the picture.
        dpi: Pixels per inch.
        theme: "light" or "dark".
        folder: Folder of the last figure, or "".
    """

    format: str = "png"
    width_mm: float = 85.0
    height_mm: float | None = None
    dpi: int = 300
    theme: str = "light"
    folder: str = ""

    def style(self, title: str = "") -> Style:
        """The style of a figure with a title."""
        return Style(
            width_mm=self.width_mm, height_mm=self.height_mm, dpi=self.dpi, theme=self.theme, title=title.strip()
        )

    @property
    def size(self) -> str:
        """Name of the common size, or "custom"."""
        names = (name for name, (_, *size) in SIZES.items() if size == [self.width_mm, self.height_mm])
        return next(names, _CUSTOM)


class FigureForm(QFrame):
    """Format, size, resolution, theme and title.

    Signals:
        changed: The user changed an option.
        format_chosen: The new format.
        error_changed: The error of a typed value, "" once all are valid.

    Args:
        theme: Colours.
        choices: Initial options.
        title: Initial title of the figure.
    """

    changed = Signal()
    format_chosen = Signal(str)
    error_changed = Signal(str)

    def __init__(self, theme: Theme, choices: ExportChoices, title: str = "", parent: QWidget | None = None):
        super().__init__(parent)
        self._choices = choices
        self._errors: dict[str, str] = {}
        self._labels: dict[QWidget, QLabel] = {}
        self._format = Segmented(theme, {name: name.upper() for name in FORMATS}, choices.format, self)
        self._size = Combo(
            theme, {**{name: label for name, (label, *_) in SIZES.items()}, _CUSTOM: "Custom"}, choices.size, self
        )
        self._width = ValueBox(_MM, choices.width_mm, self)
        self._height = ValueBox(_MM, choices.height_mm or 60.0, self)
        self._fits = Switch(theme, choices.height_mm is None, self)
        self._dpi = ValueBox(_DPI, choices.dpi, self)
        self._look = Segmented(theme, {"light": "Light", "dark": "Dark"}, choices.theme, self)
        self._title = TextBox(title, self)
        self._title.setPlaceholderText("None")
        self._named = {
            "format": (self._format, "Format"),
            "size": (self._size, "Size"),
            "width": (self._width, "Width, mm"),
            "height": (self._height, "Height, mm"),
            "fits": (self._fits, "Height fits picture"),
            "dpi": (self._dpi, "Resolution, dpi"),
            "theme": (self._look, "Theme"),
            "title": (self._title, "Title"),
        }
        self._lay_out()
        self._connect()
        self._enable_controls()

    @property
    def choices(self) -> ExportChoices:
        """The options; an invalid entry counts with its last valid value."""
        return self._choices

    @property
    def title(self) -> str:
        """Title of the figure."""
        return self._title.text()

    @property
    def error(self) -> str:
        """The error of a typed value, or ""."""
        return next(iter(self._errors.values()), "")

    def set_format(self, name: str) -> None:
        """Sets the format without the signal `format_chosen`."""
        if name != self._choices.format:
            self._format.set_value(name)
            self._take(format=name)

    def show_height(self, millimetres: float) -> None:
        """Shows the height of the picture while the height follows it."""
        if self._choices.height_mm is None:
            self._height.set_number(round(millimetres, 1))

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._format, 0, 0, 1, 2)
        for row, (name, (control, label_text)) in enumerate(self._named.items()):
            control.setObjectName(f"export.{name}")
            control.setAccessibleName(label_text)
            if name == "format":
                continue
            label = text_label(label_text, "label", parent=self)
            label.setBuddy(control)
            self._labels[control] = label
            grid.addWidget(label, row, 0)
            small = isinstance(control, (ValueBox, Switch))
            grid.addWidget(control, row, 1, Qt.AlignmentFlag.AlignRight if small else Qt.AlignmentFlag(0))
        self._dpi.setToolTip("Resolution of a PNG, and of bitmaps inside SVG and PDF")

    def _connect(self) -> None:
        self._format.chosen.connect(self._on_format_chosen)
        self._size.chosen.connect(self._on_size_chosen)
        self._look.chosen.connect(self._on_theme_chosen)
        self._fits.toggled.connect(self._on_fits_toggled)
        self._title.textEdited.connect(self._on_title_edited)
        for box in (self._width, self._height, self._dpi):
            box.committed.connect(self._on_committed)
            box.refused.connect(self._on_refused)
            box.accepted.connect(self._on_accepted)

    def _take(self, **values: object) -> None:
        self._choices = dataclasses.replace(self._choices, **values)  # type: ignore[arg-type]
        self._size.set_value(self._choices.size)
        self._enable_controls()
        self.changed.emit()

    def _enable_controls(self) -> None:
        drawn = self._choices.format not in _DATA
        for control, label in self._labels.items():
            control.setEnabled(drawn or control is self._title)  # data files contain the title too
            label.setEnabled(control.isEnabled())
        self._height.setEnabled(drawn and not self._fits.isChecked())

    @Slot(object, object)
    def _on_format_chosen(self, _before: str, name: str) -> None:
        self._take(format=name)
        self.format_chosen.emit(name)

    @Slot(object, object)
    def _on_size_chosen(self, _before: str, name: str) -> None:
        if name == _CUSTOM:
            return
        _, width, height = SIZES[name]
        self._width.set_number(width)
        if height is not None:
            self._height.set_number(height)
        blocker = QSignalBlocker(self._fits)
        self._fits.setChecked(height is None)
        blocker.unblock()
        self._on_accepted()
        self._take(width_mm=width, height_mm=height)

    @Slot(object, object)
    def _on_theme_chosen(self, _before: str, name: str) -> None:
        self._take(theme=name)

    @Slot(bool)
    def _on_fits_toggled(self, fits: bool) -> None:
        if fits:
            self._height.set_number(self._height.number)  # drops an invalid entry
            self._on_accepted()
        self._take(height_mm=None if fits else self._height.number)

    @Slot(str)
    def _on_title_edited(self, _text: str) -> None:
        self.changed.emit()

    @Slot(float, float)
    def _on_committed(self, _before: float, _now: float) -> None:
        height = None if self._fits.isChecked() else self._height.number
        self._take(width_mm=self._width.number, height_mm=height, dpi=int(self._dpi.number))

    @Slot(str)
    def _on_refused(self, text: str) -> None:
        box = self.sender()
        assert isinstance(box, ValueBox)
        name, scale = box.accessibleName(), box.scale
        kind = "a whole number" if scale.whole else "a number"
        self._errors[name] = f"{name}: {kind} from {scale.low:g} to {scale.high:g} is expected, not “{text}”."
        self.error_changed.emit(self.error)

    @Slot()
    def _on_accepted(self) -> None:
        for box in (self._width, self._height, self._dpi):
            if not box.property("invalid"):
                self._errors.pop(box.accessibleName(), None)
        self.error_changed.emit(self.error)
