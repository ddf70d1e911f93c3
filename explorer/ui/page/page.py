"""The page of one model or lab: everything on it is generated from what the page declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from explorer.engine import BadInput, Request, Session
from explorer.engine.host.events import Event, Opened, Recorded
from explorer.engine.runs.curves import loss_curves
from explorer.ui.card import Card
from explorer.ui.controls import Button
from explorer.ui.explain import Explain
from explorer.ui.frames.curves import CurvesView
from explorer.ui.page.board.card_grid import Arrangement
from explorer.ui.page.control.feed import Showing
from explorer.ui.page.control.recovery import Failures
from explorer.ui.page.control.runner import Acts
from explorer.ui.page.control.scrubber import Moments
from explorer.ui.page.control.stepping import Moves
from explorer.ui.page.editors.direction import Directions
from explorer.ui.page.editors.drawn_data import Drawing
from explorer.ui.page.editors.handles import Dragging
from explorer.ui.page.editors.latent import Pointing
from explorer.ui.page.editors.latent_panel import LatentPanel
from explorer.ui.page.panels.docks import EXPLAIN, Panels
from explorer.ui.page.panels.messages import Notices
from explorer.ui.page.panels.run_bar import RunBar
from explorer.ui.page.panels.side_panel import SidePanel
from explorer.ui.page.state.draft import Draft
from explorer.ui.page.state.inputs import Looking
from explorer.ui.page_thread import PageThread
from explorer.ui.theme import Theme
from explorer.ui.timeline.timeline import Timeline
from models import Family
from models.frames import Curves
from models.protocol import GenerativeModel, HasDecoder, LatentPoint, Noise, View, group_views, views_of

__all__ = ["PageWidget"]

CURVES = View(loss_curves, "curves", "Loss", {}, {}, Curves, False, help="Every metric over the steps")


class PageWidget(QFrame):
    """One page.

    Attributes:
        name: The page's name in the catalogue.
        draft: The setup being edited.
        thread_: The page's own thread; `thread` is Qt's.
        cards: Card of each view, and "curves".
        acts: What the buttons do.

    Signals:
        page_chosen: Another page of the family was chosen.
        message: A sentence for the status bar.
        undo_offered: A sentence for the status bar, of a reset that can be undone.
        export_asked: A card and the kind of file.

    Args:
        theme: Colours.
        family: The page's family.
        name: The page's name.
    """

    page_chosen = Signal(str)
    message = Signal(str)
    undo_offered = Signal(str)
    export_asked = Signal(object, str)

    def __init__(self, theme: Theme, family: Family, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName(f"page.{name}")
        self.name, self.family, self._theme = name, family, theme
        self.page = family.pages[name]
        self.draft = Draft(name, self.page, self)
        self.thread_ = PageThread(name, self)
        self._resamplers: list[Button] = []
        self.cards = self._make_cards(theme)
        self.state = "static"
        views = {name: card for name, card in self.cards.items() if name != "curves"}
        self.looking = Looking(self.page, views, lambda: self.state == "training", self)
        self._followers: list[Card] = []
        self._offered: set[str] = set()
        self._opened = False
        self._lay_out(theme, family)
        self.acts = Acts(self)
        self.failures = Failures(self)
        self.moments = Moments(self)
        self.pointing = Pointing(self)
        self.directions = Directions(self, theme)
        self.dragging = Dragging(self)
        self.moves, self.drawing = Moves(self), Drawing(self, theme)
        self.showing = Showing(self)
        self._connect()
        self.cards_of_config(self.acts.config)

    # Making

    def _make_cards(self, theme: Theme) -> dict[str, Card]:
        cards = {name: Card(theme, view, empty=view.help, parent=self) for name, view in views_of(self.page).items()}
        if self.draft.model is not None:
            cards["curves"] = Card(theme, CURVES, empty="Curves appear with the first steps", parent=self)
        for name, card in cards.items():
            if Noise in card.view.inputs.values() and LatentPoint not in card.view.inputs.values():
                button = Button(theme, "Resample", "dice")
                button.setObjectName(f"resample.{name}")
                self._resamplers.append(button)
                card.foot.addWidget(button)
                card.show_foot()
        return cards

    def _lay_out(self, theme: Theme, family: Family) -> None:
        self.side = SidePanel(theme, family, self.draft)
        self.run_bar = RunBar(theme, self.draft.model is not None, self.page.title)
        self.notices = Notices(theme, getattr(self.page, "metrics", ()))
        self.banner = self.notices.banner
        self.explain = Explain(theme)
        self.explain.setFixedWidth(EXPLAIN)
        self.explain.setProperty("edge", "left")
        self.timeline = Timeline(theme)
        self.timeline.setProperty("edge", "top")
        self.timeline.setVisible(self.draft.model is not None)
        self.latent = LatentPanel(theme) if self._latent_cards() else None
        if self.latent is not None:
            self._latent_cards()[0].add_side(self.latent)
        self.arrangement = self._arrange()
        views = QVBoxLayout()
        views.setContentsMargins(0, 0, 0, 0)
        views.setSpacing(0)
        views.addWidget(self.notices)
        scroll = QScrollArea()
        scroll.setWidget(self.arrangement)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.verticalScrollBar().valueChanged.connect(self.watch)
        views.addWidget(scroll, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addLayout(views, 1)
        middle.addWidget(self.explain)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.run_bar)
        right.addLayout(middle, 1)
        right.addWidget(self.timeline)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.side)
        row.addLayout(right, 1)
        self.panels = Panels(self, row, middle)
        self.explain.show_page(self.page, self.draft.config(), self.draft.kind())

    def _latent_cards(self) -> list[Card]:
        return [c for c in self.cards.values() if LatentPoint in c.view.inputs.values()]

    def _arrange(self) -> Arrangement:
        groups = group_views(card.view for name, card in self.cards.items() if name != "curves")
        (hero,), beside, rest = ([self.cards[view.name] for view in group] for group in groups)
        below = self.cards.get("curves")
        if below is None and rest:  # a lab has no curves over steps: its next views take their place
            below, *rest = rest
            if not beside and len(rest) > 1:
                beside, rest = rest[:1], rest[1:]
        return Arrangement(self._theme, hero, below, beside, rest)

    def _connect(self) -> None:
        self.side.page_chosen.connect(self.page_chosen)
        self.side.value_moved.connect(self._on_value_moved)
        self.side.bundle_chosen.connect(self.acts.open_bundled)
        self.draft.changed.connect(self._on_draft)
        self.run_bar.train.connect(self.acts.train)
        self.run_bar.step.connect(self.acts.step)
        self.run_bar.reset.connect(self.acts.reset)
        self.run_bar.explain.connect(self._on_explain)
        self.run_bar.side.connect(self.panels.place_side)
        self.explain.closed.connect(self._on_explain_closed)
        self.explain.tried.connect(self.acts.try_next)
        self.explain.hovered.connect(self._on_term_hovered)
        self.banner.fix.connect(self.failures.fix)
        self.banner.other.connect(self.failures.other)
        self.thread_.happened.connect(self._on_event)
        self.looking.asked.connect(self._on_asked)
        self.looking.watched.connect(self.watch)
        self.arrangement.changed.connect(self.watch)
        for button in self._resamplers:
            button.clicked.connect(self.pointing.redraw_noise)
        for card in self.cards.values():
            card.alerted.connect(self.notices.take_alert)
            card.maximise_asked.connect(self._on_maximise)
            card.export_asked.connect(self._on_export)
            card.copy_asked.connect(self._on_copy)
            card.freeze_toggled.connect(self.watch)
            if isinstance(card.display, CurvesView):
                card.display.series_hovered.connect(self._on_series_hovered)

    # Being shown

    def showEvent(self, event: QShowEvent) -> None:
        """Starts the thread the first time, and looks into the mailbox from now on."""
        super().showEvent(event)
        if not self._opened:
            self._opened = True
            self.thread_.begin()
            self.acts.open_first()
        self.side.mark_page()
        self.panels.place()
        self.watch()
        self.showing.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """A hidden page trains and records on, but computes no views."""
        super().hideEvent(event)
        self.showing.stop()
        if self.latent is not None:
            self.latent.stop()
        self.watch()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Explain lies over the cards where there is no room beside them."""
        super().resizeEvent(event)
        self.panels.place()
        QTimer.singleShot(0, self.watch)

    @Slot()
    def watch(self) -> None:
        """Tells the thread which views are in sight, and of what."""
        sight = self.arrangement.in_sight() if self.isVisible() else []
        sight += [card for card in self._followers if card not in sight]
        shown = [card for card in sight if card.view.name != "curves" and not card.is_frozen]
        shown = [card for card in shown if self.looking.makes_sense(card.view)]
        if self.moments.scrubbed is not None:
            shown = [card for card in shown if not card.view.record]
        self.thread_.host.watch([self.looking.request(card.view) for card in shown])

    def follow(self, card: Card, on: bool) -> None:
        """Keeps a card up to date while it is shown in a window of its own, though it may be out of sight here."""
        if on:
            self._followers.append(card)
        elif card in self._followers:
            self._followers.remove(card)
        self.watch()

    def go_live(self) -> None:
        """Shows the newest again, where the timeline is scrubbed."""
        self.moments.go_live()

    def show_newest(self) -> None:
        """Shows the last snapshot, and asks for everything in sight anew."""
        for card in self.cards.values():
            card.set_state("")
            card.set_live(False)
        self.showing.show_again()

    def is_followed(self, card: Card) -> bool:
        """Whether a card is shown in a window of its own."""
        return card in self._followers

    @property
    def step(self) -> int:
        """Round of what is shown live."""
        return self.showing.snapshot.step

    def end(self, milliseconds: int = 5000) -> bool:
        """Stops training, saves, ends the thread; returns whether it ended in time."""
        self.showing.stop()
        if self.latent is not None:
            self.latent.stop()
        return self.thread_.end(milliseconds)

    # What the thread says

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        self.acts.handle(event)
        if isinstance(event, Opened):
            self._on_opened(event.shown)
        elif isinstance(event, Recorded):
            self.moments.show_recorded(event.step, event.frames)

    def _on_opened(self, shown: Any) -> None:
        self.showing.begin_anew(shown.step_count if isinstance(shown, Session) else shown.step)
        self.go_live()
        self.timeline.show_recorded((), 0)
        self.timeline.clear_marks()
        for card in self.cards.values():
            card.display.forget()
            card.clear_error()
            card.set_state("")
        if self.banner.kind == "error":
            self.banner.hide()
        page = shown.model if isinstance(shown, Session) else shown.page
        self.looking.spec = page.spec if isinstance(page, GenerativeModel) else None
        self.cards_of_config(page.config)
        if isinstance(page, GenerativeModel):
            self.looking.device = page.device
        self.pointing.look_at(page, shown.data)
        self.directions.look_at(page)
        if "curves" in self.cards and (not isinstance(shown, Session) or shown.step_count == 0):
            self.cards["curves"].show_empty()
        self.watch()

    def cards_of_config(self, config: Any) -> None:
        """Shows what makes sense for a config; the tabs of other views go, and other cards say so."""
        before, self.looking.config = self.looking.config, config
        self.dragging.place(config)
        latent = self.page.latent_dim_of(config, self.looking.spec) if issubclass(self.page, HasDecoder) else None
        for name, card in self.cards.items():
            card.set_config(config, latent)
            if not self.looking.makes_sense(card.view):
                card.show_empty("Not for this configuration")
            elif before is not None and name not in self._offered:
                card.show_empty(card.view.help)
        offered = {name for name, card in self.cards.items() if self.looking.makes_sense(card.view)}
        if offered != self._offered:  # else nothing else is watched, and a lab that is being moved has its answers
            self._offered = offered
            self.arrangement.offer(offered)
            self.watch()

    # Controls

    @Slot(object)
    def _on_asked(self, request: Request) -> None:
        self.thread_.host.ask(request)

    @Slot(str, object)
    def _on_value_moved(self, name: str, value: object) -> None:
        self.move_values({name: value})

    def move_values(self, values: Mapping[str, Any]) -> None:
        """Shows the page with other values of live parameters, before they are an edit."""
        if self.draft.model is None:
            self.acts.move_lab(values)
            return
        live = {name: value for name, value in values.items() if self.draft.declared()[name].live}
        if live:
            self.acts.change(live)

    @Slot()
    def _on_draft(self) -> None:
        self.acts.draft_changed()
        try:
            self.explain.show_page(self.page, self.draft.config(), self.draft.kind())
        except BadInput as error:
            self.message.emit(str(error))

    @Slot(bool)
    def _on_explain(self, shown: bool) -> None:
        self.explain.setVisible(shown)
        self.panels.place_explain()

    @Slot()
    def _on_explain_closed(self) -> None:
        self.run_bar.explain_button.setChecked(False)

    @Slot(str)
    def _on_term_hovered(self, key: str) -> None:
        if "curves" in self.cards:
            self.cards["curves"].display.emphasise(key or None)

    @Slot(str)
    def _on_series_hovered(self, key: str) -> None:
        self.explain.emphasise(key or None)

    @Slot()
    def _on_maximise(self) -> None:
        self.arrangement.toggle(self.sender())  # type: ignore[arg-type]

    @Slot(str)
    def _on_export(self, kind: str) -> None:
        self.export_asked.emit(self.sender(), kind)

    @Slot()
    def _on_copy(self) -> None:
        self.export_asked.emit(self.sender(), "copy")

    def save_state(self, settings: QSettings) -> None:
        """Keeps what is chosen for the next start."""
        settings.setValue(f"{self.name}/explain", self.panels.is_explain_wanted)
        settings.setValue(f"{self.name}/draft", self.draft.to_json())

    def set_reduced_motion(self, reduced: bool) -> None:
        """Lets nothing move of itself but in leaps."""
        self.timeline.reduced_motion = reduced
        if self.latent is not None:
            self.latent.set_reduced_motion(reduced)

    def restore_state(self, settings: QSettings) -> None:
        """Takes what was chosen before; opens no run."""
        self.run_bar.explain_button.setChecked(bool(settings.value(f"{self.name}/explain", True, bool)))
        kept = str(settings.value(f"{self.name}/draft", ""))
        if kept:
            try:
                self.draft.restore(kept)
            except BadInput as error:
                self.message.emit(str(error))

    def identity(self, card: Card) -> dict[str, Any]:
        """What an exported figure of a card carries."""
        step = self.moments.scrubbed if self.moments.scrubbed is not None else self.step
        return {**self.acts.identity(), "view": card.view.name, "step": step}
