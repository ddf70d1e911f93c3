"""A card: one view with its title, legend, tools, controls and state."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPoint, QSize, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from explorer.ui.card.ghost import Ghost
from explorer.ui.card.head import CardHead
from explorer.ui.card.legend import Legend
from explorer.ui.controls import IconButton, ParamForm, menu, restyle, text_label
from explorer.ui.frames import WIDGETS
from explorer.ui.theme import Theme
from models.frames import Frame
from models.protocol import Param, View

__all__ = ["EXPORTS", "Card"]

_PADDING = 12  # px
_POPUP = 264  # px
_SPLITS = {"train": "training", "valid": "validation", "test": "test"}

EXPORTS: Mapping[str, str] = {
    "png": "Export PNG…",
    "svg": "Export SVG…",
    "pdf": "Export PDF…",
    "csv": "Export data as CSV…",
    "npz": "Export data as NPZ…",
}


class Card(QFrame):
    """A view on a page. It shows frames; what its menu asks for it hands on.

    Attributes:
        view: The view.
        display: The widget of its kind of frame.
        form: Controls of the view's own parameters, or None.
        foot: Layout at the right of the foot, for more controls; call `show_foot` after adding some.

    Signals:
        changed: Name and value of one of the view's own parameters.
        copy_asked: Copy the picture.
        export_asked: Export: "png", "svg", "pdf", "csv" or "npz".
        freeze_toggled: The card keeps what it shows, or follows again.
        alerted: Name of the view, and what its picture warns of above the cards, "" where that is over.
        detach_asked: Move into a window of its own.
        maximise_asked: Fill the page, or go back.

    Args:
        theme: Colours.
        view: The view.
        values: Values of its parameters.
        empty: What will appear, and when.
    """

    changed = Signal(str, object)
    copy_asked = Signal()
    export_asked = Signal(str)
    freeze_toggled = Signal(bool)
    alerted = Signal(str, str)
    detach_asked = Signal()
    maximise_asked = Signal()

    def __init__(
        self,
        theme: Theme,
        view: View,
        values: Mapping[str, Any] | None = None,
        empty: str = "",
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self.view = view
        self.setObjectName(f"card.{view.name}")
        self.setProperty("card", True)
        self.setAccessibleName(view.title)
        self._subtitle_now, self._state, self._weights, self._live, self._alert = "", "", "", "", ""
        self.display = WIDGETS[view.frame](theme, self)
        self.display.setAccessibleName(view.title)
        self.display.set_view_name(view.name)
        self._ghost = Ghost(theme, view.frame, empty or f"{view.title} will appear here", self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._ghost)
        self._stack.addWidget(self.display)
        self._head = CardHead(theme, view, self)
        self._legend_rows = Legend(theme, self)
        self._legend_rows.hide()
        self._note = text_label("", "caption", wrap=True, parent=self)
        self._note.setContentsMargins(0, 6, 0, 0)
        self._note.hide()
        self.form: ParamForm | None = None
        self.more: IconButton | None = None
        self._foot = self._make_foot(theme, values)
        column = QVBoxLayout(self)
        column.setContentsMargins(_PADDING, 0, _PADDING, _PADDING)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._legend_rows)
        self._body = QHBoxLayout()
        self._body.setSpacing(_PADDING)
        self._body.addWidget(self._stack, 1)
        column.addLayout(self._body, 1)
        column.addWidget(self._note)
        self._rows = QVBoxLayout()
        column.addLayout(self._rows)
        column.addWidget(self._foot)
        self._make_menu()
        self.display.legend_changed.connect(self._on_legend_changed)
        self.display.words_changed.connect(self._on_words_changed)
        for legend in (self._head.legend, self._legend_rows):
            legend.hovered.connect(self._on_legend_hovered)
        self._head.maximise_asked.connect(self.maximise_asked)
        self._head.menu_asked.connect(self._on_menu_asked)
        self._head.thaw_asked.connect(self._on_thaw_asked)
        self._place_legend()

    def _make_foot(self, theme: Theme, values: Mapping[str, Any] | None) -> QFrame:
        foot = QFrame(self)
        row = QHBoxLayout(foot)
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(12)
        self.forms: list[ParamForm] = []
        inline = {name: declared for name, declared in self.view.params.items() if not declared.more}
        folded = {name: declared for name, declared in self.view.params.items() if declared.more}
        if inline:
            self.form = self._make_form(theme, inline, values, compact=True, parent=foot)
            row.addWidget(self.form, 1)
        else:
            row.addStretch(1)
        if folded:
            self.form = self.form or self._make_form(theme, {}, values, compact=True, parent=foot)
            row.addWidget(self._make_popup(theme, folded, values, foot))
        self.foot = QHBoxLayout()
        self.foot.setSpacing(8)
        row.addLayout(self.foot)
        foot.setVisible(bool(self.view.params))
        return foot

    def _make_form(
        self,
        theme: Theme,
        params: Mapping[str, Param],
        values: Mapping[str, Any] | None,
        *,
        compact: bool,
        parent: QWidget,
    ) -> ParamForm:
        unfolded = {name: dataclasses.replace(declared, more=False) for name, declared in params.items()}
        form = ParamForm(theme, unfolded, values, prefix=self.objectName(), compact=compact, parent=parent)
        form.changed.connect(self.changed)
        self.forms.append(form)
        return form

    def _make_popup(
        self, theme: Theme, params: Mapping[str, Param], values: Mapping[str, Any] | None, foot: QWidget
    ) -> IconButton:
        """A button that opens the parameters for which the foot has no room."""
        self.more = IconButton(theme, "sliders", f"More settings of {self.view.title}", parent=foot)
        self.more.setObjectName(f"more.{self.view.name}")
        self._popup = menu(self.more)
        body = QFrame(self._popup)
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 8, 12, 8)
        column.addWidget(self._make_form(theme, params, values, compact=False, parent=body))
        body.setFixedWidth(_POPUP)
        action = QWidgetAction(self._popup)
        action.setDefaultWidget(body)
        self._popup.addAction(action)
        self.more.setMenu(self._popup)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return self.more

    def set_config(self, config: Any, latent_dim: int | None = None) -> None:
        """Hides the controls that have no effect under a config and a latent dimension."""
        for form in self.forms:
            form.set_config(config, latent_dim)
        if self.more is not None:
            self.more.setVisible(any(row.isVisibleTo(self.forms[-1]) for row in self.forms[-1].rows.values()))
        shown = any(row.isVisibleTo(form) for form in self.forms for row in form.rows.values())
        self._foot.setVisible(shown or self.foot.count() > 0)

    def _make_menu(self) -> None:
        self._menu: QMenu = menu(self)
        copy = self._menu.addAction("Copy image")
        copy.triggered.connect(self.copy_asked)
        self._menu.addSeparator()
        self._exports = {kind: self._menu.addAction(text) for kind, text in EXPORTS.items()}
        for kind, action in self._exports.items():
            action.setData(kind)
        self._menu.triggered.connect(self._on_menu_triggered)
        if self.display.actions():
            self._menu.addSeparator()
            self._menu.addActions(self.display.actions())
        self._add_splits()
        self._menu.addSeparator()
        self._freeze = self._menu.addAction("Freeze this view")
        self._freeze.setCheckable(True)
        self._freeze.toggled.connect(self._on_freeze_toggled)
        self._menu.addAction("Open in its own window").triggered.connect(self.detach_asked)

    def _add_splits(self) -> None:
        """Lets the data be from another split, where the view takes several."""
        self._splits = QActionGroup(self)
        if len(self.view.splits) > 1:
            self._menu.addSeparator()
        for split in self.view.splits if len(self.view.splits) > 1 else ():
            action = QAction(f"Of {_SPLITS[split]} data", self, checkable=True, checked=split == self.view.splits[0])
            action.setData(split)
            self._splits.addAction(action)
            self._menu.addAction(action)
        self._splits.triggered.connect(self._on_split_chosen)

    @property
    def menu(self) -> QMenu:
        """The menu, to which a page may add."""
        return self._menu

    @property
    def is_frozen(self) -> bool:
        """Whether it keeps what it shows."""
        return self._freeze.isChecked()

    @property
    def is_empty(self) -> bool:
        """Whether it has shown nothing yet."""
        return self._stack.currentWidget() is self._ghost

    @property
    def subtitle(self) -> str:
        """What is said beside the title, whole."""
        return self._head.subtitle.text()

    @property
    def note(self) -> str:
        """What is said below the picture, or ""."""
        return "" if self._note.isHidden() else self._note.text()

    def show_frame(self, frame: Frame) -> bool:
        """Shows a frame, unless the card is frozen; says whether it did."""
        if self.is_frozen:
            return False
        was_empty = self.is_empty
        if was_empty:
            self._stack.setCurrentWidget(self.display)
            self._place_legend()
        if was_empty or frame is not self.display.frame:  # a stream may give the picture in sight again
            self.display.show_frame(frame)
        self._on_words_changed()
        return True

    def show_empty(self, sentence: str = "") -> None:
        """Shows the ghost again, with another sentence where one is given."""
        if sentence:
            self._ghost.set_sentence(sentence)
        self._stack.setCurrentWidget(self._ghost)
        self._place_legend()
        self._subtitle_now = self._state = ""
        self._alert_of("")
        self.clear_error()
        self._say()

    def show_error(self, sentence: str) -> None:
        """Marks the card as failed and says why; the last good picture stays."""
        restyle(self, failed=True)
        self._show_note(sentence, "error")
        if self.is_empty:
            self._ghost.set_sentence("Nothing could be shown")

    def clear_error(self) -> None:
        """The view works again."""
        if self.property("failed"):
            restyle(self, failed=False)
            self._show_note("", "caption")

    def set_state(self, words: str) -> None:
        """Says what the picture is of where it is not the newest: "step 1 250, last good"; "" for the newest."""
        self._state = words
        self._say()

    def set_live(self, live: bool) -> None:
        """Says that the picture is of now, while others beside it are of a moment that was recorded."""
        self._live = "live" if live else ""
        self._say()

    def set_weights(self, words: str) -> None:
        """Says whose picture it is where there is a choice: "averaged weights" or "raw weights"; "" for no choice."""
        if words != self._weights:
            self._weights = words
            self._say()

    def set_maximised(self, maximised: bool) -> None:
        """Draws the tool that goes back instead of the one that maximises."""
        self._head.set_maximised(maximised)

    def add_side(self, widget: QWidget) -> None:
        """Puts controls beside the picture."""
        self._body.addWidget(widget)

    def add_row(self, widget: QWidget) -> None:
        """Puts controls in a row of their own above the foot."""
        widget.setContentsMargins(0, 8, 0, 0)
        self._rows.addWidget(widget)

    def show_foot(self) -> None:
        """Shows the foot, after controls were added to it."""
        self._foot.show()

    def _say(self) -> None:
        frozen = "frozen" if self.is_frozen else ""
        weights = "" if self.is_empty else self._weights
        live = "" if self.is_empty else self._live
        parts = (frozen, live, weights, self._state or self._subtitle_now)
        words = ", ".join(part for part in parts if part)
        if words != self._head.subtitle.text():
            self._head.subtitle.setText(words)
            self._place_legend()

    def _alert_of(self, text: str) -> None:
        if text != self._alert:
            self._alert = text
            self.alerted.emit(self.view.name, text)

    def _show_note(self, text: str, kind: str) -> None:
        self._note.setText(text)
        restyle(self._note, kind=kind)
        self._note.setVisible(bool(text))

    def _place_legend(self) -> None:
        in_rows = self._head.arrange(self.width() - 2 * _PADDING, not self.is_empty)
        self._legend_rows.setVisible(in_rows)
        if in_rows:
            self._legend_rows.setFixedHeight(self._legend_rows.heightForWidth(self.width() - 2 * _PADDING))

    @Slot()
    def _on_words_changed(self) -> None:
        words = self.display.words()
        if words is None:
            return
        self._subtitle_now = words.subtitle
        self._say()
        self._alert_of(words.alert)
        if not self.property("failed"):
            self._show_note(words.note, "warning" if words.warning else "caption")

    @Slot()
    def _on_legend_changed(self) -> None:
        items = self.display.legend()
        if items == self._head.legend.items:
            return
        before = self._head.legend.line_width()
        self._head.legend.set_items(items)
        self._legend_rows.set_items(items)
        if self._head.legend.line_width() != before:
            self._place_legend()

    @Slot(str)
    def _on_legend_hovered(self, key: str) -> None:
        self.display.emphasise(key or None)

    @Slot(QPoint)
    def _on_menu_asked(self, corner: QPoint) -> None:
        self._menu.popup(corner - QPoint(self._menu.sizeHint().width(), 0))

    @Slot(QAction)
    def _on_menu_triggered(self, action: QAction) -> None:
        if action.data() in EXPORTS and action in self._exports.values():
            self.export_asked.emit(action.data())

    @Slot(QAction)
    def _on_split_chosen(self, action: QAction) -> None:
        self.changed.emit("split", action.data())

    @Slot(bool)
    def _on_freeze_toggled(self, frozen: bool) -> None:
        self._head.set_frozen(frozen)
        self._say()
        self.freeze_toggled.emit(frozen)

    @Slot()
    def _on_thaw_asked(self) -> None:
        self._freeze.setChecked(False)

    def hasHeightForWidth(self) -> bool:
        """No: a note that wraps takes its lines from the picture, not from the page."""
        return False

    def sizeHint(self) -> QSize:
        """What the picture needs, and the head."""
        return super().sizeHint().expandedTo(QSize(240, 160))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Finds the legend its place."""
        super().resizeEvent(event)
        self._place_legend()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu, where the pointer is."""
        if not self.is_empty:
            self._menu.popup(event.globalPos())
