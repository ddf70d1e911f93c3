"""The dialog "Open own data": what a file or folder holds, how it is made into data, and which pages take it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

import models
from explorer.data import FileSource
from explorer.data.own_path import readings
from explorer.engine.setup import wanted_kinds
from explorer.ui.controls import Button, Combo, ParamForm, close_on_escape, restyle, text_label
from explorer.ui.frames import WIDGETS, FrameView, load_pyqtgraph
from explorer.ui.own_data.reading import Reading, ReadingThread
from explorer.ui.theme import Theme
from models.protocol import Kind, Page, accepted, params_of

__all__ = ["OwnDataDialog"]

_PANEL = 288  # px
_SIZE = QSize(960, 620)
_LEFT_OUT = 8
_PAGES = 8


class OwnDataDialog(QDialog):
    """Shows a file or folder as data, and lets a person choose how it is read.

    Signals:
        accepted_source: The `FileSource` to use.

    Attributes:
        reading: What was read last, or None.

    Args:
        theme: Colours.
        path: The file or folder.
        page: The page that is to use it, or None.
        thread: Reads it.
    """

    accepted_source = Signal(object)

    def __init__(
        self, theme: Theme, path: str, page: type[Page] | None, thread: ReadingThread, parent: QWidget | None = None
    ):
        super().__init__(parent)
        close_on_escape(self)
        load_pyqtgraph()
        self.setObjectName("own_data")
        self.setWindowTitle("Open own data")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme, self._page = theme, page
        self.reading: Reading | None = None
        self._form: ParamForm | None = None
        self._untried = list[str]()  # ways to use the file that are tried in turn until a person chooses one
        self._sources = {type(found).name: found for found in _ordered(readings(path), page)}
        self._refused = list[Reading]()
        self._thread = thread
        self._views: dict[type, FrameView] = {}
        self._lay_out(path)
        self._thread.done.connect(self._on_read)
        self._thread.told.connect(self._on_told)
        self.finished.connect(self._on_finished)
        self.resize(_SIZE)
        if self._sources:
            first, *self._untried = self._sources
            self._show_source(first)
        else:
            self._say(f"{path} is no file or folder of a kind that is read.", "error")

    def _lay_out(self, path: str) -> None:
        self._kind = Combo(self._theme, {name: found.title for name, found in self._sources.items()}, "")
        self._kind.setObjectName("own_kind")
        self._kind.setAccessibleName("Use as")
        self._kind.chosen.connect(self._on_kind)
        self._kind.setVisible(bool(self._sources))
        self._facts = text_label("", "caption", wrap=True)
        self._facts.setObjectName("own_summary")
        self._facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.message = text_label("", "caption", wrap=True)
        self.message.setObjectName("own_message")
        self._use = Button(self._theme, "Use this data", kind="primary")
        self._use.setObjectName("own_use")
        self._use.clicked.connect(self._on_use)
        cancel = Button(self._theme, "Cancel")
        cancel.setObjectName("own_cancel")
        cancel.clicked.connect(self.reject)
        for button in (self._use, cancel):
            button.setAutoDefault(False)  # Enter in a field commits its value
        self._fields = QVBoxLayout()
        self._fields.setSpacing(12)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(12)
        for widget in (text_label("Use as", "label"), self._kind):
            column.addWidget(widget)
        column.addLayout(self._fields)
        column.addWidget(self._facts)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFixedWidth(_PANEL)
        self._picture = QVBoxLayout()
        name = text_label(path, "caption", wrap=True)
        name.setObjectName("own_path")
        self._subtitle = text_label("", "label")
        self._picture.addWidget(name)
        self._picture.addWidget(self._subtitle)
        self._picture.addStretch(0)  # takes the room as long as there is no picture
        body, buttons, whole = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        body.setSpacing(16)
        body.addLayout(self._picture, 1)
        body.addWidget(scroll)
        buttons.addWidget(self.message, 1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._use)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(12)
        whole.addLayout(body, 1)
        whole.addLayout(buttons)

    # What is read

    def _show_source(self, name: str) -> None:
        """Shows the parameters of a dataset, and reads it."""
        self._kind.set_value(name)
        source = self._sources[name]
        if self._form is not None:
            self._fields.removeWidget(self._form)
            self._form.hide()
            self._form.deleteLater()
        params = {key: declared for key, declared in params_of(type(source)).items() if key != "file"}
        values = {key: getattr(source, key) for key in params}
        self._form = ParamForm(self._theme, params, values, prefix="own")
        self._form.set_config(source)
        self._form.edited.connect(self._on_edited)
        self._fields.addWidget(self._form)
        self._ask(source)

    def _ask(self, source: FileSource) -> None:
        self.reading = None
        self._sources[source.name] = source
        self._use.setVisible(False)
        self._say("Reading…")
        self._thread.ask(source)

    @Slot(object, object)
    def _on_kind(self, _before: object, name: object) -> None:
        self._untried.clear()
        self._show_source(str(name))

    @Slot(str, object, object)
    def _on_edited(self, name: str, _before: object, value: object) -> None:
        self._untried.clear()
        values: dict[str, Any] = {name: value}
        source = dataclasses.replace(self._sources[str(self._kind.value)], **values)
        if self._form is not None:
            self._form.set_config(source)
        self._ask(source)

    @Slot(int, int)
    def _on_told(self, done: int, total: int) -> None:
        if self.reading is None:
            self._say(f"Reading… {done:,} of {total:,}")

    @Slot(object)
    def _on_read(self, reading: Reading) -> None:
        if reading.source != self._sources.get(str(self._kind.value)):
            return
        if reading.error and self._untried:
            self._refused.append(reading)
            self._show_source(self._untried.pop(0))
            return
        if reading.error and self._refused:  # as nothing can it be read: the first reason is the likeliest
            first = self._refused[0]
            self._refused.clear()
            self._show_source(first.source.name)
            return
        self._untried.clear()
        self.reading = reading
        for view in self._views.values():
            view.hide()
        self._subtitle.setText("" if reading.preview is None else reading.preview.subtitle)
        self._facts.setText(_words(reading))
        if reading.preview is None or reading.kind is None:
            self._say(reading.error, "error")
            return
        view = self._view(type(reading.preview))
        view.show_frame(reading.preview)
        view.show()
        fits = self._page is None or accepted(reading.kind, self._page.accepts)
        self._use.setVisible(fits and self._page is not None)
        if self._page is None or not fits:
            self._say(_refusal(self._page, reading.kind))
        else:
            self._say(f"{self._page.title} takes it.")

    def _view(self, kind: type) -> FrameView:
        if kind not in self._views:
            self._views[kind] = WIDGETS[kind](self._theme)
            self._views[kind].setObjectName("own_preview")
            self._picture.insertWidget(2, self._views[kind], 100)
        return self._views[kind]

    def _say(self, text: str, kind: str = "caption") -> None:
        self.message.setText(text)
        restyle(self.message, kind=kind)

    # The end

    @Slot()
    def _on_use(self) -> None:
        if self.reading is not None:
            self.accepted_source.emit(self.reading.source)
            self.accept()

    @Slot()
    def _on_finished(self) -> None:
        self._thread.cancel()


def _ordered(found: Iterable[FileSource], page: type[Page] | None) -> list[FileSource]:
    """The datasets that a file may be, those that the page takes first."""
    return sorted(found, key=lambda one: page is not None and not accepted(type(one).kind, page.accepts))


def _words(reading: Reading) -> str:
    if reading.summary is None:
        return ""
    summary = reading.summary
    lines = [f"{name.capitalize()}: {fact}" for name, fact in summary.facts]
    lines += [f"· {note}" for note in summary.notes]
    lines += [f"Left out: {one}" for one in summary.left_out[:_LEFT_OUT]]
    if len(summary.left_out) > _LEFT_OUT:
        lines.append(f"and {len(summary.left_out) - _LEFT_OUT:,} more")
    return "\n".join(lines)


def _refusal(page: type[Page] | None, kind: Kind) -> str:
    """Which pages take data of a kind, where the one in sight does not."""
    pages = [each.title for family in models.FAMILIES for each in family.pages.values() if accepted(kind, each.accepts)]
    named = ", ".join(pages[:_PAGES]) + (", …" if len(pages) > _PAGES else "")
    takers = f"open one of these pages for it: {named}" if pages else "no page takes it as it is"
    if page is None:
        return f"The page in sight takes no data; {takers}."
    wanted = f"needs {wanted_kinds(page)}" if page.accepts else "takes no data"
    return f"{page.title} {wanted}; {takers}."
