"""A card: one view with its title, legend, tools, controls and state.

Longer than other files: it is the one interface to head, body, note, foot and menu, with many methods of a line or two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPoint, QSize, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QVBoxLayout, QWidget

from explorer.ui.card.body import EDGE, CardBody
from explorer.ui.card.foot import CardFoot
from explorer.ui.card.head import CardHead
from explorer.ui.card.menu import CardMenu
from explorer.ui.card.note import CardNote
from explorer.ui.card.status import CardStatus
from explorer.ui.controls import restyle
from explorer.ui.frames import WIDGETS
from explorer.ui.theme import Theme
from models.frames import Frame
from models.protocol import View

__all__ = ["Card"]

_POINTING = 1500  # ms for which a card is marked
_TALL = 480  # px of height from which a leading card has room for its note


class Card(QFrame):
    """A view on a page: shows frames and emits a signal for each command.

    Attributes:
        view: The view.
        display: Widget of its kind of frame.
        foot: Layout at the right of the foot, for more controls; call `show_foot` after adding some.

    Signals:
        changed: Name and value of one of the view's own parameters, or "split" and the name of a split.
        copy_asked: Copy the picture.
        export_asked: Export: "png", "svg", "pdf", "csv" or "npz", or "wav" for sound.
        freeze_toggled: The card was frozen, or follows new frames again.
        alerted: Name of the view and the alert of its frame, "" once the alert is over.
        detach_asked: Move the card into a window of its own.
        remove_asked: Remove the card from the scene.
        maximise_asked: Fill the page with the card, or restore it.
        head_moved: Position of the pointer on the screen, while the head is dragged.
        head_released: The head was let go.

    Args:
        theme: Colours.
        view: The view.
        values: Values of its parameters; defaults where none is given.
        empty: What the card will show, and when; displayed until the first frame.
        placed: The card has a place on a page, whose commands are in its menu: freeze, detach, remove.
    """

    changed = Signal(str, object)
    copy_asked = Signal()
    export_asked = Signal(str)
    freeze_toggled = Signal(bool)
    alerted = Signal(str, str)
    detach_asked = Signal()
    remove_asked = Signal()
    maximise_asked = Signal()
    head_moved = Signal(QPoint)
    head_released = Signal()

    def __init__(
        self,
        theme: Theme,
        view: View,
        values: Mapping[str, Any] | None = None,
        empty: str = "",
        parent: QWidget | None = None,
        placed: bool = True,
    ):
        super().__init__(parent)
        self.view = view
        self.setObjectName(f"card.{view.name}")
        self.setProperty("card", True)
        self.setAccessibleName(view.title)
        self._status = CardStatus()
        self._alert = ""
        self._pointing = QTimer(self, interval=_POINTING, singleShot=True)
        self._pointing.timeout.connect(self._on_pointed_out)
        self.display = WIDGETS[view.frame](theme, self)
        self.display.setAccessibleName(view.title)
        self.display.set_view_name(view.name)
        self._body = CardBody(theme, view, self.display, empty or f"{view.title} will appear here", self)
        self._head = CardHead(theme, view, self)
        self._note = CardNote(self)
        self._leading = False
        self._foot = CardFoot(theme, view, values, self)
        self.foot = self._foot.tools
        self._menu = CardMenu(view, self.display, self, placed)
        self._lay_out()
        self._connect()
        self._arrange_head()
        self._place_foot()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE, 0, EDGE, EDGE)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._body, 1)
        column.addWidget(self._note)
        self._rows = QVBoxLayout()
        column.addLayout(self._rows)
        column.addWidget(self._foot)

    def _connect(self) -> None:
        self.display.legend_changed.connect(self._on_legend_changed)
        self.display.words_changed.connect(self._on_words_changed)
        self.display.export_asked.connect(self.export_asked)
        self._head.hovered.connect(self._on_legend_hovered)
        self._head.moved.connect(self.head_moved)
        self._head.released.connect(self.head_released)
        self._head.note_sign.toggled.connect(self._note.set_whole)
        self._head.controls_button.toggled.connect(self._foot.setVisible)
        self._head.maximise_asked.connect(self.maximise_asked)
        self._head.menu_asked.connect(self._on_menu_asked)
        self._head.thaw_asked.connect(self._menu.thaw)
        self._foot.changed.connect(self.changed)
        self._menu.copy_asked.connect(self.copy_asked)
        self._menu.export_asked.connect(self.export_asked)
        self._menu.split_chosen.connect(self._on_split_chosen)
        self._menu.freeze_toggled.connect(self._on_freeze_toggled)
        self._menu.detach_asked.connect(self.detach_asked)
        self._menu.remove_asked.connect(self.remove_asked)

    @property
    def menu(self) -> QMenu:
        """The menu, to which a page may add."""
        return self._menu.menu

    @property
    def is_frozen(self) -> bool:
        """Whether the card keeps its picture and ignores new frames."""
        return self._menu.is_frozen

    @property
    def is_empty(self) -> bool:
        """Whether no frame has been shown yet."""
        return self._body.is_empty

    @property
    def subtitle(self) -> str:
        """The full text beside the title."""
        return self._head.subtitle.text()

    @property
    def note(self) -> str:
        """The text below the picture, or ""."""
        return self._note.text

    def set_config(self, config: Any, latent_dim: int | None = None) -> None:
        """Hides the controls that have no effect under a config and a latent dimension."""
        self._foot.set_config(config, latent_dim)
        self._place_foot()

    def set_split_parts(self, parts: int) -> None:
        """Offers the choice of the split only where the splits hold different data, `parts` of them."""
        self._menu.offer_splits(parts > 1)

    def show_frame(self, frame: Frame) -> bool:
        """Shows a frame unless the card is frozen; returns whether it did."""
        if self.is_frozen:
            return False
        was_empty = self.is_empty
        if was_empty:
            self._body.show_picture()
            self._arrange_head()
        if was_empty or frame is not self.display.frame:  # a stream may yield the same frame again
            self.display.show_frame(frame)
        self._on_words_changed()
        return True

    def show_empty(self, sentence: str = "") -> None:
        """Shows the placeholder again, with another sentence where one is given; a frozen card keeps its picture."""
        if self.is_frozen and not self.is_empty:
            return
        if sentence:
            self._body.set_sentence(sentence)
        self._body.show_empty()
        self._arrange_head()
        self._status.subtitle = self._status.state = ""
        self._set_alert("")
        self.clear_error()
        self._update_subtitle()

    def show_error(self, sentence: str) -> None:
        """Marks the card as failed and shows the reason; the last good picture stays."""
        restyle(self, failed=True)
        self._show_note(sentence, "error")
        if self.is_empty:
            self._body.set_sentence("Nothing could be shown")

    def clear_error(self) -> None:
        """Removes the mark of a failure and its reason."""
        if self.property("failed"):
            restyle(self, failed=False)
            self._show_note("", "caption")

    def set_state(self, text: str) -> None:
        """Sets the step of a picture that is not the newest, "step 1 250, last good"; "" for the newest."""
        if text != self._status.state:
            self._status.state = text
            self._update_subtitle()

    def set_frozen_words(self, text: str) -> None:
        """Sets what a frozen card says of its picture: "frozen at step 1 250", and of which run it is."""
        self._status.frozen = text
        self._on_words_changed()

    def set_live(self, live: bool) -> None:
        """Marks a picture of the present while other cards show a recorded step."""
        self._status.live = live
        self._update_subtitle()

    def set_weights(self, text: str) -> None:
        """Sets which weights the picture shows, "averaged weights" or "raw weights"; "" where the model has one set."""
        self._status.weights = text
        self._update_subtitle()

    def set_drawn(self, drawn: bool, now: bool = False) -> None:
        """Marks a picture on which slow motion draws, and hides its controls; `now`: it draws there in this phase."""
        self._status.drawn = drawn
        self._body.offer_controls(not drawn)
        restyle(self, phase="true" if now else "false")
        self._update_subtitle()

    def set_maximised(self, maximised: bool) -> None:
        """Shows the tool that restores the card instead of the one that maximises it."""
        self._head.set_maximised(maximised)

    def add_side(self, widget: QWidget) -> None:
        """Puts controls beside the picture, or below it where the card is narrow."""
        self._body.add_controls(widget)
        self._note.reserve_line()

    def add_board(self, board: QWidget) -> None:
        """Puts a board on which one draws beside the picture, or above it where it is larger there."""
        self._body.add_board(board)

    def set_board(self, board: QWidget) -> None:
        """Puts a board on which one draws in place of the picture, which is still what is exported."""
        self._body.set_board(board)

    @property
    def picture(self) -> QWidget:
        """The picture, or the board that stands in its place."""
        return self._body.picture

    @property
    def alert(self) -> str:
        """What its frame warns of, or ""."""
        return self._alert

    @property
    def saving(self) -> int:
        """Height that `set_tight` saves, px."""
        return self._body.saving

    @property
    def is_tight(self) -> bool:
        """Whether the card saves height."""
        return self._body.is_tight

    def set_tight(self, tight: bool) -> None:
        """Saves height: the picture may be lower, and controls stand beside it although the card is narrow."""
        self._body.set_tight(tight)

    def add_row(self, widget: QWidget) -> None:
        """Puts controls in a row of their own above the foot."""
        row = QVBoxLayout()  # margins of its own: a style sheet takes those of a frame
        row.setContentsMargins(8, 8, 8, 4)
        row.addWidget(widget)
        self._rows.addLayout(row)

    def show_foot(self) -> None:
        """Offers the foot after controls were added to it."""
        self._place_foot()

    def set_leading(self, leading: bool) -> None:
        """Makes the card the leading one of its scene, whose controls and note are in sight, or one of the others."""
        if leading != self._leading:  # else a person may have opened or closed the controls
            self._leading = leading
            self._head.controls_button.setChecked(leading)
        self._place_foot()
        self._place_note()

    def clear_alert(self) -> None:
        """Takes back the warning of a picture that is no longer shown."""
        self._set_alert("")

    def point_out(self) -> None:
        """Marks the card for a moment, because something speaks of it."""
        restyle(self, target="true")
        self._pointing.start()

    @Slot()
    def _on_pointed_out(self) -> None:
        restyle(self, target="false")

    def open_controls(self) -> None:
        """Shows the controls of the view."""
        self._head.controls_button.setChecked(True)

    def _place_foot(self) -> None:
        self._head.controls_button.setVisible(self._foot.is_used)
        self._foot.setVisible(self._foot.is_used and self._head.controls_button.isChecked())
        self._arrange_head()

    def _place_note(self) -> None:
        self._note.set_leading(self._leading and self.height() >= _TALL)
        self._arrange_head()

    def _update_subtitle(self) -> None:
        text = self._status.text(self.is_empty)
        if text != self._head.subtitle.text():
            self._head.subtitle.setText(text)
            self._arrange_head()

    def _set_alert(self, text: str) -> None:
        if text != self._alert:
            self._alert = text
            self.alerted.emit(self.view.name, text)

    def _show_note(self, text: str, kind: str) -> None:
        if self._note.show_text(text, kind):
            self._place_note()

    def _arrange_head(self) -> None:
        """Fits the head to its width; the sign of the note also opens what of the subtitle is out of sight."""
        width, sign = self.width() - 2 * EDGE, self._head.note_sign
        sign.setVisible(self._note.is_shortened)
        self._head.arrange(width, not self.is_empty)
        if sign.isHidden() and self._head.has_spare_tool and not self._head.is_whole and not self.is_empty:
            sign.show()
            self._head.arrange(width, True)
        self._note.set_heading("" if self._head.is_whole else self.subtitle)

    @Slot()
    def _on_words_changed(self) -> None:
        words = self.display.words()
        if words is None:
            return
        self._status.subtitle = words.subtitle
        self._update_subtitle()
        self._set_alert(words.alert)
        if not self.property("failed"):
            frozen = self._status.frozen[:1].upper() + self._status.frozen[1:]  # the head may have no room for it
            note = ". ".join(part for part in (frozen, words.note) if part)
            self._show_note(note, "warning" if words.warning or frozen else "caption")

    @Slot()
    def _on_legend_changed(self) -> None:
        items = self.display.legend()
        if items == self._head.legend.items:
            return
        before = self._head.legend.line_width()
        self._head.set_items(items)
        if self._head.legend.line_width() != before:
            self._arrange_head()

    @Slot(str)
    def _on_legend_hovered(self, key: str) -> None:
        self.display.emphasise(key or None)

    @Slot(QPoint)
    def _on_menu_asked(self, corner: QPoint) -> None:
        self.menu.popup(corner - QPoint(self.menu.sizeHint().width(), 0))

    @Slot(str)
    def _on_split_chosen(self, split: str) -> None:
        self.changed.emit("split", split)

    @Slot(bool)
    def _on_freeze_toggled(self, frozen: bool) -> None:
        self._status.frozen = "frozen" if frozen else ""
        self._head.set_frozen(frozen)
        self._on_words_changed()
        self.freeze_toggled.emit(frozen)

    def hasHeightForWidth(self) -> bool:
        """False: the lines of a wrapped note reduce the height of the picture, not that of other cards."""
        return False

    def sizeHint(self) -> QSize:
        """At least 240 × 160 px."""
        return super().sizeHint().expandedTo(QSize(240, 160))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fits head, note and controls to the new width."""
        super().resizeEvent(event)
        self._place_note()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Opens the menu at the pointer."""
        if not self.is_empty:
            self.menu.popup(event.globalPos())
