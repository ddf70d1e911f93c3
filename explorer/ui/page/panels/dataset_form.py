"""The dataset of the draft and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from explorer.data import SOURCES, FileSource
from explorer.data.drawn import Drawn
from explorer.ui.controls import Button, Combo, ParamForm, text_label
from explorer.ui.page.state.draft import Draft, read_source
from explorer.ui.theme import Theme
from models.protocol import params_of

__all__ = ["DatasetForm", "labelled"]

_LABEL = 60  # px


class DatasetForm(QFrame):
    """Chooses the dataset and sets its parameters.

    Attributes:
        form: The parameters of the dataset; another form where the dataset is another.
        hint: Says that the dataset applies after a reset.

    Signals:
        draw_asked: The canvas is to be opened.
        file_asked, folder_asked: A file, or a folder, of the user is to be opened as data.

    Args:
        theme: Colours.
        draft: The setup being edited.
    """

    draw_asked = Signal()
    file_asked = Signal()
    folder_asked = Signal()

    def __init__(self, theme: Theme, draft: Draft, parent: QWidget | None = None):
        super().__init__(parent)
        self._theme, self._draft = theme, draft
        self.form: ParamForm | None = None
        self._form_of = ""  # name of the dataset whose parameters the form has
        self._in_force: tuple[str, Mapping[str, Any]] | None = None  # name and parameters of the run's data
        self._dataset = Combo(theme, draft.datasets(), draft.state.data)
        self._dataset.setObjectName("dataset")
        self._dataset.setAccessibleName("Dataset")
        self._dataset.chosen.connect(self._on_dataset)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self._column.addLayout(labelled("Dataset", self._dataset))
        self.hint = text_label("", "hint", parent=self)
        self.hint.setObjectName("dataset_hint")
        self.hint.hide()
        self._column.addWidget(self.hint)
        if Drawn.name in draft.datasets():
            draw = Button(theme, "Draw points…", "pencil", "ghost")
            draw.setObjectName("draw_points")
            draw.setToolTip("Paint the data by hand")
            draw.clicked.connect(self.draw_asked)
            self._column.addWidget(draw, 0, Qt.AlignmentFlag.AlignRight)
        if any(issubclass(SOURCES[name], FileSource) for name in draft.datasets()):
            self._column.addLayout(self._openers())

    def _openers(self) -> QHBoxLayout:
        """The buttons that open own data."""
        row = QHBoxLayout()
        label = text_label("Own data", "label")
        label.setFixedWidth(_LABEL)
        row.addWidget(label)
        row.addStretch(1)
        for text, name, asked in (
            ("File…", "open_file", self.file_asked),
            ("Folder…", "open_folder", self.folder_asked),
        ):
            button = Button(self._theme, text, kind="ghost")
            button.setObjectName(name)
            button.setAccessibleName(f"Own {text.lower()}")
            button.setToolTip("Look at data of your own, and use them")
            button.clicked.connect(asked)
            row.addWidget(button)
        return row

    def refresh(self) -> None:
        """Shows the draft."""
        name, values = self._draft.state.data, self._draft.state.data_values
        self._dataset.set_value(name)
        if self.form is None or self._form_of != name:  # the box has the new name already where a person chose it
            self.form, self._form_of = self._make_form(name), name
        self.form.set_values(values)
        self.form.set_config(SOURCES[name](**values))
        self._mark_pending()

    def set_in_force(self, text: str) -> None:
        """Sets the data of the run in progress, from which the draft may differ until a reset; "" without a run."""
        self._in_force = read_source(text) if text else None
        self._mark_pending()

    def _mark_pending(self) -> None:
        if self.form is None:
            return
        name, values = self._in_force or (self._form_of, None)
        self.hint.setText("applies after reset" if name != self._form_of else "")
        self.hint.setVisible(name != self._form_of)
        self.form.set_in_force(values if name == self._form_of else None)

    def _make_form(self, name: str) -> ParamForm:
        if self.form is not None:
            self._column.removeWidget(self.form)
            self.form.hide()  # it is deleted later, and would be painted under the new one until then
            self.form.deleteLater()
        params = params_of(SOURCES[name])
        form = ParamForm(self._theme, params, self._draft.state.data_values, prefix="data", parent=self)
        form.edited.connect(self._on_edited)
        form.setVisible(bool(params))
        self._column.addWidget(form)
        return form

    @Slot(object, object)
    def _on_dataset(self, _before: object, name: object) -> None:
        self._draft.choose_data(str(name))

    @Slot(str, object, object)
    def _on_edited(self, name: str, _before: object, value: object) -> None:
        self._draft.set_data_value(name, value)


def labelled(text: str, editor: QWidget) -> QHBoxLayout:
    """A field with its name in front."""
    row = QHBoxLayout()
    label = text_label(text, "label")
    label.setFixedWidth(_LABEL)
    label.setBuddy(editor)
    row.addWidget(label)
    row.addWidget(editor, 1)
    return row
