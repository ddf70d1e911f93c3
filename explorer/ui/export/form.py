"""The form with the options of a figure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from explorer.figures import FORMATS, SIZES
from explorer.ui.controls import Combo, Scale, Segmented, Switch, TextBox, ValueBox, text_label
from explorer.ui.export.choices import CUSTOM, ExportChoices
from explorer.ui.theme import Theme

__all__ = ["FigureForm"]

_DATA = ("csv", "npz")
_LEGENDS: Mapping[str, bool | None] = {"auto": None, "yes": True, "no": False}
_MM = Scale(20, 1000, 1.0)
_POINTS = Scale(4, 48, 0.5)
_DPI = Scale(30, 1200, 10.0, whole=True)


def _named(choices: ExportChoices) -> str:
    return next(name for name, value in _LEGENDS.items() if value is choices.class_legend)


class FigureForm(QFrame):
    """Format, size, resolution, theme and title; the range and the legend of classes where the frame has them.

    Signals:
        changed: The user changed an option.
        format_chosen: The new format.
        error_changed: The error of a typed value, "" once all are valid.

    Args:
        theme: Colours.
        choices: Initial options.
        title: Initial title of the figure.
        has_range: The figure can show the range in view, or all.
        has_classes: The figure can have a legend of classes.
    """

    changed = Signal()
    format_chosen = Signal(str)
    error_changed = Signal(str)

    def __init__(
        self,
        theme: Theme,
        choices: ExportChoices,
        title: str = "",
        parent: QWidget | None = None,
        *,
        has_range: bool = False,
        has_classes: bool = False,
    ):
        super().__init__(parent)
        self._choices = choices
        self._errors: dict[str, str] = {}
        self._labels: dict[QWidget, QLabel] = {}
        self._format = Segmented(theme, {name: name.upper() for name in FORMATS}, choices.format, self)
        self._size = Combo(
            theme, {**{name: size.label for name, size in SIZES.items()}, CUSTOM: "Custom"}, choices.size, self
        )
        self._width = ValueBox(_MM, choices.width_mm, self)
        self._height = ValueBox(_MM, choices.height_mm or 60.0, self)
        self._fits = Switch(theme, choices.height_mm is None, self)
        self._points = ValueBox(_POINTS, choices.font_size, self)
        self._dpi = ValueBox(_DPI, choices.dpi, self)
        self._look = Segmented(theme, {"light": "Light", "dark": "Dark"}, choices.theme, self)
        self._range = Segmented(theme, {"view": "Visible range", "all": "All data"}, "view", self)
        self._classes = Segmented(theme, {name: name.capitalize() for name in _LEGENDS}, _named(choices), self)
        self._outlines = Switch(theme, choices.outlines, self)
        self._title = TextBox(title, self)
        self._title.setPlaceholderText("None")
        self._named = {
            "format": (self._format, "Format"),
            "size": (self._size, "Size"),
            "width": (self._width, "Width, mm"),
            "height": (self._height, "Height, mm"),
            "fits": (self._fits, "Height fits picture"),
            "font_size": (self._points, "Text, points"),
            "dpi": (self._dpi, "Resolution, dpi"),
            "theme": (self._look, "Theme"),
            "range": (self._range, "Range"),
            "classes": (self._classes, "Legend of classes"),
            "outlines": (self._outlines, "Text as outlines"),
            "title": (self._title, "Title"),
        }
        self._absent = {
            control for control, there in ((self._range, has_range), (self._classes, has_classes)) if not there
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
    def is_whole(self) -> bool:
        """Whether all data are shown, not only the range in view."""
        return self._range in self._absent or self._range.value == "all"

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
        self._outlines.setToolTip("Off: text can be edited and searched, and shows in Inter where that is installed")
        self._dpi.setToolTip("Resolution of a PNG, and of bitmaps inside SVG and PDF")

    def _connect(self) -> None:
        self._format.chosen.connect(self._on_format_chosen)
        self._size.chosen.connect(self._on_size_chosen)
        self._look.chosen.connect(self._on_theme_chosen)
        self._range.chosen.connect(self._on_range_chosen)
        self._classes.chosen.connect(self._on_classes_chosen)
        self._fits.toggled.connect(self._on_fits_toggled)
        self._outlines.toggled.connect(self._on_outlines_toggled)
        self._title.textEdited.connect(self._on_title_edited)
        for box in (self._width, self._height, self._points, self._dpi):
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
            there = control not in self._absent and (control is not self._outlines or self._choices.format == "svg")
            for widget in (control, label):
                widget.setVisible(there)
        self._height.setEnabled(drawn and not self._fits.isChecked())

    @Slot(object, object)
    def _on_format_chosen(self, _before: str, name: str) -> None:
        self._take(format=name)
        self.format_chosen.emit(name)

    @Slot(object, object)
    def _on_size_chosen(self, _before: str, name: str) -> None:
        if name == CUSTOM:
            return
        size = SIZES[name]
        width, height = size.width_mm, size.height_mm
        self._width.set_number(width)
        self._points.set_number(size.font_size)
        if height is not None:
            self._height.set_number(height)
        blocker = QSignalBlocker(self._fits)
        self._fits.setChecked(height is None)
        blocker.unblock()
        self._on_accepted()
        self._take(width_mm=width, height_mm=height, font_size=size.font_size)

    @Slot(object, object)
    def _on_theme_chosen(self, _before: str, name: str) -> None:
        self._take(theme=name)

    @Slot(object, object)
    def _on_range_chosen(self, _before: str, _now: str) -> None:
        self.changed.emit()

    @Slot(object, object)
    def _on_classes_chosen(self, _before: str, name: str) -> None:
        self._take(class_legend=_LEGENDS[name])

    @Slot(bool)
    def _on_outlines_toggled(self, on: bool) -> None:
        self._take(outlines=on)

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
        self._take(
            width_mm=self._width.number,
            height_mm=height,
            font_size=self._points.number,
            dpi=int(self._dpi.number),
        )

    @Slot(str)
    def _on_refused(self, why: str) -> None:
        box = self.sender()
        assert isinstance(box, ValueBox)
        name = box.accessibleName()
        self._errors[name] = f"{name}: {why}."
        self.error_changed.emit(self.error)

    @Slot()
    def _on_accepted(self) -> None:
        for box in (self._width, self._height, self._points, self._dpi):
            if not box.property("invalid"):
                self._errors.pop(box.accessibleName(), None)
        self.error_changed.emit(self.error)
