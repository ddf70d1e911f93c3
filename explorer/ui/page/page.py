"""The page of one model or lab: makes its parts, lays them out and joins their signals. All logic is in the parts.

Longer than other files: every part of a page is made and connected here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QWidget

from explorer.engine import BadInput
from explorer.engine.host.host import Snapshot
from explorer.ui.card import Card
from explorer.ui.controls import join, make_action
from explorer.ui.explain import Explain
from explorer.ui.page.board.board import Board
from explorer.ui.page.control.feed import Feed
from explorer.ui.page.control.live_edits import LiveEdits
from explorer.ui.page.control.recovery import Recovery
from explorer.ui.page.control.runner import Runner
from explorer.ui.page.control.scrubber import Scrubber
from explorer.ui.page.control.stepping import Stepping
from explorer.ui.page.control.suggestions import Suggestions
from explorer.ui.page.editors import EDITORS, EditorSet
from explorer.ui.page.editors.drawn_data import DrawnData
from explorer.ui.page.editors.handles import HandleEditor
from explorer.ui.page.panels.context_line import ContextLine
from explorer.ui.page.panels.docks import Docks
from explorer.ui.page.panels.messages import Messages
from explorer.ui.page.panels.run_bar import RunBar
from explorer.ui.page.panels.scene_row import SceneRow
from explorer.ui.page.panels.side_panel import SidePanel
from explorer.ui.page.state.draft import Draft
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.page.state.moment import Moment
from explorer.ui.page.state.scenes import Scenes
from explorer.ui.page.state.shown import Shown
from explorer.ui.page_thread import PageThread
from explorer.ui.settings import stored_switch
from explorer.ui.theme import Theme
from explorer.ui.timeline.timeline import Timeline
from models import Family
from models.frames import Frame
from models.protocol import CURVES, scenes_of

__all__ = ["PageWidget"]


class PageWidget(QFrame):
    """One page.

    Attributes:
        name: The page's name in the catalogue.
        page_class: The model or lab class.
        thread_: The page's own thread, with its host; `thread` is Qt's.
        draft, shown, inputs, moment, scenes: The state.
        runner, feed, stepping, scrubber, recovery: The control.
        board: The cards.
        editors: Editors of the kinds of input that the page's views take or set.

    Signals:
        page_chosen: Another page was chosen.
        message: A sentence for the status bar.
        undo_offered: A sentence for the status bar, about a reset that can be undone.
        compare_asked: Runs of the page are to be compared.
        file_asked, folder_asked: A file, or a folder, of the user is to be opened as data.

    Args:
        theme: Colours.
        family: The page's family.
        name: The page's name.
    """

    page_chosen = Signal(str)
    message = Signal(str)
    undo_offered = Signal(str)
    compare_asked = Signal()
    file_asked = Signal()
    folder_asked = Signal()

    def __init__(self, theme: Theme, family: Family, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName(f"page.{name}")
        self.name, self.family, self.page_class = name, family, family.pages[name]
        self._opened = False
        self._make_state()
        self._make_control()
        self._make_widgets(theme)
        self._connect_control()
        self._connect_widgets()
        self._add_actions()
        self._explain()
        self._explain_scene()

    # Making

    def _make_state(self) -> None:
        self.draft = Draft(self.name, self.page_class, self)
        self.shown = Shown(self.name, self.page_class, self.draft.config(), self)
        self.inputs = Inputs(self.shown, self)
        self.moment = Moment(self)
        curves = (CURVES,) if self.shown.is_model else ()
        self.scenes = Scenes(scenes_of(self.page_class), (*self.shown.views, *curves), self)

    def _make_control(self) -> None:
        self.thread_ = PageThread(self.name, self)
        host = self.thread_.host
        self.runner = Runner(host, self.draft, self.shown, self)
        self.live_edits = LiveEdits(host, self.draft, self.shown, self.runner, self)
        self.feed = Feed(host, self.shown, self)
        self.stepping = Stepping(host, self.shown, self.moment, self.runner, self)
        self.scrubber = Scrubber(host, self.moment, self.shown, self)
        self.recovery = Recovery(self.draft, self.shown, self.runner, self)
        self.suggestions = Suggestions(self.draft, self.shown, self.moment, self.runner, self)

    def _make_widgets(self, theme: Theme) -> None:
        self.editors = EditorSet(EDITORS, theme, self.inputs, self.shown, self)
        self.handles = HandleEditor(self.draft, self.inputs, self.shown, self)
        self.board = Board(theme, self.shown, self.inputs, self.moment, self.scenes)
        self.editors.attach(self.board.views.values())
        for card in self.board.views.values():
            self.handles.attach(card)
        self.drawn_data = DrawnData(theme, self.draft, self)
        self.side = SidePanel(theme, self.family, self.draft, self.shown, self.moment)
        self.run_bar = RunBar(theme, self.draft, self.shown)
        self.scene_row = SceneRow(theme, self.scenes, self.shown)
        self.context = ContextLine(theme, self.draft, self.shown, self.moment)
        self.messages = Messages(theme, self.shown)
        self.banner = self.messages.banner
        self.context.add_alert(self.messages.alert)
        self.explain = Explain(theme)
        self.explain.setProperty("edge", "left")
        self.timeline = Timeline(theme)
        self.timeline.setProperty("edge", "top")
        self._offer_timeline()
        middle = (self.context, self.messages, self.board)
        self.docks = Docks(self, self.side, self.explain, self.run_bar, self.scene_row, middle, self.timeline)

    def _connect_control(self) -> None:
        host = self.thread_.host
        for part in (self.runner, self.stepping, self.scrubber):
            self.thread_.happened.connect(part.handle)
        self.thread_.replied.connect(self.feed.take_reply)
        self.inputs.touched.connect(self.moment.go_live)
        self.inputs.asked.connect(host.ask)
        self.board.watched.connect(host.watch)
        self.draft.changed.connect(self.live_edits.follow_draft)
        self.shown.changed.connect(self._explain)
        self.shown.config_changed.connect(self._explain)
        for changed in (self.shown.changed, self.shown.config_changed):
            changed.connect(self._offer_timeline)
        self.shown.changed.connect(self.timeline.clear)
        self.moment.changed.connect(self._on_moment_changed)
        self.feed.snapshot.connect(self._on_snapshot)
        self.feed.snapshot.connect(self.run_bar.show_snapshot)
        self.feed.snapshot.connect(self.context.refresh)
        self.feed.snapshot.connect(self.board.show_weights)
        self.feed.curves.connect(self.board.show_curves)
        self.feed.curves.connect(self.timeline.show_curves)
        self.feed.reply.connect(self.board.show_reply)
        self.runner.failed.connect(self.recovery.tell)
        self.runner.welcomed.connect(self.recovery.welcome)
        self.runner.began.connect(self.banner.dismiss)
        self.runner.left.connect(self.undo_offered)
        self.recovery.told.connect(self.banner.show_notice)
        self.runner.warned.connect(self.recovery.warn)
        self.recovery.elsewhere.connect(self._choose_place)
        self.recovery.settled.connect(self.banner.dismiss)
        self.recovery.blamed.connect(self.side.set_error)
        self.recovery.stopped.connect(self.timeline.mark_failure)
        self.scrubber.recorded.connect(self._on_recorded)
        self.suggestions.page_chosen.connect(self.page_chosen)
        self.suggestions.scene_chosen.connect(self._on_scene_chosen)
        for speaker in (self.runner, self.recovery, self.suggestions, self.drawn_data, self.editors, self.scene_row):
            speaker.said.connect(self.message)

    def _connect_widgets(self) -> None:
        self.side.chooser.page_chosen.connect(self.page_chosen)
        self.side.draw_asked.connect(self.drawn_data.open)
        self.side.file_asked.connect(self.file_asked)
        self.side.folder_asked.connect(self.folder_asked)
        self.side.value_moved.connect(self._on_value_moved)
        self.side.bundle_chosen.connect(self.runner.open_bundled)
        self.handles.moved.connect(self._on_handle_moved)
        self.run_bar.train.connect(self.runner.train)
        self.run_bar.step.connect(self.runner.step)
        self.run_bar.player_step.connect(self.stepping.step_player)
        self.run_bar.reset.connect(self.runner.reset)
        self.run_bar.raw.connect(self.inputs.set_raw)
        self.context.reset.connect(self.runner.reset)
        self.context.run_chosen.connect(self.runner.open_run)
        self.context.compare.connect(self.runner.compare)
        self.runner.compared.connect(self.compare_asked)
        join(self.run_bar.slow_button, self.stepping.slow)
        slow = self.messages.slow
        slow.paced.connect(self.stepping.set_pace)
        slow.next_asked.connect(self.stepping.step_phase)
        self.stepping.slowed.connect(slow.setVisible)
        self.stepping.phase_played.connect(slow.show_phase)
        self.stepping.rested.connect(slow.show_rest)
        self.stepping.phase_played.connect(self.board.phases.show_phase)
        self.stepping.rested.connect(self.board.phases.end)
        self.banner.fix.connect(self.recovery.fix)
        self.banner.other.connect(self.recovery.other)
        self.banner.kind_changed.connect(self.run_bar.yield_accent)
        self.scenes.listed.connect(self._explain_scene)
        self.explain.closed.connect(self.docks.close_explain)
        self.explain.tried.connect(self.suggestions.carry_out)
        self.timeline.scrubbed.connect(self.moment.go_to)
        self.timeline.live_requested.connect(self.moment.go_live)
        self.board.alerted.connect(self.messages.take_alert)
        self.messages.cure_asked.connect(self.suggestions.carry_out)
        self.board.clicked.connect(self.editors.click)
        self.board.framed.connect(self.editors.follow)
        self.board.arranged.connect(self.editors.arrange)
        self.board.step_picked.connect(self.timeline.go_to)
        self.stepping.emphasised.connect(self.explain.emphasise)
        if self.board.curves is not None:
            self.board.curves.series_hovered.connect(self.explain.emphasise)
            self.explain.hovered.connect(self.board.curves.emphasise)
            self.stepping.emphasised.connect(self.board.curves.emphasise)

    def _add_actions(self) -> None:
        """Everything that can be done on the page: keys and the command palette find it in `actions`."""
        timeline = [*self.scrubber.actions(), *self.timeline.actions()] if self.shown.is_model else []
        parts = (self.runner, self.stepping, self.docks, self.run_bar, self.scene_row, self.side, self.board)
        runner, stepping, *others = (part.actions() for part in parts)
        text = "Compare runs…"
        compare = [make_action(self, "compare", text, self.runner.compare, group="Run")] if self.shown.is_model else []
        self.addActions([*runner, *stepping, *compare, *timeline, *(act for actions in others for act in actions)])
        self.stepping.players_changed.connect(self.addActions)

    @Slot(str, str)
    def _on_scene_chosen(self, scene: str, card: str) -> None:
        """Shows what a suggestion speaks of."""
        self.scenes.choose(scene)
        self.board.show_card(card or self.scenes.layout.lead)

    # Being shown

    def showEvent(self, event: QShowEvent) -> None:
        """Starts the thread the first time, and looks into the mailbox from now on."""
        super().showEvent(event)
        if not self._opened:
            self._opened = True
            self.thread_.begin()
            self.runner.open_first()
        self.side.chooser.mark_page()
        self.docks.place()
        self.board.watch()
        self.feed.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """A hidden page trains and records on, but computes no views."""
        super().hideEvent(event)
        self._stop_showing()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Panels lie over the cards where there is no room beside them."""
        super().resizeEvent(event)
        self.docks.place()

    def _stop_showing(self) -> None:
        self.feed.stop()
        self.editors.stop()

    def end(self, milliseconds: int = 5000) -> bool:
        """Stops training, saves and ends the thread; returns whether it ended in time."""
        self._stop_showing()
        return self.thread_.end(milliseconds)

    # Signals that go to several parts

    @Slot()
    def _offer_timeline(self) -> None:
        """Shows the timeline of a model that is trained in steps."""
        trained = self.shown.is_model and not self.shown.fitted
        self.timeline.setVisible(trained)
        for action in (*self.scrubber.actions(), *self.timeline.actions()):
            action.setVisible(trained)

    @Slot()
    def _on_moment_changed(self) -> None:
        self.timeline.set_live(self.moment.is_live)
        if self.moment.is_live:
            self.explain.set_live(False)
            self.feed.repeat()

    @Slot(object)
    def _on_snapshot(self, snapshot: Snapshot) -> None:
        if self.shown.setup is not None:
            self.timeline.show_recorded(snapshot.recorded, self.shown.setup.training.steps)
            self.timeline.show_changes(() if snapshot.setups is None else snapshot.setups.changed_steps())
            if self.moment.is_live:
                self.timeline.show_step(snapshot.step)
        self.explain.show_values(snapshot.last, self.shown.config)

    @Slot(int, object)
    def _on_recorded(self, step: int, frames: dict[str, Frame]) -> None:
        self.timeline.show_step(step)
        self.board.show_recorded(step, frames)
        self.explain.set_live(True)

    @Slot()
    def _explain(self) -> None:
        """Explains what is shown: its objective, and the noise and data dimension of its model."""
        spec = self.shown.spec
        kind = self.draft.kind() if spec is None else spec.kind
        try:
            self.explain.show_page(self.page_class, self.shown.config, kind)
        except BadInput as error:
            self.message.emit(str(error))

    @Slot()
    def _explain_scene(self) -> None:
        self.explain.show_scene(self.scenes.current, self.scenes.question(self.scenes.current))

    @Slot(str, object)
    def _on_value_moved(self, name: str, value: object) -> None:
        self.live_edits.move_values({name: value})

    @Slot(object)
    def _on_handle_moved(self, values: Mapping[str, Any]) -> None:
        self.side.show_moved(values)
        self.live_edits.move_values(values)

    @Slot()
    def _choose_place(self) -> None:
        """Asks for a folder in which a run is saved that cannot be written to."""
        place = QFileDialog.getExistingDirectory(self, "Save the run in", str(Path.home()))
        if place:
            self.recovery.save_elsewhere(Path(place))

    # Between sessions of the application

    def save_state(self, settings: QSettings) -> None:
        """Stores what is chosen, for the next start."""
        settings.setValue(f"{self.name}/explain", self.docks.is_explain_wanted)
        settings.setValue(f"{self.name}/side", self.docks.is_side_wanted)
        settings.setValue(f"{self.name}/draft", self.draft.to_json())
        settings.setValue(f"{self.name}/scenes", self.scenes.to_json())
        self.docks.save_state(settings)

    def restore_state(self, settings: QSettings) -> None:
        """Restores what was chosen; opens no run."""
        for button, name in ((self.run_bar.explain_button, "explain"), (self.run_bar.side_button, "side")):
            button.setChecked(stored_switch(settings, f"{self.name}/{name}", True))
        self.docks.restore_state(settings)
        for part, restore in (("draft", self.draft.restore), ("scenes", self.scenes.restore)):
            stored = str(settings.value(f"{self.name}/{part}", ""))
            try:
                if stored:
                    restore(stored)
            except BadInput as error:
                self.message.emit(str(error))

    def set_reduced_motion(self, reduced: bool) -> None:
        """Applies the reduced-motion setting."""
        self.timeline.reduced_motion = reduced
        self.editors.set_reduced_motion(reduced)

    def identity(self, card: Card) -> dict[str, Any]:
        """What an exported figure of a card says of its origin."""
        identity = self.board.origins.identity(card.view.name)
        return {**identity, "set": {}} if self.board.phases.draws_on(card.view.name) else identity  # of a mini-batch
