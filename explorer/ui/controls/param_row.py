"""One parameter in a form: label, editor, and a hint or error below them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.ui.controls.combo import Combo
from explorer.ui.controls.labels import dress, restyle, text_label
from explorer.ui.controls.scale import Scale, value_text
from explorer.ui.controls.segmented import Segmented
from explorer.ui.controls.slider import Slider
from explorer.ui.controls.switch import Switch
from explorer.ui.controls.text_box import TextBox
from explorer.ui.controls.value_box import ValueBox
from explorer.ui.theme import Theme
from models.protocol import Param

__all__ = ["ParamRow"]

_PANEL = 227  # px, width of a form in the left panel at its usual width
_COMBO = 144
_SLIDER, _GAP = 40, 8


class _Label(QLabel):
    """A label with a signal for double clicks."""

    double_clicked = Signal()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Emits `double_clicked`."""
        self.double_clicked.emit()


class ParamRow(QFrame):
    """One parameter. A double click on the label restores the value of the preset.

    Signals:
        changed: Name and value, at each change by the user, also during a drag.
        edited: Name, value before and after, at the end of an edit: one step of undo.

    Args:
        theme: Colours.
        declared: The parameter.
        value: Initial value.
        prefix: First part of the editor's object name.
        inline: All in one row, for the foot of a card.
    """

    changed = Signal(str, object)
    edited = Signal(str, object, object)

    def __init__(
        self,
        theme: Theme,
        declared: Param,
        value: Any,
        prefix: str = "param",
        inline: bool = False,
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self.declared = declared
        self._scale = Scale.of(declared)
        self._value = value
        self._baseline = declared.default
        self._pending = False
        self._error = ""
        self._label = _Label(declared.label + (f", {declared.unit}" if declared.unit else ""), self)
        dress(self._label, "caption" if inline else "label")
        self._label.setWordWrap(not inline)
        self._label.double_clicked.connect(self.restore)
        self._hint = text_label("", "error", wrap=True, parent=self)
        self._hint.hide()
        self.editor, self._slider = self._make_editor(theme)
        self.editor.setObjectName(f"{prefix}.{declared.name}")
        self.editor.setAccessibleName(declared.label)
        if self._slider is not None:
            self._slider.setObjectName(f"{prefix}.{declared.name}.slider")
            self._slider.setAccessibleName(f"{declared.label}, slider")
        self._arrange(inline)
        self._update_tooltip()

    def width_needed(self, slider: bool) -> int:
        """Width in which a row of a foot has room for label and editor, px.

        Args:
            slider: Whether its slider is to have room too.
        """
        editor = max(self.editor.minimumWidth(), self.editor.minimumSizeHint().width())
        between = _SLIDER + _GAP if slider and self._slider is not None else 0
        return self._label.sizeHint().width() + between + editor + _GAP

    def show_slider(self, shown: bool) -> None:
        """Shows the slider of a row of a foot or leaves it out: the editor does the same."""
        if self._slider is not None:
            self._slider.setVisible(shown)

    @property
    def value(self) -> Any:
        """The last valid value."""
        return self._value

    @property
    def error(self) -> str:
        """The error shown below the field, or ""."""
        return self._error

    @property
    def hint(self) -> str:
        """The text below the field: the error, else "applies after reset", else ""."""
        return self._hint.text()

    def set_value(self, value: Any) -> None:
        """Sets the value without a signal."""
        self._value = value
        if isinstance(self.editor, ValueBox):
            self.editor.set_number(float(value))
        elif isinstance(self.editor, Switch):
            self.editor.setChecked(bool(value))
        elif isinstance(self.editor, (Combo, Segmented, TextBox)):
            self.editor.set_value(value)
        if self._slider is not None:
            self._slider.set_number(float(value))
        self._clear_error()

    def set_baseline(self, value: Any) -> None:
        """Sets the value of the preset, which a double click restores."""
        self._baseline = value
        self._update_tooltip()

    def set_pending(self, pending: bool) -> None:
        """Shows or removes the hint that the value applies after a reset."""
        self._pending = pending
        self._update_hint()

    def set_error(self, sentence: str) -> None:
        """Marks the field as the cause of an error until it is edited."""
        restyle(self.editor, invalid=True)
        self._error = sentence
        self._update_hint()

    @Slot()
    def restore(self) -> None:
        """Restores the value of the preset, as an edit by the user."""
        before = self._value
        self.set_value(self._baseline)
        self._emit_edit(before, self._baseline)

    def _make_editor(self, theme: Theme) -> tuple[QWidget, Slider | None]:
        """The widget that edits the value, and a slider where the value is a number within limits."""
        declared, value = self.declared, self._value
        if declared.type is bool:
            switch = Switch(theme, bool(value), self)
            switch.clicked.connect(self._on_switched)
            return switch, None
        if declared.choices:
            labels = {choice: text or str(choice) for choice, text in declared.choices.items()}
            few = len(labels) <= 4 and Segmented.needed_width(labels) <= _PANEL
            picker = Segmented(theme, labels, value, self) if few else Combo(theme, labels, value, self)
            picker.chosen.connect(self._on_chosen)
            return picker, None
        if declared.type is str:
            line = TextBox(str(value), self)
            line.committed.connect(self._on_chosen)
            return line, None
        box = ValueBox(self._scale, float(value), self)
        box.committed.connect(self._on_chosen)
        box.refused.connect(self._on_refused)
        box.accepted.connect(self._clear_error)
        if not self._scale.bounded:
            return box, None
        slider = Slider(theme, self._scale, float(value), parent=self)
        slider.moved.connect(self._on_moved)
        slider.settled.connect(self._on_settled)
        return box, slider

    def _arrange(self, inline: bool) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        wide = isinstance(self.editor, (Segmented, TextBox)) and not inline
        row.addWidget(self._label, 0 if inline else 1)
        if inline:
            if self._slider is not None:
                self._slider.setMinimumWidth(_SLIDER)
                row.addWidget(self._slider, 1)
            if isinstance(self.editor, ValueBox):
                self.editor.setFixedSize(52, 24)
            elif isinstance(self.editor, Combo):
                self.editor.setMinimumWidth(96)
        elif isinstance(self.editor, Combo):
            self.editor.setFixedWidth(_COMBO)
        if not wide:
            row.addWidget(self.editor, 0, Qt.AlignmentFlag.AlignVCenter)
        column.addLayout(row)
        below: list[QWidget] = [self.editor] if wide else []
        if self._slider is not None and not inline:
            below.append(self._slider)
        for widget in (*below, self._hint):
            column.addWidget(widget)

    def _update_tooltip(self) -> None:
        parts = [self.declared.help, f"Takes {self.declared.accepts}.", f"Preset: {self._text_of(self._baseline)}."]
        tip = " ".join(part for part in parts if part)
        for widget in (self._label, self.editor, self._slider):
            if widget is not None:
                widget.setToolTip(tip)
                widget.setAccessibleDescription(tip)

    def _text_of(self, value: Any) -> str:
        if self.declared.choices:
            return self.declared.choices.get(value) or str(value)
        if self.declared.type is bool:
            return "on" if value else "off"
        return value_text(float(value), self._scale) if self.declared.type in (int, float) else str(value)

    def _update_hint(self) -> None:
        self._hint.setText(self._error or ("applies after reset" if self._pending else ""))
        restyle(self._hint, kind="error" if self._error else "hint")
        self._hint.setVisible(bool(self._hint.text()))

    @Slot()
    def _clear_error(self) -> None:
        restyle(self.editor, invalid=False)
        self._error = ""
        self._update_hint()

    def _converted(self, value: Any) -> Any:
        return self.declared.type(value) if self.declared.type in (int, float) else value

    def _emit_edit(self, before: Any, after: Any) -> None:
        if before != after:
            self.changed.emit(self.declared.name, after)
            self.edited.emit(self.declared.name, before, after)

    @Slot(bool)
    def _on_switched(self, on: bool) -> None:
        self._value = on
        self._emit_edit(not on, on)

    @Slot(object, object)
    def _on_chosen(self, _before: object, after: object) -> None:
        before, value = self._value, self._converted(after)
        self.set_value(value)
        self._emit_edit(before, value)

    @Slot(float)
    def _on_moved(self, number: float) -> None:
        value = self._converted(number)
        self._value = value
        if isinstance(self.editor, ValueBox):
            self.editor.set_number(number)
        self._clear_error()
        self.changed.emit(self.declared.name, value)

    @Slot(float, float)
    def _on_settled(self, before: float, after: float) -> None:
        self.edited.emit(self.declared.name, self._converted(before), self._converted(after))

    @Slot(str)
    def _on_refused(self, why: str) -> None:
        self.set_error(f"{why}; the preset has {self._text_of(self._baseline)}.")
