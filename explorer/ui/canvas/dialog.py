"""The dialog "Draw points": paints points and saves them as a dataset with a name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from explorer.data import SOURCES, DataError, source
from explorer.data.drawn import FEWEST, Drawn, drawn_names, save_drawing
from explorer.data.plane import PlanarSource
from explorer.ui.canvas.board import Board
from explorer.ui.canvas.painting import MOST, Brush, Painting
from explorer.ui.controls import Button, Combo, ParamForm, Segmented, TextBox, close_on_escape, restyle, text_label
from explorer.ui.numbers import count
from explorer.ui.theme import Theme
from models.protocol import params_of

__all__ = ["CanvasDialog"]

_REACH = 4.0  # data units from the centre to the edge; more if loaded points need it
_TAKEN = 600  # points drawn from a dataset to start from
_TOOLS = {"brush": "Brush", "eraser": "Eraser"}
_PANEL = 232  # px
_SIZE = (856, 620)  # px


class CanvasDialog(QDialog):
    """Paints points and saves them as a drawing.

    Signals:
        drawn: Name of the saved drawing.

    Args:
        theme: Colours.
        name: Drawing to start from, or "" for an empty board.
        unsaved: Points, (n, 2), to start from instead: those that were painted but not saved last time; or None.
        rng: Generator of the brush's jitter.
    """

    drawn = Signal(str)

    def __init__(
        self,
        theme: Theme,
        name: str = "",
        unsaved: np.ndarray | None = None,
        rng: np.random.Generator | None = None,
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        close_on_escape(self)
        self.setObjectName("canvas")
        self.setWindowTitle("Draw points")
        self._rng = rng or np.random.default_rng()
        self.painting = Painting(np.empty((0, 2)), self._rng)
        self.board = Board(theme, self.painting, _REACH)
        self.tool = Segmented(theme, _TOOLS, "brush")
        self.tool.setObjectName("canvas_tool")
        self.tool.setAccessibleName("Tool")
        self.form = ParamForm(theme, params_of(Brush), prefix="brush")
        starts = {"": "Choose…", **{f"drawn:file={n}": n for n in drawn_names()}}
        starts |= {n: s.title for n, s in SOURCES.items() if issubclass(s, PlanarSource)}
        self.start = Combo(theme, starts, "")
        self.start.setObjectName("canvas_start")
        self.start.setAccessibleName("Start from the points of")
        self.undo_button = self._button(theme, "Undo", "undo", "canvas_undo")
        self.undo_button.setToolTip("Undo the last stroke (Ctrl Z)")
        self.clear_button = self._button(theme, "Clear", "reset", "canvas_clear")
        self.clear_button.setToolTip("Remove all points; undo restores them")
        self.name = TextBox(name or _free_name())
        self.name.setObjectName("canvas_name")
        self.name.setAccessibleName("Name of the drawing")
        self.count = text_label("", "label")
        self.count.setObjectName("canvas_count")
        self.hint = text_label("", "caption", wrap=True)
        self.hint.setObjectName("canvas_hint")
        self.save_button = Button(theme, "Use these points", kind="primary")
        self.save_button.setObjectName("canvas_save")
        self.cancel_button = Button(theme, "Cancel")
        self.cancel_button.setObjectName("canvas_cancel")
        for button in (self.save_button, self.cancel_button):
            button.setAutoDefault(False)  # Enter in the name field commits the name
        self._lay_out()
        self._connect()
        if name:
            self._take(f"drawn:file={name}")
            self.painting = self.board.painting = Painting(self.painting.xy, self._rng)  # nothing to undo yet
        if unsaved is not None:
            self.painting.replace(unsaved)
            self._fit()
        self._update()
        self.resize(*_SIZE)
        self.board.setFocus()

    @staticmethod
    def _button(theme: Theme, text: str, icon: str, name: str) -> Button:
        button = Button(theme, text, icon)
        button.setObjectName(name)
        button.setAutoDefault(False)
        return button

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(self.tool)
        side.addSpacing(4)
        side.addWidget(self.form)
        side.addSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.undo_button, 1)
        row.addWidget(self.clear_button, 1)
        side.addLayout(row)
        side.addSpacing(4)
        side.addWidget(text_label("Start from the points of", "label"))
        side.addWidget(self.start)
        side.addSpacing(4)
        side.addWidget(text_label("Name", "label"))
        side.addWidget(self.name)
        side.addWidget(self.count)
        side.addWidget(self.hint)
        side.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button, 1)
        side.addLayout(buttons)
        panel = QWidget()
        panel.setFixedWidth(_PANEL)
        panel.setLayout(side)
        side.setContentsMargins(0, 0, 0, 0)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(16)
        whole.addWidget(self.board, 1)
        whole.addWidget(panel)

    def _connect(self) -> None:
        self.board.changed.connect(self._update)
        self.tool.chosen.connect(self._on_tool)
        self.form.changed.connect(self._on_brush)
        self.start.chosen.connect(self._on_start)
        self.undo_button.clicked.connect(self.undo)
        self.clear_button.clicked.connect(self._on_clear)
        self.name.textChanged.connect(self._update)
        self.save_button.clicked.connect(self._on_save)
        self.cancel_button.clicked.connect(self.reject)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl Z undoes a stroke, unless the focused field handles it."""
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        else:
            super().keyPressEvent(event)

    @Slot()
    def undo(self) -> None:
        """Undoes the last stroke."""
        self.painting.undo()
        self._fit()
        self.board.redraw()
        self._update()

    def _fit(self) -> None:
        reach = float(np.abs(self.painting.xy).max()) * 1.05 if len(self.painting.xy) else 0.0
        self.board.set_reach(max(_REACH, reach))

    @Slot()
    def _update(self) -> None:
        n, name = len(self.painting.xy), self.name.text().strip()
        self.count.setText(f"{count(n)} points" + (", the maximum" if n >= MOST else ""))
        self.undo_button.setEnabled(self.painting.can_undo)
        self.clear_button.setEnabled(n > 0)
        self.save_button.setEnabled(n >= FEWEST and bool(name))
        if n < FEWEST:
            self._hint(f"At least {FEWEST} points are needed.")
        elif name in drawn_names():
            self._hint(f"Replaces the drawing {name}; runs trained on the old one cannot be resumed.")
        else:
            self._hint("Models train on exactly these points; Smoothing σ of the dataset gives them a known density.")

    def _hint(self, text: str, kind: str = "caption") -> None:
        self.hint.setText(text)
        restyle(self.hint, kind=kind)

    @Slot(object, object)
    def _on_tool(self, _before: object, tool: object) -> None:
        self.board.erasing = tool == "eraser"
        self.board.update()

    @Slot(str, object)
    def _on_brush(self, name: str, value: object) -> None:
        self.board.brush = replace(self.board.brush, **{name: value})  # type: ignore[arg-type]
        self.board.update()

    @Slot(object, object)
    def _on_start(self, _before: object, name: object) -> None:
        if name:
            self._take(str(name))

    def _take(self, name: str) -> None:
        dataset = source(name)
        try:
            if isinstance(dataset, Drawn):
                xy = dataset.points()
            else:
                assert isinstance(dataset, PlanarSource)
                xy, _ = dataset.sample(_TAKEN, self._rng)
        except DataError as error:
            self._hint(str(error), "error")
            return
        self.painting.replace(xy)
        self._fit()
        self._update()

    @Slot()
    def _on_clear(self) -> None:
        self.board.setFocus()  # else the focus moves to the name field, which handles Ctrl Z itself
        self.painting.replace(np.empty((0, 2)))
        self.start.set_value("")
        self._fit()
        self._update()

    @Slot()
    def _on_save(self) -> None:
        name = self.name.text().strip()
        try:
            save_drawing(name, self.painting.xy)
        except DataError as error:
            self._hint(str(error), "error")
            return
        self.drawn.emit(name)
        self.accept()


def _free_name() -> str:
    """A name that no drawing has yet."""
    taken = set(drawn_names())
    number = 1
    while f"drawing {number}" in taken:
        number += 1
    return f"drawing {number}"
