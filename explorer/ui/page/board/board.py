"""The board: makes the cards of a page, offers those that apply, watches those in sight, and shows frames on them."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from explorer.engine.views.requests import Reply
from explorer.ui.card import Card
from explorer.ui.frames import CurvesView
from explorer.ui.frames.base import Hit
from explorer.ui.numbers import count
from explorer.ui.page.board.card_actions import CardActions
from explorer.ui.page.board.curves_card import CurvesCard
from explorer.ui.page.board.datum_link import DatumLink
from explorer.ui.page.board.frozen import FrozenCards
from explorer.ui.page.board.origins import Origins
from explorer.ui.page.board.phase_cards import PhaseCards
from explorer.ui.page.board.scene_view import SceneView
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.page.state.moment import Moment
from explorer.ui.page.state.scenes import Scenes
from explorer.ui.page.state.shown import PageState, Shown
from explorer.ui.theme import Theme
from models.frames import Curves, Frame
from models.protocol import DataSpec

__all__ = ["Board"]

_BEFORE = "previous run"  # of a picture that stays until the new run has one


class Board(QFrame):
    """The cards of a page, one for each view, and for a model the curves of its run.

    Attributes:
        views: Cards of the views, by name.
        curves: Card of the curves, or None for a lab.
        scene, phases: The cards of the chosen scene, and those on which slow motion draws.
        origins: Where the frame on each card comes from.

    Signals:
        watched: Requests for the views in sight, which each snapshot is to have.
        arranged: The cards in sight, the leading one first.
        framed: A card and the frame that it shows now; not for recorded frames.
        clicked: A card and a `Hit` in its picture.
        alerted: Name of a view, and what its frame warns of, "" for nothing.
        export_asked: A card, and the kind of file or "copy".
        detach_asked: A card that is to get a window of its own.
        step_picked: Training step at which curves were clicked.

    Args:
        theme: Colours.
        shown: What the page shows.
        inputs: The inputs of the views; the board tells it which are in sight.
        moment: The moment that is shown.
        scenes: The scenes of the page.
    """

    watched = Signal(object)
    arranged = Signal(object)
    framed = Signal(object, object)
    clicked = Signal(object, object)
    alerted = Signal(str, str)
    export_asked = Signal(object, str)
    detach_asked = Signal(object)
    step_picked = Signal(float)

    def __init__(
        self, theme: Theme, shown: Shown, inputs: Inputs, moment: Moment, scenes: Scenes, parent: QWidget | None = None
    ):
        super().__init__(parent)
        self._shown, self._inputs, self._moment, self._scenes = shown, inputs, moment, scenes
        self.views = {name: Card(theme, view, empty=view.help, parent=self) for name, view in shown.views.items()}
        self.curves = CurvesCard(theme, self) if shown.is_model else None
        self._followed: list[Card] = []  # shown in windows of their own
        self._offered: set[str] | None = None
        self._data: tuple[str, DataSpec | None] | None = None  # of which pictures are shown
        self._after_layout = QTimer(self, interval=0, singleShot=True)  # a child: it does not outlive the board
        self.origins = Origins(shown)
        self.scene = SceneView(self.cards, scenes.layout)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.scene)
        self._actions = CardActions(self.cards, self.scene, self)
        self.addActions(self._actions.actions())
        self._frozen = FrozenCards(self.cards, self.origins, shown, self)
        self._datum_link = DatumLink(self.views, inputs, self)
        self.phases = PhaseCards(self.views, shown, moment, self)
        self._connect()
        self.follow_config()

    @property
    def cards(self) -> dict[str, Card]:
        """All cards by name, that of the curves last."""
        return self.views if self.curves is None else {**self.views, self.curves.view.name: self.curves}

    def _connect(self) -> None:
        self._actions.export_asked.connect(self.export_asked)
        self._actions.detach_asked.connect(self.detach_asked)
        self._actions.show_asked.connect(self.show_card)
        self._after_layout.timeout.connect(self.watch)
        self.phases.framed.connect(self.framed)
        self.alerted.connect(self.watch)
        self.scene.changed.connect(self._after_layout.start)
        self.scene.swapped.connect(self._scenes.swap)
        self.scene.resized.connect(self._scenes.resize)
        self._scenes.placed.connect(self._on_placed)
        self._inputs.requests_changed.connect(self.watch)
        self._inputs.raw_changed.connect(self.show_weights)
        self._moment.changed.connect(self._on_moment_changed)
        self._shown.changed.connect(self._on_shown_changed)
        self._shown.config_changed.connect(self.follow_config)
        self._shown.state_changed.connect(self._on_state_changed)
        for card in self.views.values():
            card.changed.connect(self._on_param_changed)
            card.display.clicked.connect(self._on_clicked)
        for card in self.cards.values():
            card.alerted.connect(self.alerted)
            card.freeze_toggled.connect(self._follow_shown)
            card.remove_asked.connect(self._on_remove_asked)
            if isinstance(card.display, CurvesView):
                card.display.picked.connect(self._on_curves_picked)

    # What is in sight

    @Slot()
    def watch(self) -> None:
        """Asks for the views in sight in every snapshot, and for those out of sight whose warning is in sight."""
        seen = self.scene.in_sight() if self.isVisible() else []
        self.arranged.emit(list(seen))
        seen += [card for card in self._followed if card not in seen]
        names = [card.view.name for card in seen if card.view.name in self.views and not card.is_frozen]
        self._inputs.in_sight = frozenset(names)
        warning = [name for name, card in self.views.items() if card.alert and self.isVisible() and not card.is_frozen]
        views = [self._shown.views[name] for name in dict.fromkeys((*names, *warning))]
        live = self._moment.is_live
        wanted = [view for view in views if self._shown.applies(view) and (live or not view.record)]
        self.watched.emit([self._inputs.request(view) for view in wanted])

    def follow(self, card: Card, on: bool) -> None:
        """Keeps a card up to date although it may be out of sight, because it is shown in a window of its own."""
        if on:
            self._followed.append(card)
        elif card in self._followed:
            self._followed.remove(card)
        self.watch()

    @Slot()
    def follow_config(self) -> None:
        """Offers the views that apply to the config in force; the cards of others say that they do not."""
        applying = {name for name, view in self._shown.views.items() if self._shown.applies(view)}
        for name, card in self.views.items():
            card.set_config(self._shown.config, self._shown.latent_dim)
            card.set_split_parts(0 if self._shown.data is None else self._shown.data.parts)
            if name not in applying:
                card.show_empty("Not for this configuration")
            elif self._offered is not None and name not in self._offered:
                card.show_empty(card.view.help)
            self._actions.offer(name, name in applying)
        if not self._shown.fitted:  # else there are no curves over steps
            applying |= self.cards.keys() - self.views.keys()
        if applying != self._offered:  # else the same views are watched, and a lab being moved is answered already
            self._offered = applying
            self._scenes.offer(applying)
            self.watch()

    @Slot()
    def _on_placed(self) -> None:
        self.scene.show_layout(self._scenes.layout)
        if self._shown.snapshot.curves is not None:
            self.show_curves(self._shown.snapshot.curves)

    @Slot(str)
    def show_card(self, name: str) -> None:
        """Brings a card into sight, in the first scene that has it or else added to the chosen one, and marks it."""
        if not self._scenes.show_card(name) and name in self._scenes.addable:
            self._scenes.add(name)
        card = self.cards[name]
        if self.scene.maximised not in (None, card):
            self.scene.restore()
        self.scene.reveal(card)
        card.point_out()

    @Slot()
    def _on_remove_asked(self) -> None:
        card = self.sender()
        assert isinstance(card, Card)
        self._scenes.remove(card.view.name)

    # What is shown

    @Slot(object)
    def show_reply(self, reply: Reply) -> None:
        """Shows the newest reply for a view on its card."""
        card = self.views[reply.request.view]
        if self.phases.holds_back(reply):
            return
        if reply.error:
            card.show_error(reply.error)
        elif reply.frame is not None and (self._moment.is_live or not card.view.record):
            card.clear_error()
            if card.show_frame(reply.frame):
                card.set_state("")
                self.origins.note(card.view.name, reply.step, reply.request)
            if self._shown.state.is_over:
                self._mark_last_good(card)
            self.framed.emit(card, reply.frame)

    @Slot(object)
    def show_curves(self, curves: Curves) -> None:
        """Shows the curves of the run."""
        card = self.curves
        in_sight = card is not None and (card.isVisible() or card in self._followed)
        if card is not None and in_sight and card.show_curves(curves, self._moment.step):
            self.origins.note(card.view.name, self._shown.step)

    def show_recorded(self, step: int, frames: dict[str, Frame]) -> None:
        """Shows the frames of a recorded moment; other cards say that they are live."""
        for name, frame in frames.items():
            card = self.views.get(name)
            if card is not None and card.show_frame(frame):
                self.origins.note(name, step, recorded=True)
                card.display.forget()  # another moment need not follow from the one before
                card.set_state(f"step {count(step)}")
        for name, card in self.views.items():
            card.set_live(name not in frames)
        if self._shown.snapshot.curves is not None:
            self.show_curves(self._shown.snapshot.curves)

    @Slot()
    def show_weights(self) -> None:
        """Says on the cards of which weights their pictures are, where there are averaged ones too."""
        words = ("raw weights" if self._inputs.raw else "averaged weights") if self._shown.snapshot.averaged else ""
        for card in self.views.values():
            card.set_weights(words)

    @Slot()
    def _on_shown_changed(self) -> None:
        self.origins.leave()
        data = None if self._shown.data is None else (self._shown.data.data.name, self._shown.spec)
        others, self._data = data != self._data, data
        for card in self.cards.values():
            card.clear_error()
            card.clear_alert()
            card.set_state("")
            if card.is_frozen:
                continue
            card.display.forget()
            if others:  # what is shown of other data would be read as that of these
                card.show_empty()
            elif self._shown.is_model and not card.is_empty:
                card.set_state(_BEFORE)
        self._follow_shown()

    @Slot()
    def _follow_shown(self) -> None:
        """Empties the cards for which there is nothing to show, except frozen ones."""
        self.follow_config()
        if self.curves is not None and (self._shown.setup is None or self._shown.step == 0):
            self.curves.show_empty()
        self.watch()

    @Slot()
    def _on_moment_changed(self) -> None:
        if self._moment.is_live:
            for card in self.cards.values():
                card.display.forget()
                card.set_state("")
                card.set_live(False)
        self.watch()

    @Slot(object)
    def _on_state_changed(self, state: PageState) -> None:
        for card in self.cards.values() if state.is_over else ():
            if not card.is_empty:
                self._mark_last_good(card)

    def _mark_last_good(self, card: Card) -> None:
        card.set_state(f"step {count(self._shown.step_of(card.view.name))}, last good")

    # What is chosen on cards

    @Slot(object)
    def _on_clicked(self, hit: object) -> None:
        card = next(card for card in self.views.values() if card.display is self.sender())
        self.clicked.emit(card, hit)

    @Slot(float)
    def _on_curves_picked(self, x: float) -> None:
        card = next(card for card in self.cards.values() if card.display is self.sender())
        if isinstance(card.display.frame, Curves) and card.display.frame.x_label == "step":
            self.step_picked.emit(x)
        else:
            self.clicked.emit(card, Hit(time=x))

    @Slot(str, object)
    def _on_param_changed(self, name: str, value: object) -> None:
        card = self.sender()
        assert isinstance(card, Card)
        self._inputs.set_param(card.view.name, name, value)

    # Events

    def showEvent(self, event: QShowEvent) -> None:
        """Watches the views in sight."""
        super().showEvent(event)
        self.watch()

    def hideEvent(self, event: QHideEvent) -> None:
        """Watches only what is shown in windows of its own."""
        super().hideEvent(event)
        self.watch()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Watches the views that are in sight once the cards have their new places."""
        super().resizeEvent(event)
        self._after_layout.start()
