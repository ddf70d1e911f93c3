"""The page of one model or lab: everything on it is generated from what the page declares."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from PySide6.QtCore import QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from explorer.engine import BadInput, Request, Session
from explorer.engine.host import Event, Snapshot
from explorer.engine.viewer import Reply
from explorer.ui.card import Card
from explorer.ui.controls import Button
from explorer.ui.explain import Explain
from explorer.ui.frames.curves import CurvesView
from explorer.ui.frames.plane import PlaneView
from explorer.ui.numbers import count
from explorer.ui.page.acts import Acts
from explorer.ui.page.arrangement import Arrangement
from explorer.ui.page.banner import Banner
from explorer.ui.page.draft import Draft
from explorer.ui.page.failures import Failures
from explorer.ui.page.latent_panel import LatentPanel
from explorer.ui.page.looking import Looking
from explorer.ui.page.run_bar import RunBar
from explorer.ui.page.side_panel import SidePanel
from explorer.ui.page_thread import PageThread
from explorer.ui.theme import Theme
from explorer.ui.timeline import Timeline
from models import Family
from models.frames import Bars, Curves, Frame, Plane
from models.protocol import GenerativeModel, HasLatent, LatentPoint, Noise, View, group_views, views_of

__all__ = ["PageWidget"]

_PULL = 50  # ms between two looks into the mailbox
_EXPLAIN_OVER = 1200  # px of window width under which Explain lies over the cards
_SIDE_OVER = 1000  # px under which the left panel does too
CURVES = View("curves", "Loss", {}, {}, Curves, False, help="Every metric over the steps")


class PageWidget(QFrame):
    """One page.

    Attributes:
        name: The page's name in the catalogue.
        draft: The setup being edited.
        thread: The page's own thread.
        cards: Card of each view, and "curves".
        acts: What the buttons do.

    Signals:
        page_chosen: Another page of the family was chosen.
        message: A sentence for the status bar.
        export_asked: A card and the kind of file.

    Args:
        theme: Colours.
        family: The page's family.
        name: The page's name.
    """

    page_chosen = Signal(str)
    message = Signal(str)
    export_asked = Signal(object, str)

    def __init__(self, theme: Theme, family: Family, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName(f"page.{name}")
        self.name, self.family, self._theme = name, family, theme
        self.page = family.pages[name]
        self.draft = Draft(name, self.page, self)
        self.thread_ = PageThread(name, self)
        self.cards = self._make_cards(theme)
        self.looking = Looking({k: c for k, c in self.cards.items() if k != "curves"}, self)
        self.state = "exhibit"
        self._snapshot = Snapshot()
        self._scrubbed: int | None = None
        self._dims: tuple[int, int] | None = None
        self._newest: dict[str, Reply] = {}
        self._followers: list[Card] = []
        self._opened = False
        self._explained = False
        self._lay_out(theme, family)
        self.acts = Acts(self)
        self.failures = Failures(self)
        self._connect()
        self._timer = QTimer(self, interval=_PULL)
        self._timer.timeout.connect(self._on_pull)

    # Making

    def _make_cards(self, theme: Theme) -> dict[str, Card]:
        config = self.draft.config()
        cards = {
            name: Card(theme, view, empty=view.help, parent=self)
            for name, view in views_of(self.page).items()
            if view.shown(config)
        }
        if self.draft.model is not None:
            cards["curves"] = Card(theme, CURVES, empty="Curves appear with the first steps", parent=self)
        for name, card in cards.items():
            if Noise in card.view.inputs.values() and LatentPoint not in card.view.inputs.values():
                button = Button(theme, "Resample", "dice")
                button.setObjectName(f"resample.{name}")
                button.clicked.connect(self._on_resample)
                card.foot.addWidget(button)
                card.show_foot()
        return cards

    def _lay_out(self, theme: Theme, family: Family) -> None:
        self.side = SidePanel(theme, family, self.draft)
        self.run_bar = RunBar(theme, self.draft.model is not None, self.page.title)
        self.banner = Banner(theme)
        self.explain = Explain(theme)
        self.explain.setFixedWidth(304)
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
        views.addWidget(self.banner)
        scroll = QScrollArea()
        scroll.setWidget(self.arrangement)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.verticalScrollBar().valueChanged.connect(self._watch)
        views.addWidget(scroll, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addLayout(views, 1)
        middle.addWidget(self.explain)
        self._middle = middle
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
        self._row = row
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
        return Arrangement(hero, below, beside, rest)

    def _connect(self) -> None:
        self.side.page_chosen.connect(self.page_chosen)
        self.side.value_moved.connect(self._on_value_moved)
        self.draft.changed.connect(self._on_draft)
        self.run_bar.train.connect(self.acts.train)
        self.run_bar.step.connect(self.acts.step)
        self.run_bar.reset.connect(self.acts.reset)
        self.run_bar.explain.connect(self._on_explain)
        self.run_bar.side.connect(self._place_side)
        self.explain.closed.connect(self._on_explain_closed)
        self.explain.tried.connect(self.acts.try_next)
        self.explain.hovered.connect(self._on_term_hovered)
        self.banner.fix.connect(self.failures.fix)
        self.banner.other.connect(self.failures.other)
        self.thread_.replied.connect(self._on_reply)
        self.thread_.happened.connect(self._on_event)
        self.looking.asked.connect(self._on_asked)
        self.looking.watched.connect(self._watch)
        self.looking.point_moved.connect(self._on_point_moved)
        self.arrangement.changed.connect(self._watch)
        self.timeline.scrubbed.connect(self._on_scrubbed)
        self.timeline.live_requested.connect(self.go_live)
        if self.latent is not None:
            self.latent.moved.connect(self._on_latent)
        for card in self.cards.values():
            card.maximise_asked.connect(self._on_maximise)
            card.export_asked.connect(self._on_export)
            card.copy_asked.connect(self._on_copy)
            card.freeze_toggled.connect(self._watch)
            if isinstance(card.display, PlaneView) and card.view.sets is LatentPoint:
                card.display.moved.connect(self._on_map_moved)
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
        self._place_side()
        self._place_explain()
        self._watch()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """A hidden page trains and records on, but computes no views."""
        super().hideEvent(event)
        self._timer.stop()
        if self.latent is not None:
            self.latent.stop()
        self._watch()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Explain lies over the cards where there is no room beside them."""
        super().resizeEvent(event)
        self._place_side()
        self._place_explain()
        QTimer.singleShot(0, self._watch)

    def _place_explain(self) -> None:
        wide = self.width() >= _EXPLAIN_OVER
        over = self._middle.indexOf(self.explain) < 0
        button = self.run_bar.explain_button
        if wide and over:
            self._middle.addWidget(self.explain)
            button.setChecked(button.isChecked() or self._explained)
        elif not wide and not over:
            self._explained = button.isChecked()  # it comes back where there is room again
            self._middle.removeWidget(self.explain)
            self.explain.setParent(self)
            button.setChecked(False)
        self.explain.setVisible(button.isChecked())
        if not wide:
            top = self.run_bar.height()
            self.explain.setGeometry(self.width() - 304, top, 304, self.height() - top - self.timeline.height())
            self.explain.raise_()

    @Slot()
    def _place_side(self) -> None:
        wide, button = self.width() >= _SIDE_OVER, self.run_bar.side_button
        inside = self._row.indexOf(self.side) >= 0
        if wide and not inside:
            self._row.insertWidget(0, self.side)
        elif not wide and inside:
            self._row.removeWidget(self.side)
            button.setChecked(False)
        button.setVisible(not wide)
        self.side.setVisible(wide or button.isChecked())
        if not wide:
            top = self.run_bar.height()
            self.side.setGeometry(0, top, self.side.width(), self.height() - top - self.timeline.height())
            self.side.raise_()

    @Slot()
    def _watch(self) -> None:
        sight = self.arrangement.in_sight() if self.isVisible() else []
        sight += [card for card in self._followers if card not in sight]
        shown = [card for card in sight if card.view.name != "curves" and not card.is_frozen]
        if self._scrubbed is not None:
            shown = [card for card in shown if not card.view.record]
        self.thread_.host.watch([self.looking.request(card.view) for card in shown])

    def follow(self, card: Card, on: bool) -> None:
        """Keeps a card up to date while it is shown in a window of its own, though it may be out of sight here."""
        if on:
            self._followers.append(card)
        elif card in self._followers:
            self._followers.remove(card)
        self._watch()

    @property
    def step(self) -> int:
        """Round of what is shown live."""
        return self._snapshot.step

    def step_of(self, name: str) -> int:
        """Round of what a card shows."""
        return self._newest[name].step if name in self._newest else self.step

    def end(self, milliseconds: int = 5000) -> bool:
        """Stops training, saves, ends the thread; returns whether it ended in time."""
        self._timer.stop()
        if self.latent is not None:
            self.latent.stop()
        return self.thread_.end(milliseconds)

    # What the thread says

    @Slot()
    def _on_pull(self) -> None:
        snapshot = self.thread_.host.take()
        if snapshot is not None:
            self.show_snapshot(snapshot)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows how the page stands."""
        self._snapshot = snapshot
        training = self.acts.setup.training if self.acts.setup is not None else None
        if training is not None:
            shown = snapshot if self.state == "training" else dataclasses.replace(snapshot, state=self.state)
            self.run_bar.show_progress(shown, training.steps, training.seconds)
            self.timeline.show_recorded(snapshot.recorded, training.steps)
            if self._scrubbed is None:
                self.timeline.show_step(snapshot.step)
        self.explain.show_values(snapshot.last, self.acts.config)
        if snapshot.curves is not None and snapshot.step > 0:  # one point is no curve
            self._show_curves(snapshot.curves)
        for reply in snapshot.replies:
            self._show_reply(reply)

    def _show_curves(self, curves: Curves) -> None:
        marker = None if self._scrubbed is None else float(self._scrubbed)
        card = self.cards["curves"]
        if card.isVisible():
            card.show_frame(dataclasses.replace(curves, marker=marker))
        backdrop = next((series for series in curves.series if series.role == "total"), None)
        if backdrop is not None:
            self.timeline.show_backdrop(backdrop.x, backdrop.y)

    @Slot(object)
    def _on_reply(self, reply: Reply) -> None:
        self._show_reply(reply)

    def _show_reply(self, reply: Reply) -> None:
        name = reply.request.view
        card, newest = self.cards.get(name), self._newest.get(name)
        if card is None or (newest is not None and (reply is newest or _age(reply) < _age(newest))):
            return
        self._newest[name] = reply
        if reply.error:
            card.show_error(reply.error)
            return
        if reply.frame is None or (self._scrubbed is not None and card.view.record):
            return
        card.clear_error()
        card.show_frame(reply.frame)
        if self.failures.stopped:
            card.set_state(f"step {count(reply.step)}, last good")
        self._follow(card, reply.frame)

    def _follow(self, card: Card, frame: Frame) -> None:
        """What one card's picture means for others: the cross-hair's dimensions, the order of the sliders."""
        if card.view.sets is LatentPoint and isinstance(frame, Plane) and frame.dims != self._dims:
            self._dims = frame.dims
            self._on_point_moved()
        if self.latent is not None and isinstance(frame, Bars) and len(frame.values) == len(self.looking.z) > 2:
            self.latent.set_order(frame.values)

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        self.acts.handle(event)
        if event.kind == "opened":
            self._on_opened(event.payload)
        elif event.kind == "recorded":
            self._show_recorded(*event.payload)

    def _on_opened(self, shown: Any) -> None:
        self._snapshot = Snapshot(step=shown.step_count if isinstance(shown, Session) else shown.step)
        self._newest.clear()
        self.go_live()
        self.timeline.show_recorded((), 0)
        self.timeline.clear_marks()
        for card in self.cards.values():
            card.clear_error()
            card.set_state("")
        if self.banner.kind == "error":
            self.banner.hide()
        self.cards_of_config(shown.config if not isinstance(shown, Session) else shown.setup.config)
        page = shown.model if isinstance(shown, Session) else shown.page
        if isinstance(page, GenerativeModel):
            self.looking.device = page.device
        if self.latent is not None and isinstance(page, HasLatent):
            self.latent.set_dimension(page.latent_dim)
            if len(self.looking.z) != page.latent_dim:
                self.looking.set_point(np.zeros(page.latent_dim))
        if "curves" in self.cards and (not isinstance(shown, Session) or shown.step_count == 0):
            self.cards["curves"].show_empty()
        self._watch()

    def cards_of_config(self, config: Any) -> None:
        """Shows what makes sense for a config, and says so on cards whose views do not."""
        for card in self.cards.values():
            card.set_config(config)
            if not card.view.shown(config):
                card.show_empty("Not for this configuration")

    # Time

    @Slot(int)
    def _on_scrubbed(self, step: int) -> None:
        self._scrubbed = step
        self.timeline.set_live(False)
        self.thread_.host.recorded(step)
        self._watch()

    def _show_recorded(self, step: int, shown: dict[str, Frame]) -> None:
        if self._scrubbed is None:
            return
        self.timeline.show_step(step)
        for name, frame in shown.items():
            card = self.cards.get(name)
            if card is not None and card.show_frame(frame):
                card.set_state(f"step {step:,}".replace(",", "\u2009"))
        if self._snapshot.curves is not None:
            self._show_curves(self._snapshot.curves)

    @Slot()
    def go_live(self) -> None:
        """Shows the newest again."""
        if self._scrubbed is None:
            return
        self._scrubbed = None
        self.timeline.set_live(True)
        for card in self.cards.values():
            card.set_state("")
        self._newest.clear()
        self._watch()
        self.show_snapshot(self._snapshot)

    # The latent point

    @Slot(object)
    def _on_latent(self, z: np.ndarray) -> None:
        self.go_live()
        self.looking.set_point(z)

    @Slot(float, float)
    def _on_map_moved(self, x: float, y: float) -> None:
        if self._dims is None or not len(self.looking.z):
            return
        self.go_live()
        z = self.looking.z.copy()
        z[list(self._dims)] = x, y
        self.looking.set_point(z)

    @Slot()
    def _on_point_moved(self) -> None:
        z = self.looking.z
        if self.latent is not None and len(self.latent.z) == len(z):
            self.latent.set_point(z)
        for card in self.cards.values():
            if isinstance(card.display, PlaneView) and card.view.sets is LatentPoint:
                if self._dims is None or max(self._dims) >= len(z):
                    card.display.set_cross(None)
                else:
                    card.display.set_cross(*z[list(self._dims)].tolist())

    # Controls

    @Slot(object)
    def _on_asked(self, request: Request) -> None:
        self.thread_.host.ask(request)

    @Slot()
    def _on_resample(self) -> None:
        self.go_live()
        self.looking.redraw_noise(self.sender().objectName().removeprefix("resample."))

    @Slot(str, object)
    def _on_value_moved(self, name: str, value: object) -> None:
        if self.draft.model is None:
            self.acts.move_lab({name: value})
        elif self.draft.declared()[name].live:
            self.acts.change({name: value})

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
        self._place_explain()

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
        beside = self._middle.indexOf(self.explain) >= 0
        wanted = self.run_bar.explain_button.isChecked() if beside else self._explained
        settings.setValue(f"{self.name}/explain", wanted)

    def set_reduced_motion(self, reduced: bool) -> None:
        """Lets nothing move of itself but in leaps."""
        self.timeline.reduced_motion = reduced

    def restore_state(self, settings: QSettings) -> None:
        """Takes what was chosen before."""
        self.run_bar.explain_button.setChecked(bool(settings.value(f"{self.name}/explain", True, bool)))

    def identity(self, card: Card) -> dict[str, Any]:
        """What an exported figure of a card carries."""
        step = self._scrubbed if self._scrubbed is not None else self._snapshot.step
        return {**self.acts.identity(), "view": card.view.name, "step": step}


def _age(reply: Reply) -> tuple[int, int]:
    """Of two replies the one with the smaller age is the older: asked for before, or of earlier weights."""
    return reply.request.stamp, reply.step
